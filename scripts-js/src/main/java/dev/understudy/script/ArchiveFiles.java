package dev.understudy.script;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Set;
import org.graalvm.polyglot.io.FileSystem;
import org.jspecify.annotations.Nullable;

/// The only files that a script sees, for its imports alone: those of its archive below `/m`, and
/// the module `safe`.
///
/// Everything else is refused, whatever its name. Read-only, in memory.
final class ArchiveFiles implements FileSystem {
    /// Where the archive is.
    static final String ROOT = "/m/";

    /// Path of the module that `import … from 'safe'` gives.
    static final String SAFE = "/@builtin/safe.mjs";

    /// Path of the module `safe/test`, which only tests of modules have.
    static final String TEST = "/@builtin/test.mjs";

    private final Map<String, String> files;
    private final String safeModule;
    private final @Nullable String testModule;

    /// Wraps the texts.
    ///
    /// @param files path in the archive, `lib/x.js`, to its text
    /// @param safeModule text of the module `safe`
    ArchiveFiles(Map<String, String> files, String safeModule) {
        this(files, safeModule, null);
    }

    /// Wraps the texts, for a test.
    ///
    /// @param testModule text of the module `safe/test`; null = there is none
    ArchiveFiles(Map<String, String> files, String safeModule, @Nullable String testModule) {
        this.files = files;
        this.safeModule = safeModule;
        this.testModule = testModule;
    }

    /// Tells whether the archive has a file.
    boolean has(String path) {
        return files.containsKey(path);
    }

    /// Gives the path inside the archive of an absolute path or of an import's text, for messages.
    String show(String path) {
        if (path.startsWith(ROOT)) {
            return path.substring(ROOT.length());
        }
        String tail = path.replaceFirst("^(\\.{1,2}/)+", "");
        for (String name : files.keySet()) {
            if (name.equals(tail) || name.endsWith("/" + tail)) {
                return name;
            }
        }
        return path;
    }

    @Override
    public Path parsePath(URI uri) {
        throw new SecurityException("import of " + uri + ": only 'safe' and files of the archive");
    }

    @Override
    public Path parsePath(String path) {
        return Path.of(
                switch (path) {
                    case "safe" -> SAFE;
                    case "safe/test" -> TEST;
                    default -> path;
                });
    }

    @Override
    public void checkAccess(Path path, Set<? extends AccessMode> modes, LinkOption... options)
            throws IOException {
        if (modes.contains(AccessMode.WRITE) || modes.contains(AccessMode.EXECUTE)) {
            throw new SecurityException("scripts have no files");
        }
        text(path);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        for (OpenOption option : options) {
            if (option != StandardOpenOption.READ) {
                throw new SecurityException("scripts have no files");
            }
        }
        return new TextChannel(ByteBuffer.wrap(text(path).getBytes(StandardCharsets.UTF_8)));
    }

    private String text(Path path) throws NoSuchFileException {
        String name = path.normalize().toString();
        if (name.equals(SAFE)) {
            return safeModule;
        }
        if (name.equals(TEST) && testModule != null) {
            return testModule;
        }
        String text = name.startsWith(ROOT) ? files.get(name.substring(ROOT.length())) : null;
        if (text == null) {
            throw new NoSuchFileException(
                    show(name), null, "not in the archive; imports reach 'safe' and ./files of it");
        }
        return text;
    }

    @Override
    public Path toAbsolutePath(Path path) {
        return path.isAbsolute() ? path : Path.of(ROOT).resolve(path);
    }

    @Override
    public Path toRealPath(Path path, LinkOption... options) throws IOException {
        Path real = toAbsolutePath(path).normalize();
        text(real);
        return real;
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
            throws IOException {
        return Map.of(
                "isRegularFile", true, "isDirectory", false, "size", (long) text(path).length());
    }

    @Override
    public void createDirectory(Path path, FileAttribute<?>... attributes) {
        throw new SecurityException("scripts have no files");
    }

    @Override
    public void delete(Path path) {
        throw new SecurityException("scripts have no files");
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path path, DirectoryStream.Filter<? super Path> filter) {
        throw new SecurityException("scripts have no files");
    }

    /// Reads a text in memory.
    private static final class TextChannel implements SeekableByteChannel {
        private final ByteBuffer bytes;

        TextChannel(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer target) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(target.remaining(), bytes.remaining());
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            throw new NonWritableChannelException();
        }

        @Override
        public long position() {
            return bytes.position();
        }

        @Override
        public SeekableByteChannel position(long position) {
            bytes.position((int) Math.min(position, bytes.limit()));
            return this;
        }

        @Override
        public long size() {
            return bytes.limit();
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            throw new NonWritableChannelException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
