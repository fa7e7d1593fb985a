package dev.understudy.node.failover;

import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The bytes of a node's records: a format number, then the fields in their order, big-endian.
///
/// The slot file has checked the bytes; what does not fit here was written by another program.
final class RecordCodec {
    private static final int FORMAT = 1;

    private RecordCodec() {}

    static byte[] encode(Saved saved) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeUTF(saved.data().name());
            out.writeLong(saved.lineage().current().value());
            out.writeLong(saved.lineage().base().value());
            out.writeByte(saved.lineage().history().size());
            for (Generation earlier : saved.lineage().history()) out.writeLong(earlier.value());
            out.writeBoolean(saved.wasSecond());
            out.writeBoolean(saved.wasServing());
            out.writeUTF(saved.bootId());
            out.writeBoolean(saved.peerMayBeAlone());
            out.writeBoolean(saved.isDetached());
            out.writeBoolean(saved.isStarted());
            out.writeBoolean(saved.isFailoverHeld());
        }
        return bytes.toByteArray();
    }

    /// Reads a record back.
    ///
    /// @throws IOException if it has another format or does not fit
    static Saved decodeSaved(byte[] bytes) throws IOException {
        try (DataInputStream in = open(bytes)) {
            DataState data = DataState.valueOf(in.readUTF());
            Generation current = new Generation(in.readLong());
            Generation base = new Generation(in.readLong());
            int length = in.readUnsignedByte();
            List<Generation> history = new ArrayList<>();
            for (int i = 0; i < length; i++) history.add(new Generation(in.readLong()));
            Saved saved =
                    new Saved(
                            data,
                            new Lineage(current, base, history),
                            in.readBoolean(),
                            in.readBoolean(),
                            in.readUTF(),
                            in.readBoolean(),
                            in.readBoolean(),
                            in.readBoolean(),
                            // A record of the version before ends here.
                            in.available() > 0 && in.readBoolean());
            return whole(in, saved);
        } catch (IllegalArgumentException e) {
            throw new IOException("record with a value that this version does not know", e);
        }
    }

    static byte[] encode(Register register) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeLong(register.epoch().value());
            out.writeByte(register.inSync().size());
            for (NodeId member : register.inSync()) out.writeUTF(member.name());
            NodeId primary = register.primary();
            out.writeUTF(primary == null ? "" : primary.name());
            out.writeLong(register.generation().value());
        }
        return bytes.toByteArray();
    }

    /// Reads a copy of the register back.
    ///
    /// @throws IOException if it has another format or does not fit
    static Register decodeRegister(byte[] bytes) throws IOException {
        try (DataInputStream in = open(bytes)) {
            Epoch epoch = new Epoch(in.readLong());
            int members = in.readUnsignedByte();
            Set<NodeId> inSync = new TreeSet<>();
            for (int i = 0; i < members; i++) inSync.add(new NodeId(in.readUTF()));
            String primary = in.readUTF();
            Generation generation = new Generation(in.readLong());
            Register register =
                    new Register(
                            epoch,
                            inSync,
                            primary.isEmpty() ? null : new NodeId(primary),
                            generation);
            return whole(in, register);
        } catch (IllegalArgumentException e) {
            throw new IOException("register with a value that this version does not know", e);
        }
    }

    private static DataInputStream open(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int format = in.readInt();
        if (format != FORMAT) throw new IOException("record of format " + format);
        return in;
    }

    private static <T> T whole(DataInputStream in, T value) throws IOException {
        if (in.available() > 0) throw new IOException("record is longer than it should be");
        return value;
    }
}
