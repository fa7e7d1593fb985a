/// The replication protocol: operations, positions, write order, tracking, resync plan. Pure; uses
/// `core.member`.
@NullMarked
package dev.understudy.core.rfs;

import org.jspecify.annotations.NullMarked;
