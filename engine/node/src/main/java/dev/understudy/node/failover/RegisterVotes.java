package dev.understudy.node.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where the registers of modules are decided: on each node's own copy, or by a majority of votes.
public interface RegisterVotes {
    /// Two votes for ever: the own copy decides.
    RegisterVotes NONE =
            new RegisterVotes() {
                @Override
                public boolean isByMajority() {
                    return false;
                }

                @Override
                public Runnable attach(
                        String module, Supplier<Register> copy, Runnable formChanges) {
                    return () -> {};
                }

                @Override
                public RegisterOutcome onOwnCopy(
                        String module, Register own, Function<Register, RegisterOutcome> decides) {
                    return decides.apply(own);
                }

                @Override
                public void change(
                        String module, RegisterChange wanted, Consumer<RegisterOutcome> told) {
                    throw new IllegalStateException("nobody votes on " + wanted);
                }
            };

    /// Tells whether a majority decides now.
    boolean isByMajority();

    /// Names the module's own copy, with which votes begin, and who is told when the form changes.
    ///
    /// @return takes both back
    Runnable attach(String module, Supplier<Register> copy, Runnable formChanges);

    /// Lets `decides` decide on the own copy and make it durable, if that is what counts now.
    ///
    /// @return null if a majority decides: [#change] is to be asked
    @Nullable RegisterOutcome onOwnCopy(
            String module, Register own, Function<Register, RegisterOutcome> decides);

    /// Asks the voters; a change that is repeated after an unknown outcome is the same change.
    ///
    /// @param told on another thread
    void change(String module, RegisterChange wanted, Consumer<RegisterOutcome> told);
}
