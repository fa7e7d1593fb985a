package dev.understudy.node.script;

import java.io.IOException;

/// Something that the operating system starts and stops by its name.
interface Managed {
    /// Tells whether it runs, or is about to.
    ///
    /// @throws IOException if there is no such thing, or the system does not tell
    boolean isActive() throws IOException, InterruptedException;

    /// Starts it and waits until it runs; does nothing if it does.
    void start() throws IOException, InterruptedException;

    /// Stops it and waits until it has; does nothing if it does not run or is not there.
    void stop() throws IOException, InterruptedException;

    /// Ends it without asking.
    void kill() throws IOException, InterruptedException;
}
