package dev.understudy.node.script;

import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.util.Optional;

/// Where script hosts come from, one after the other.
interface HostSource extends AutoCloseable {
    /// A host that has been started.
    ///
    /// @param process known already, or learnt from its hello
    record Fresh(Wire wire, Optional<ProcessHandle> process) {}

    /// Waits for the next host, or starts it.
    Fresh next() throws IOException;

    @Override
    void close();
}
