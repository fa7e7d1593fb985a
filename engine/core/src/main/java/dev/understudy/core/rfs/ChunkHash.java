package dev.understudy.core.rfs;

import java.nio.ByteBuffer;

/// A fast hash of 128 bits for comparing chunks; it guards against chance, not against malice.
///
/// Two runs of XXH64 (xxHash, "XXH64 algorithm description") with different seeds, taken together
/// in one pass over the data.
public final class ChunkHash {
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final long OTHER_SEED = 0x5DEECE66D1CE4E5BL;

    private long high;
    private long low;

    /// Makes a hash of nothing.
    public ChunkHash() {}

    /// Hashes a range of a little-endian buffer; position and limit mean nothing.
    public void of(ByteBuffer data, int at, int length) {
        high = xxh64(data, at, length, 0);
        low = xxh64(data, at, length, OTHER_SEED);
    }

    /// Returns the first half.
    public long high() {
        return high;
    }

    /// Returns the second half.
    public long low() {
        return low;
    }

    static long xxh64(ByteBuffer data, int at, int length, long seed) {
        int i = at;
        int end = at + length;
        long hash;
        if (length >= 32) {
            long a = seed + P1 + P2;
            long b = seed + P2;
            long c = seed;
            long d = seed - P1;
            for (; i <= end - 32; i += 32) {
                a = round(a, data.getLong(i));
                b = round(b, data.getLong(i + 8));
                c = round(c, data.getLong(i + 16));
                d = round(d, data.getLong(i + 24));
            }
            hash =
                    Long.rotateLeft(a, 1)
                            + Long.rotateLeft(b, 7)
                            + Long.rotateLeft(c, 12)
                            + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = seed + P5;
        }
        hash += length;
        for (; i <= end - 8; i += 8) {
            hash = Long.rotateLeft(hash ^ round(0, data.getLong(i)), 27) * P1 + P4;
        }
        if (i <= end - 4) {
            hash = Long.rotateLeft(hash ^ (data.getInt(i) & 0xffff_ffffL) * P1, 23) * P2 + P3;
            i += 4;
        }
        for (; i < end; i++) {
            hash = Long.rotateLeft(hash ^ (data.get(i) & 0xff) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * P2, 31) * P1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * P1 + P4;
    }
}
