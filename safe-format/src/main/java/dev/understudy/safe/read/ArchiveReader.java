package dev.understudy.safe.read;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the bytes of a `.safe` file.
///
/// It follows the entries from the first byte on, with the limits first, then writes what it
/// understood again and compares: whatever another reader could see differently (hidden or
/// overlapping entries, headers that disagree, extra fields, comments, trailing bytes) makes a
/// difference there and is refused.
final class ArchiveReader {
    private static final int LOCAL_HEADER = 0x04034b50; // "PK\3\4", APPNOTE.TXT 4.3.7
    private static final int CENTRAL_HEADER = 0x02014b50; // "PK\1\2", APPNOTE.TXT 4.3.12
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final String PACK_AGAIN = "make it again with: safe pack";

    private final Position file;
    private final List<Finding> findings;
    private final ByteBuffer in;

    private ArchiveReader(String name, byte[] bytes, List<Finding> findings) {
        this.file = Position.file(name);
        this.findings = findings;
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Reads an archive.
    ///
    /// @param name for messages
    /// @param findings receives what is wrong
    /// @return empty when it must not be used
    static Optional<Archive> read(String name, byte[] bytes, List<Finding> findings) {
        return new ArchiveReader(name, bytes, findings).read(bytes);
    }

    private Optional<Archive> read(byte[] bytes) {
        if (bytes.length > Archive.BYTES_MAX) {
            return refuse(
                    "A005",
                    "%d bytes are more than the %d allowed"
                            .formatted(bytes.length, Archive.BYTES_MAX),
                    "leave large files out of the module");
        }
        if (bytes.length < 4 || in.getInt(0) != LOCAL_HEADER) {
            return refuse(
                    "A002",
                    "this is not a module archive",
                    "a .safe file begins with the bytes PK\\3\\4; was the copy cut off?");
        }
        TreeMap<String, Archive.File> files = new TreeMap<>();
        String problem = entries(bytes, files);
        if (problem != null) {
            return refuse(problem.substring(0, 4), problem.substring(5), PACK_AGAIN);
        }
        if (!names(files)) {
            return Optional.empty();
        }
        if (!modes(files)) {
            return refuse(
                    "A002",
                    "the list of entries at its end is cut off or damaged",
                    "copy the file again");
        }
        Archive archive = new Archive(files);
        int difference = archive.mismatch(bytes);
        if (difference >= 0) {
            return refuse(
                    "A003",
                    "not in the one allowed form, from byte %d on".formatted(difference),
                    PACK_AGAIN);
        }
        return Optional.of(archive);
    }

    // Reads local headers and data up to the central directory; gives "ID text" of a problem.
    private @org.jspecify.annotations.Nullable String entries(
            byte[] bytes, SortedMap<String, Archive.File> files) {
        while (in.remaining() >= LOCAL_BYTES && in.getInt(in.position()) == LOCAL_HEADER) {
            int at = in.position();
            int flags = in.getShort(at + 6) & 0xffff;
            int method = in.getShort(at + 8) & 0xffff;
            long size = in.getInt(at + 22) & 0xffffffffL;
            int nameBytes = in.getShort(at + 26) & 0xffff;
            int extraBytes = in.getShort(at + 28) & 0xffff;
            if ((flags & 1) != 0 || method != 0) {
                return "A006 entry at byte %d is compressed or encrypted".formatted(at);
            }
            if (extraBytes != 0 || (flags & 8) != 0) {
                return "A003 entry at byte %d has extra fields or a descriptor".formatted(at);
            }
            if (nameBytes > Archive.NAME_BYTES_MAX) {
                return "A001 entry at byte %d has a name of %d bytes".formatted(at, nameBytes);
            }
            if (LOCAL_BYTES + nameBytes + size > in.remaining()) {
                return "A002 cut off in the entry at byte %d".formatted(at);
            }
            // Latin-1 keeps every byte, so a name outside of ASCII is seen by the name rule.
            String name =
                    new String(bytes, at + LOCAL_BYTES, nameBytes, StandardCharsets.ISO_8859_1);
            int data = at + LOCAL_BYTES + nameBytes;
            byte[] content = Arrays.copyOfRange(bytes, data, data + (int) size);
            if (Archive.crc(content) != in.getInt(at + 14)) {
                return "A007 %s is damaged: its check sum is wrong"
                        .formatted(Names.printable(name));
            }
            if (files.put(name, new Archive.File(content, false)) != null) {
                return "A004 %s is there twice".formatted(Names.printable(name));
            }
            if (files.size() > Archive.ENTRIES_MAX) {
                return "A005 more than %d entries".formatted(Archive.ENTRIES_MAX);
            }
            in.position(data + (int) size);
        }
        return null;
    }

    private boolean names(SortedMap<String, Archive.File> files) {
        int before = findings.size();
        Names.check(files.keySet(), file, findings);
        return findings.size() == before;
    }

    // The executable bit is only in the central directory; its order is that of the names.
    private boolean modes(SortedMap<String, Archive.File> files) {
        for (var entry : files.entrySet()) {
            int at = in.position();
            if (in.remaining() < CENTRAL_BYTES || in.getInt(at) != CENTRAL_HEADER) {
                return false;
            }
            int length = CENTRAL_BYTES + (in.getShort(at + 28) & 0xffff);
            if (length > in.remaining()) {
                return false;
            }
            boolean executable = (in.getInt(at + 38) >>> 16 & 0100) != 0;
            entry.setValue(new Archive.File(entry.getValue().bytes(), executable));
            in.position(at + length);
        }
        return true;
    }

    private Optional<Archive> refuse(String id, String text, String remedy) {
        findings.add(Finding.error(id, file, text, remedy));
        return Optional.empty();
    }
}
