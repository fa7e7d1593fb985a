package dev.understudy.node.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The quarantine of one module on this node: what its copy had of its own before an operator let
/// it be overwritten. From any thread; all but the first two block for as long as files are copied
/// or removed.
public interface ModuleQuarantine {
    /// Lists the entries, oldest first.
    Listing list();

    /// Shows an entry with its files; empty if there is none of this name.
    Optional<Content> show(String id);

    /// Removes an entry for good.
    ///
    /// @return false if there is none of this name
    /// @throws IOException with the error of the file system
    boolean drop(String id) throws IOException;

    /// Copies an entry's files to a directory of this node, one below it for each replicated one.
    ///
    /// @param to absolute; made if it is not there, else empty
    /// @return what was done
    /// @throws IOException with the error of the file system
    /// @throws dev.understudy.core.member.HaException if there is no such entry
    String export(String id, String to) throws IOException;

    /// Puts files back into the replicated directories, as a program here would write them.
    ///
    /// @param names as [File#name] gives them; a directory means all below it
    /// @param replaces whether what is there now is replaced
    /// @return what was done
    /// @throws IOException with the error of the file system
    /// @throws dev.understudy.core.member.HaException if this node does not serve, or files are in
    ///   the way, or nothing of these names is there
    String restore(String id, List<String> names, boolean replaces) throws IOException;

    /// Gives what `safe state` should say; empty if there is nothing.
    String warning();

    /// All entries.
    ///
    /// @param folder on this node
    /// @param bytes of all entries
    /// @param bytesMax the limit of the configuration
    record Listing(String folder, long bytes, long bytesMax, List<Entry> entries) {}

    /// An entry.
    ///
    /// @param generation of the data that were given up
    /// @param isEverything nobody knew what was its own: the whole copy is here
    /// @param isDamaged its record cannot be read; the files are in its folder all the same
    /// @param folder of the files, on this node
    record Entry(
            String id,
            long madeAtMs,
            long expiresAtMs,
            String generation,
            boolean isEverything,
            boolean isDamaged,
            long files,
            long bytes,
            String folder) {}

    /// A file that is kept.
    ///
    /// @param name id of the replicated directory, a slash, the path below it
    /// @param type `file`, `directory`, `link` or `special`
    record File(String name, String type, long bytes, long modifiedMs) {}

    /// An entry with its files.
    record Content(Entry entry, List<File> files) {}
}
