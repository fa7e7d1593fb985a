package dev.understudy.core.register;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a voter answers.
public sealed interface Reply {
    /// Nothing below `ballot` will be accepted; this was accepted last.
    record Promise(String key, Ballot ballot, Ballot accepted, @Nullable Value value)
            implements Reply {}

    /// The value of this ballot is durable here.
    record Accepted(String key, Ballot ballot) implements Reply {}

    /// Refused: something later was promised.
    record Later(String key, Ballot ballot, Ballot promised) implements Reply {}

    /// Refused: this voter is in another era, or does not vote in this one.
    ///
    /// @param id of the voter's memory
    record OtherEra(long id, Config config) implements Reply {}

    /// Answers [Ask.Adopt] and [Ask.Greet].
    ///
    /// @param id of the voter's memory
    /// @param keys of the registers it keeps, without [Config#KEY]
    record Self(long id, Config config, List<String> keys) implements Reply {
        /// Copies the list.
        public Self {
            keys = List.copyOf(keys);
        }
    }
}
