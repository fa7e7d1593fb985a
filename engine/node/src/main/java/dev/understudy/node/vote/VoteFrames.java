package dev.understudy.node.vote;

import dev.understudy.core.register.VoteCodec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// Requests and replies on a stream: length u32 (of what follows), number u64, message.
///
/// A reply carries the number of its request.
record VoteFrames(DataInputStream in, DataOutputStream out) {
    /// One of either.
    record Frame(long number, byte[] message) {}

    void write(Frame frame) throws IOException {
        out.writeInt(Long.BYTES + frame.message().length);
        out.writeLong(frame.number());
        out.write(frame.message());
        out.flush();
    }

    Frame read() throws IOException {
        int length = in.readInt();
        if (length < Long.BYTES || length > Long.BYTES + VoteCodec.MESSAGE_MAX) {
            throw new IOException("a frame of " + length + " bytes");
        }
        long number = in.readLong();
        byte[] message = new byte[length - Long.BYTES];
        in.readFully(message);
        return new Frame(number, message);
    }
}
