package dev.understudy.core.replay;

import java.nio.charset.StandardCharsets;

/// Reads what [Out] wrote; whatever does not fit is a [BadRecording].
final class In {
    private final byte[] bytes;
    private final int end;
    private int at;

    /// @param from first byte
    /// @param end after the last byte
    In(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean isAtEnd() {
        return at == end;
    }

    int take() throws BadRecording {
        if (at == end) {
            throw new BadRecording("a block ends in the middle of an entry");
        }
        return bytes[at++] & 0xff;
    }

    long count() throws BadRecording {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int one = take();
            value |= (long) (one & 0x7f) << shift;
            if (one < 0x80) {
                return value;
            }
        }
        throw new BadRecording("a number is longer than 64 bits");
    }

    long whole() throws BadRecording {
        long value = count();
        return value >>> 1 ^ -(value & 1);
    }

    /// A count of things of which each takes a byte at least.
    int size() throws BadRecording {
        long size = count();
        if (size < 0 || size > end - at) {
            throw new BadRecording("a length of " + size + " is beyond the block's end");
        }
        return (int) size;
    }

    /// The place of a choice.
    ///
    /// @param choices how many there are
    int choice(int choices) throws BadRecording {
        long place = count();
        if (place < 0 || place >= choices) {
            throw new BadRecording("choice " + place + " of " + choices);
        }
        return (int) place;
    }

    String text() throws BadRecording {
        int length = size();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }
}
