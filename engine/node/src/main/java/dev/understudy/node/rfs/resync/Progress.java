package dev.understudy.node.rfs.resync;

/// How far a resynchronisation is.
///
/// @param phase what it does now: comparing, copying, mirroring, finishing
/// @param filesLeft files and directories still to look at
/// @param bytesLeft of marked blocks still to copy; files that count as a whole are not in it
/// @param filesDone files and directories done
/// @param bytesCopied bytes of data sent so far
/// @param bytesCompared bytes of data compared by hash so far
/// @param bytesPerSecond sent lately
public record Progress(
        String phase,
        long filesLeft,
        long bytesLeft,
        long filesDone,
        long bytesCopied,
        long bytesCompared,
        long bytesPerSecond) {
    /// Says another phase.
    public Progress in(String other) {
        return new Progress(
                other, filesLeft, bytesLeft, filesDone, bytesCopied, bytesCompared, bytesPerSecond);
    }

    /// Nothing is under way.
    public static final Progress NONE = new Progress("", 0, 0, 0, 0, 0, 0);
}
