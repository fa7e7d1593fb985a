package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;

/// Hears the core's answers to operators' commands.
@FunctionalInterface
interface Answers {
    /// Takes the answer to the command with the same id.
    void answer(Effect.Answer answer);
}
