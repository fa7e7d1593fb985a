/// The third vote: a small register per module that changes only by a majority of its voters. Pure;
/// uses `core.member`.
///
/// A leaderless compare-and-set register after CASPaxos (D. Rystsov, "CASPaxos: Replicated State
/// Machines without logs", 2018). [dev.understudy.core.register.Acceptor] is a voter,
/// [dev.understudy.core.register.Attempt] one change asked of them by one node; neither knows a
/// clock, a disk or a socket. [dev.understudy.core.register.Config] says who votes, and how that
/// changes while modules run; [dev.understudy.core.register.VoteCodec] is the bytes of it all.
@NullMarked
package dev.understudy.core.register;

import org.jspecify.annotations.NullMarked;
