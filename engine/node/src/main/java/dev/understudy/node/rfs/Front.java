package dev.understudy.node.rfs;

import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.OpView;
import dev.understudy.node.rfs.front.Gate;
import java.io.IOException;

/// What the data path asks of the mount of one replicated directory; on the module's loop, except
/// where stated.
public interface Front {
    /// Mounts, so that programs may read and mutations are refused with EROFS.
    ///
    /// @throws IOException if the kernel or the directory refuse; an HaException says more
    void mount() throws IOException;

    /// Tells that the gate will be opened soon (true), or that it was or will not be (false):
    /// meanwhile a read-only mount lets mutations wait instead of refusing them. Any thread.
    void announce(boolean opens);

    /// Says what the mount does with mutations from now on.
    void gate(Gate gate);

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
