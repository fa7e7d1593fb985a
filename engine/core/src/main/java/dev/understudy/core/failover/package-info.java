/// The mirror state machine: states, events, effects, rule table. Pure; uses `core.member`.
@NullMarked
package dev.understudy.core.failover;

import org.jspecify.annotations.NullMarked;
