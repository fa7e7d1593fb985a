package dev.understudy.core.rfs;

/// A part of a file that is being read for the target while operations go on.
///
/// What an operation may have touched since the reading began is spoiled: it is read again, so a
/// copy is never older than what the target has applied.
public final class Reading {
    private final int tree;
    private final FileId id;
    private final long firstByte;
    private final long endByte;
    private boolean spoiled;

    /// @param firstByte of the range, -1 for everything of the file
    /// @param endByte exclusive
    Reading(int tree, FileId id, long firstByte, long endByte) {
        this.tree = tree;
        this.id = id;
        this.firstByte = firstByte;
        this.endByte = endByte;
    }

    /// Returns the ordinal of the replicated directory.
    public int tree() {
        return tree;
    }

    /// Returns the file's id.
    public FileId id() {
        return id;
    }

    /// Tells whether an operation may have changed what was read.
    public boolean isSpoiled() {
        return spoiled;
    }

    boolean isOf(BlockSet.Part part) {
        return part.high() == id.high() && part.low() == id.low();
    }

    void spoil(OpView op) {
        if (op.idHigh() != id.high() || op.idLow() != id.low()) {
            return;
        }
        switch (op.kind()) {
            case WRITE ->
                    spoiled |=
                            firstByte < 0
                                    || (op.arg() < endByte
                                            && op.arg() + op.dataLength() > firstByte);
            case SYNC -> {
                // changes nothing
            }
            default -> spoiled = true;
        }
    }
}
