package dev.understudy.node.rfs.front;

/// Is told what happens to a mount without our doing; on the loop's thread.
public interface FrontListener {
    /// The mount went away: somebody unmounted or aborted it. The front is closed.
    void gone(Throwable why);

    /// One request failed by a fault of ours; its caller got EIO and the mount goes on.
    void fault(Throwable fault);
}
