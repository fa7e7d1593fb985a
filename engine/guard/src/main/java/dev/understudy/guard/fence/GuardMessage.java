package dev.understudy.guard.fence;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// What safed tells its guard, one message each on a Unix socket that keeps borders.
///
/// Format 1: a byte of format, a byte of kind, then the fields; texts as in `DataOutput.writeUTF`,
/// lists with a 16-bit count. Descriptors travel beside the message.
public sealed interface GuardMessage {
    /// The daemon is there; its process is known from the socket itself.
    record Hello() implements GuardMessage {}

    /// From now on this is the module's plan, and the descriptors beside it are held for it.
    ///
    /// It replaces the plan before it, whose descriptors are closed after the new ones are held.
    record Arm(FencePlan plan) implements GuardMessage {}

    /// The module serves no more: nothing is to be fenced, its descriptors are closed.
    record Disarm(String module) implements GuardMessage {}

    /// The daemon ends on purpose, everything is stopped in good order; nothing is to be fenced.
    ///
    /// @param isRestart the guard is to start it again
    record Orderly(boolean isRestart) implements GuardMessage {}

    /// Version of the format.
    int FORMAT = 1;

    /// Writes a message.
    ///
    /// @return at most 64 KiB, or the socket refuses it
    static byte[] write(GuardMessage message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            switch (message) {
                case Hello _ -> out.writeByte(1);
                case Arm arm -> {
                    out.writeByte(2);
                    writePlan(out, arm.plan());
                }
                case Disarm disarm -> {
                    out.writeByte(3);
                    out.writeUTF(disarm.module());
                }
                case Orderly orderly -> {
                    out.writeByte(4);
                    out.writeBoolean(orderly.isRestart());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Reads a message.
    ///
    /// @throws IOException when it is of another format, too short or too long
    static GuardMessage read(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("guard message of format " + format + ", known is " + FORMAT);
            }
            GuardMessage message =
                    switch (in.readByte()) {
                        case 1 -> new Hello();
                        case 2 -> new Arm(readPlan(in));
                        case 3 -> new Disarm(in.readUTF());
                        case 4 -> new Orderly(in.readBoolean());
                        default -> throw new IOException("guard message of unknown kind");
                    };
            if (in.read() >= 0) {
                throw new IOException("guard message is too long");
            }
            return message;
        }
    }

    private static void writePlan(DataOutputStream out, FencePlan plan) throws IOException {
        out.writeUTF(plan.module());
        writeTexts(out, plan.tables());
        out.writeShort(plan.addresses().size());
        for (FencePlan.Address address : plan.addresses()) {
            out.writeInt(address.index());
            writeAddress(out, address.address());
            out.writeByte(address.prefix());
        }
        writeTexts(out, plan.mounts());
        writeTexts(out, plan.aborts());
        writeTexts(out, plan.cgroups());
        out.writeUTF(plan.mark());
        out.writeShort(plan.datagrams().size());
        for (FencePlan.Datagram datagram : plan.datagrams()) {
            writeAddress(out, datagram.to().getAddress());
            out.writeShort(datagram.to().getPort());
            out.writeShort(datagram.bytes().length);
            out.write(datagram.bytes());
        }
    }

    private static FencePlan readPlan(DataInputStream in) throws IOException {
        String module = in.readUTF();
        List<String> tables = readTexts(in);
        List<FencePlan.Address> addresses = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            addresses.add(
                    new FencePlan.Address(in.readInt(), readAddress(in), in.readUnsignedByte()));
        }
        List<String> mounts = readTexts(in);
        List<String> aborts = readTexts(in);
        List<String> cgroups = readTexts(in);
        String mark = in.readUTF();
        List<FencePlan.Datagram> datagrams = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            InetAddress to = readAddress(in);
            int port = in.readUnsignedShort();
            datagrams.add(
                    new FencePlan.Datagram(
                            new InetSocketAddress(to, port),
                            readBytes(in, in.readUnsignedShort())));
        }
        return new FencePlan(module, tables, addresses, mounts, aborts, cgroups, mark, datagrams);
    }

    private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeShort(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    private static void writeAddress(DataOutputStream out, InetAddress address) throws IOException {
        byte[] bytes = address.getAddress();
        out.writeByte(bytes.length);
        out.write(bytes);
    }

    private static InetAddress readAddress(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        if (length != 4 && length != 16) {
            throw new IOException("address of " + length + " bytes");
        }
        return InetAddress.getByAddress(readBytes(in, length));
    }

    private static byte[] readBytes(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
