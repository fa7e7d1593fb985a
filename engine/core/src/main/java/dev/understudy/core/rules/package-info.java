/// Resources, failover rules, restart limits. Pure; uses `core.member`.
@NullMarked
package dev.understudy.core.rules;

import org.jspecify.annotations.NullMarked;
