package dev.understudy.node.script;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The functions `file.*`, after the permission check.
final class FileCalls {
    private static final int READ_BYTES_MAX = 1 << 20;

    private FileCalls() {}

    static String read(Path path) throws CallException {
        try {
            if (Files.size(path) > READ_BYTES_MAX) {
                throw new CallException("LimitError", path + " is longer than 1 MiB");
            }
            // files of /proc say size 0 and have content
            byte[] bytes;
            try (var in = Files.newInputStream(path)) {
                bytes = in.readNBytes(READ_BYTES_MAX + 1);
            }
            if (bytes.length > READ_BYTES_MAX) {
                throw new CallException("LimitError", path + " is longer than 1 MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    static List<String> list(Path path) throws CallException {
        try (Stream<Path> names = Files.list(path)) {
            return names.map(p -> p.getFileName().toString()).sorted().limit(100_000).toList();
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    static boolean remove(Path path) throws CallException {
        try {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new CallException(
                        "IoError", path + " is a directory; file.remove removes files");
            }
            return Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /// Writes beside, makes it durable, then renames: never a half file.
    static void write(Path path, String text, Optional<String> mode) throws CallException {
        Path fresh = path.resolveSibling("." + path.getFileName() + ".understudy-new");
        try {
            Files.deleteIfExists(fresh);
            try (FileChannel channel =
                    FileChannel.open(
                            fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            dress(path, fresh, mode);
            Files.move(
                    fresh,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static void dress(Path path, Path fresh, Optional<String> mode)
            throws IOException, CallException {
        AclFileAttributeView acl = Files.getFileAttributeView(fresh, AclFileAttributeView.class);
        if (acl != null) {
            // Windows: a new file takes the access list of its folder
            if (Files.isRegularFile(path)) {
                acl.setAcl(Files.getFileAttributeView(path, AclFileAttributeView.class).getAcl());
            }
            return;
        }
        if (Files.isRegularFile(path)) {
            PosixFileAttributes old = Files.readAttributes(path, PosixFileAttributes.class);
            PosixFileAttributeView view =
                    Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
            view.setOwner(old.owner());
            view.setGroup(old.group());
            view.setPermissions(old.permissions());
        } else {
            Files.setPosixFilePermissions(fresh, permissions(mode.orElse("0644")));
        }
    }

    private static Set<PosixFilePermission> permissions(String mode) throws CallException {
        if (!mode.matches("0?[0-7]{3}")) {
            throw new CallException(
                    "ArgumentError", "file.write: mode is four octal digits: '0640'");
        }
        int bits = Integer.parseInt(mode, 8);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all =
                PosixFilePermission.values(); // from owner read (0400) downwards
        for (int i = 0; i < all.length; i++) {
            if ((bits & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    private static CallException failed(Path path, IOException e) {
        String reason =
                e instanceof NoSuchFileException
                        ? "there is no such file"
                        : String.valueOf(e.getMessage());
        return new CallException("IoError", path + ": " + reason);
    }
}
