package dev.understudy.node.rfs.resync;

/// How a resynchronisation ended, as one of its two sides saw it.
///
/// @param isSource whether this side gave the data
/// @param comparedAll whether everything was compared, because nobody knew what differs
/// @param failure why it came to nothing, empty when it is complete
/// @param bytesCopied of file data, over the wire
/// @param bytesCompared of file data, by hash; 0 on the target
/// @param files files and directories gone through; 0 on the target
/// @param ms it took, milliseconds
public record Resynced(
        boolean isSource,
        boolean comparedAll,
        String failure,
        long bytesCopied,
        long bytesCompared,
        long files,
        long ms) {}
