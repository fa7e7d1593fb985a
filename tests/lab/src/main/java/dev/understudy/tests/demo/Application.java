package dev.understudy.tests.demo;

import dev.understudy.tests.lab.LabNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// An application that the demonstration protects, as its clients and its administrator know it.
public interface Application {
    /// The module's name.
    String module();

    /// Its name in sentences.
    String title();

    /// Prepares a node as its administrator would: packages, an empty database.
    void prepare(LabNode node);

    /// `--set` words for `safe install`.
    List<String> parameters(Path dist);

    /// The TCP port that clients use.
    int port();

    /// Does once what clients expect to be there, through the virtual IP.
    void createSchema() throws Exception;

    /// Opens a connection to the virtual IP, from a thread in the client's network.
    Connection connect() throws Exception;

    /// Reads every entry that is there now.
    Set<String> readAll() throws Exception;

    /// What the command lines of its processes contain.
    String processName();

    /// The replicated directories, as the node sees them.
    List<Path> directories();

    /// Relative paths that the module leaves out of replication.
    Predicate<String> excluded();

    /// A client's connection.
    interface Connection extends AutoCloseable {
        /// Commits one entry; returns when it is acknowledged.
        void commit(String entry) throws Exception;

        /// Ends a call that is blocked in another thread.
        void abort();

        /// Ends the connection; a failure to do so is none of a client's business.
        @Override
        void close();
    }
}
