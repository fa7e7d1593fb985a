package dev.understudy.node.rfs.front;

/// One mount, as the [MutationSink] calls it back; always on the module's loop thread.
public interface MutationSource {
    /// Gives the ordinal of the replicated directory, 0 to 255, as in the header of its operations.
    int ordinal();

    /// Applies the mutation, reports its outcome by [MutationSink#applied] and answers.
    ///
    /// @param token of a submitted mutation that was neither applied nor refused yet
    void mayApply(int token);

    /// Answers the application with an error; the mutation is not applied and not reported.
    ///
    /// @param errno positive, see [dev.understudy.posix.Errno]
    void refuse(int token, int errno);

    /// Sends the oldest of the answers that [MutationSink#applied] had the front keep.
    ///
    /// @param errno 0, or positive to answer with an error instead, because it will never be known
    ///   whether the mutation is durable
    void answer(int errno);
}
