package dev.understudy.node.rfs;

import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.OpView;
import java.io.IOException;

/// What the data path asks of the mount of one replicated directory; on the module's loop, except
/// where stated.
public interface Front {
    /// Mounts unless that was done; programs may read, and mutations meet what [#open], [#close] or
    /// [#readOnly] last said, also while there was no mount. Not on the loop.
    ///
    /// @throws IOException if the kernel or the directory refuse; an HaException says more
    void mount() throws IOException;

    /// Refuses mutations with EROFS; reads pass.
    void readOnly();

    /// Tells that [#open] will be called soon (true), or that the call announced before came or will
    /// not come (false): meanwhile mutations wait instead of being refused. Any thread.
    void announce(boolean opens);

    /// Lets mutations come.
    void open();

    /// Lets mutations wait.
    void close();

    /// Ends the mount at once: whoever waits gets an error. [#mount] may follow.
    void abort();

    /// Takes the mount away; waits until nobody uses it only as far as the kernel demands.
    void unmount();

    /// Tells the kernel to forget what an operation of the other node has changed.
    void changed(OpView op);

    /// Tells the kernel to forget what it knows of one file, data included.
    void changed(FileId id);

    /// Tells the kernel to forget everything it knows.
    void changedAll();
}
