package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Dirents;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Times;
import dev.understudy.posix.fs.Xattr;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The same calls on a plain directory and on the mount: every result must be equal.
@Timeout(120)
class ConformanceTest {
    private static final int RW = At.O_RDWR | At.O_CLOEXEC;

    /// One directory that calls are made in, and what they gave.
    private static final class Lab implements AutoCloseable {
        final int dir;
        final List<String> log = new ArrayList<>();
        private final ByteBuffer buffer = Native.allocate(1 << 20, 4096);
        private final long address = Native.address(buffer);
        private final Stat stat = new Stat();

        Lab(Path directory) {
            dir = open(At.AT_FDCWD, directory.toString(), At.O_RDONLY | At.O_DIRECTORY, 0);
        }

        static int open(int at, String name, int flags, int mode) {
            try (CString c = CString.of(name)) {
                return At.openat(at, c.address(), flags, mode);
            }
        }

        void note(String what, long result) {
            log.add(
                    what
                            + " = "
                            + (result < 0 ? Errno.name((int) result) : String.valueOf(result)));
        }

        int create(String name, int flags, int mode) {
            int fd = open(dir, name, flags | At.O_CREAT | At.O_CLOEXEC, mode);
            note("create " + name, Math.min(fd, 0));
            return fd;
        }

        int reopen(String name, int flags) {
            int fd = open(dir, name, flags | At.O_CLOEXEC, 0);
            note("open " + name + " " + flags, Math.min(fd, 0));
            return fd;
        }

        void write(int fd, String text, long offset) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            buffer.put(0, bytes);
            note("write " + text.length(), Fd.pwrite(fd, address, bytes.length, offset));
        }

        void append(int fd, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            buffer.put(0, bytes);
            note("append", Fd.write(fd, address, bytes.length));
        }

        void read(int fd, int length, long offset) {
            long got = Fd.pread(fd, address, length, offset);
            byte[] bytes = new byte[(int) Math.max(0, got)];
            buffer.get(0, bytes);
            log.add("read " + got + " " + java.util.Arrays.hashCode(bytes));
        }

        void stat(String name) {
            try (CString c = CString.of(name)) {
                describe(name, stat.of(dir, c.address()));
            }
        }

        void fstat(String name, int fd) {
            describe(name, stat.of(fd));
        }

        private void describe(String name, int result) {
            log.add(
                    result < 0
                            ? "stat " + name + " " + Errno.name(result)
                            : "stat %s %o %d:%d links %d size %d dev %x blocks %d"
                                    .formatted(
                                            name,
                                            stat.mode(),
                                            stat.uid(),
                                            stat.gid(),
                                            stat.isDirectory() ? 0 : stat.links(),
                                            stat.isDirectory() ? 0 : stat.size(),
                                            stat.device(),
                                            stat.isRegular() ? stat.blocks() : 0));
        }

        void mtime(String name) {
            try (CString c = CString.of(name)) {
                stat.of(dir, c.address());
                log.add(
                        "times "
                                + stat.atimeSeconds()
                                + "."
                                + stat.atimeNanos()
                                + " "
                                + stat.mtimeSeconds()
                                + "."
                                + stat.mtimeNanos());
            }
        }

        void names(String what, CallOnTwo call, String a, String b) {
            try (CString x = CString.of(a);
                    CString y = CString.of(b)) {
                note(what + " " + a + " " + b, call.call(x.address(), y.address()));
            }
        }

        void name(String what, CallOnOne call, String a) {
            try (CString x = CString.of(a)) {
                note(what + " " + a, call.call(x.address()));
            }
        }

        void setXattr(int fd, String name, String value, int flags) {
            try (CString n = CString.of(name);
                    CString v = CString.of(value)) {
                note(
                        "setxattr " + name,
                        Xattr.fset(fd, n.address(), v.address(), value.length(), flags));
            }
        }

        void getXattr(int fd, String name, int room) {
            try (CString n = CString.of(name)) {
                long got = Xattr.fget(fd, n.address(), address, room);
                byte[] bytes = new byte[(int) (room == 0 ? 0 : Math.max(0, got))];
                buffer.get(0, bytes);
                log.add(
                        "getxattr "
                                + name
                                + " "
                                + got
                                + " "
                                + new String(bytes, StandardCharsets.ISO_8859_1));
            }
        }

        void listXattr(int fd) {
            long got = Xattr.flist(fd, address, 65536);
            byte[] bytes = new byte[(int) Math.max(0, got)];
            buffer.get(0, bytes);
            List<String> names =
                    new ArrayList<>(
                            List.of(new String(bytes, StandardCharsets.ISO_8859_1).split("\0")));
            names.removeIf(n -> n.startsWith("trusted.understudy."));
            Collections.sort(names);
            log.add("listxattr " + names);
        }

        void list(String name) throws Exception {
            int fd = open(dir, name, At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC, 0);
            List<String> names = new ArrayList<>();
            Dirents entries = new Dirents().over(fd);
            while (entries.advance()) {
                names.add(
                        new String(entries.name(), StandardCharsets.ISO_8859_1)
                                + "/"
                                + entries.type());
            }
            Fd.close(fd);
            Collections.sort(names);
            log.add("list " + name + " " + names.size() + " " + names.hashCode());
        }

        void sh(Path directory, String command) throws Exception {
            Process process =
                    new ProcessBuilder("sh", "-c", command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .start();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            log.add(command + " -> " + process.waitFor() + " " + out.strip());
        }

        @Override
        public void close() {
            Fd.close(dir);
        }

        @FunctionalInterface
        interface CallOnTwo {
            long call(long a, long b);
        }

        @FunctionalInterface
        interface CallOnOne {
            long call(long a);
        }
    }

    private interface Script {
        void run(Lab lab, Path directory) throws Exception;
    }

    private static void same(Script script) throws Exception {
        Path plain = Files.createTempDirectory("understudy-plain-");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (MountedTree mounted = MountedTree.serving();
                Lab native_ = new Lab(plain)) {
            script.run(native_, plain);
            List<String> ours;
            try (Lab lab = new Lab(mounted.directory)) {
                script.run(lab, mounted.directory);
                ours = lab.log;
            }
            assertEquals(String.join("\n", native_.log), String.join("\n", ours));
            assertEquals(List.of(), mounted.faults);
        } finally {
            MountedTree.deleteAll(plain);
        }
    }

    private static void sameOps(Consumer<Lab> script) throws Exception {
        same((lab, directory) -> script.accept(lab));
    }

    @Test
    void filesAndData() throws Exception {
        sameOps(lab -> {
            int fd = lab.create("a", RW | At.O_EXCL, 0640);
            lab.create("a", RW | At.O_EXCL, 0640);
            lab.write(fd, "hello", 0);
            lab.write(fd, "world", 8190);
            lab.read(fd, 100, 0);
            lab.read(fd, 10000, 0);
            lab.read(fd, 10, 9000);
            lab.fstat("a", fd);
            lab.note("truncate", Fd.ftruncate(fd, 100));
            lab.note("truncate", Fd.ftruncate(fd, 5000));
            lab.note("truncate", Fd.ftruncate(fd, -1));
            lab.read(fd, 5000, 0);
            lab.note("fsync", Fd.fsync(fd));
            lab.note("fdatasync", Fd.fdatasync(fd));
            Fd.close(fd);
            fd = lab.reopen("a", At.O_WRONLY | At.O_APPEND);
            lab.append(fd, "tail");
            lab.append(fd, "tail");
            lab.read(fd, 1, 0);
            lab.fstat("a", fd);
            Fd.close(fd);
            fd = lab.reopen("a", At.O_RDONLY);
            lab.write(fd, "no", 0);
            lab.note("truncate", Fd.ftruncate(fd, 1));
            Fd.close(fd);
            fd = lab.reopen("a", RW | At.O_TRUNC);
            lab.fstat("a", fd);
            Fd.close(fd);
            lab.reopen("missing", At.O_RDONLY);
            lab.reopen("a/b", At.O_RDONLY);
            lab.reopen("x".repeat(256), At.O_RDONLY);
            lab.create("y".repeat(255), RW, 0600);
            lab.stat("y".repeat(255));
        });
    }

    @Test
    void spaceAndHoles() throws Exception {
        sameOps(lab -> {
            int fd = lab.create("s", RW, 0600);
            lab.note("truncate", Fd.ftruncate(fd, 1 << 20));
            lab.write(fd, "x".repeat(4096), 409600);
            lab.note("fsync", Fd.fsync(fd));
            lab.note("data", Fd.lseek(fd, 0, Fd.SEEK_DATA));
            lab.note("hole", Fd.lseek(fd, 409600, Fd.SEEK_HOLE));
            lab.note("beyond", Fd.lseek(fd, 2 << 20, Fd.SEEK_DATA));
            lab.note("allocate", Fd.fallocate(fd, 0, 0, 65536));
            lab.note("keep", Fd.fallocate(fd, Fd.FALLOC_FL_KEEP_SIZE, 1 << 20, 65536));
            lab.note("punch", Fd.fallocate(fd, 3, 409600, 4096));
            lab.note("zero", Fd.fallocate(fd, Fd.FALLOC_FL_ZERO_RANGE, 0, 4096));
            // not compared: COLLAPSE_RANGE, INSERT_RANGE, which the kernel refuses on FUSE
            lab.note("bad", Fd.fallocate(fd, 0, -1, 10));
            lab.note("bad", Fd.fallocate(fd, 0, 0, 0));
            lab.note("fsync", Fd.fsync(fd));
            lab.fstat("s", fd);
            int copy = lab.create("copy", RW, 0600);
            lab.write(fd, "copied", 0);
            lab.note("copy", Fd.copyFileRange(fd, 0, copy, 0, 8192));
            lab.read(copy, 8192, 0);
            Fd.close(copy);
            Fd.close(fd);
        });
    }

    @Test
    void namesAndLinks() throws Exception {
        same((lab, directory) -> {
            int d = lab.dir;
            lab.name("mkdir", n -> At.mkdirat(d, n, 0755), "d");
            lab.name("mkdir", n -> At.mkdirat(d, n, 0755), "d");
            lab.name("mkdir", n -> At.mkdirat(d, n, 0755), "no/e");
            lab.name("mkdir", n -> At.mkdirat(d, n, 01777), "d/e");
            Fd.close(lab.create("d/f", RW, 0644));
            lab.names("link", (a, b) -> At.linkat(d, a, d, b, 0), "d/f", "g");
            lab.names("link", (a, b) -> At.linkat(d, a, d, b, 0), "d/f", "g");
            lab.names("link", (a, b) -> At.linkat(d, a, d, b, 0), "d", "h");
            lab.names("link", (a, b) -> At.linkat(d, a, d, b, 0), "none", "h");
            lab.stat("g");
            lab.names("symlink", (a, b) -> At.symlinkat(a, d, b), "d/f", "s");
            lab.names("symlink", (a, b) -> At.symlinkat(a, d, b), "t".repeat(4000), "long");
            lab.stat("s");
            lab.stat("long");
            lab.reopen("s", At.O_RDONLY | At.O_NOFOLLOW);
            Fd.close(lab.reopen("s", At.O_RDONLY));
            lab.name("rmdir", n -> At.unlinkat(d, n, At.AT_REMOVEDIR), "d");
            lab.name("rmdir", n -> At.unlinkat(d, n, At.AT_REMOVEDIR), "g");
            lab.name("unlink", n -> At.unlinkat(d, n, 0), "d");
            lab.name("unlink", n -> At.unlinkat(d, n, 0), "none");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "g", "d/g2");
            lab.names("noreplace", (a, b) -> At.renameat2(d, a, d, b, 1), "s", "d/g2");
            lab.names("exchange", (a, b) -> At.renameat2(d, a, d, b, 2), "s", "d/g2");
            lab.stat("s");
            lab.stat("d/g2");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "s", "d/f");
            lab.stat("d/f");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "d", "d/e/x");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "d/e", "d/f");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "none", "x");
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "d/e", "e2");
            lab.name("mkfifo", n -> At.mknodat(d, n, Stat.S_IFIFO | 0600, 0), "fifo");
            lab.name("mksock", n -> At.mknodat(d, n, Stat.S_IFSOCK | 0600, 0), "sock");
            lab.name("mkchr", n -> At.mknodat(d, n, Stat.S_IFCHR | 0600, 0x103), "null");
            lab.name("mkreg", n -> At.mknodat(d, n, Stat.S_IFREG | 0604, 0), "reg");
            for (String name : List.of("fifo", "sock", "null", "reg")) {
                lab.stat(name);
            }
            for (int i = 0; i < 700; i++) {
                lab.name("mkdir", n -> At.mkdirat(d, n, 0700), "e2/entry-" + i);
            }
            lab.list("e2");
            lab.list(".");
            lab.sh(directory, "ls -R | sort | md5sum; rm -rf d e2; ls");
        });
    }

    @Test
    void openFilesWithoutNames() throws Exception {
        sameOps(lab -> {
            int d = lab.dir;
            int fd = lab.create("gone", RW, 0600);
            lab.write(fd, "still here", 0);
            lab.name("unlink", n -> At.unlinkat(d, n, 0), "gone");
            lab.write(fd, "more", 10);
            lab.read(fd, 100, 0);
            lab.fstat("gone", fd);
            lab.note("truncate", Fd.ftruncate(fd, 3));
            lab.note("fsync", Fd.fsync(fd));
            lab.note("chmod", Fd.fchmod(fd, 0400));
            lab.setXattr(fd, "user.a", "b", 0);
            lab.fstat("gone", fd);
            Fd.close(fd);
            int over = lab.create("over", RW, 0600);
            lab.write(over, "old", 0);
            Fd.close(lab.create("new", RW, 0600));
            lab.names("rename", (a, b) -> At.renameat2(d, a, d, b, 0), "new", "over");
            lab.read(over, 10, 0);
            lab.fstat("over", over);
            Fd.close(over);
            int tmp = Lab.open(d, ".", At.O_TMPFILE | RW, 0640);
            lab.note("tmpfile", Math.min(0, tmp));
            lab.write(tmp, "from nowhere", 0);
            lab.fstat("tmp", tmp);
            lab.name(
                    "linkat",
                    n -> At.linkat(tmp, Stat.emptyName(), d, n, At.AT_EMPTY_PATH),
                    "named");
            lab.stat("named");
            lab.name("unlink", n -> At.unlinkat(d, n, 0), "named");
            lab.fstat("tmp", tmp);
            Fd.close(tmp);
        });
    }

    @Test
    void attributesAndOwners() throws Exception {
        same((lab, directory) -> {
            int d = lab.dir;
            int fd = lab.create("a", RW, 0666);
            lab.stat("a");
            lab.note("chmod", Fd.fchmod(fd, 04711));
            lab.stat("a");
            lab.name("chown", n -> At.fchownat(d, n, 1234, 4321, 0), "a");
            lab.stat("a");
            lab.note("chmod", Fd.fchmod(fd, 06755));
            lab.sh(
                    directory,
                    "chmod o+w a; setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'echo x >> a'; stat -c %a a");
            lab.note("chmod", Fd.fchmod(fd, 06757));
            lab.sh(
                    directory,
                    "setpriv --reuid=65534 --regid=65534 --clear-groups sh -c ': > a'; stat -c %a a");
            lab.name(
                    "times",
                    n -> new Times().set(d, n, 1000000000, 123456789, 1111111111, 987654321),
                    "a");
            lab.mtime("a");
            lab.names("symlink", (x, y) -> At.symlinkat(x, d, y), "a", "s");
            lab.name("lchown", n -> At.fchownat(d, n, 7, 8, At.AT_SYMLINK_NOFOLLOW), "s");
            lab.name("ltimes", n -> new Times().set(d, n, 5, 6, 7, 8), "s");
            lab.stat("s");
            lab.mtime("s");
            lab.sh(
                    directory,
                    "mkdir g; chgrp 777 g; chmod 2775 g; touch g/f; mkdir g/d; stat -c '%a %g' g/f g/d");
            lab.sh(
                    directory,
                    "chmod 1777 g; setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'umask 027; touch g/u; mkdir g/v; stat -c \"%a %u %g\" g/u g/v; rm -f g/f'; ls g");
            lab.sh(
                    directory,
                    "mkdir p; chmod 700 p; touch p/x; setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'cat p/x; echo > p/y; ls p; chmod 777 p'; true");
            Fd.close(fd);
        });
    }

    @Test
    void extendedAttributesAndAcls() throws Exception {
        same((lab, directory) -> {
            int fd = lab.create("a", RW, 0644);
            lab.getXattr(fd, "user.a", 100);
            lab.setXattr(fd, "user.a", "value", 0);
            lab.setXattr(fd, "user.a", "value", Xattr.XATTR_CREATE);
            lab.setXattr(fd, "user.b", "value", Xattr.XATTR_REPLACE);
            lab.setXattr(fd, "trusted.t", "secret", 0);
            lab.setXattr(fd, "user.big", "v".repeat(3000), 0);
            lab.setXattr(fd, "none.x", "v", 0);
            lab.getXattr(fd, "user.a", 100);
            lab.getXattr(fd, "user.a", 2);
            lab.getXattr(fd, "user.a", 0);
            lab.getXattr(fd, "security.capability", 100);
            lab.getXattr(fd, "security.capability", 100);
            lab.listXattr(fd);
            lab.name("remove", n -> Xattr.fremove(fd, n), "user.a");
            lab.name("remove", n -> Xattr.fremove(fd, n), "user.a");
            lab.listXattr(fd);
            Fd.close(fd);
            lab.sh(
                    directory,
                    "command -v setfacl >/dev/null || exit 0; setfacl -m u:1000:rw a; stat -c %a a; getfacl -n a; mkdir d; setfacl -d -m g:100:rwx d; umask 077; touch d/f; mkdir d/e; getfacl -n d/f d/e; setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'echo z >> a && cat a'");
        });
    }

    @Test
    void mappedFiles() throws Exception {
        same((lab, directory) -> {
            Path file = directory.resolve("m");
            try (var channel =
                    java.nio.channels.FileChannel.open(
                            file,
                            java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.READ,
                            java.nio.file.StandardOpenOption.WRITE)) {
                var map = channel.map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, 100_000);
                for (int i = 0; i < 100_000; i++) {
                    map.put(i, (byte) (i * 7));
                }
                map.force();
                ByteBuffer back = ByteBuffer.allocate(100_000);
                lab.log.add(
                        "read "
                                + channel.read(back, 0)
                                + " "
                                + java.util.Arrays.hashCode(back.array()));
                channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 50_000);
                lab.log.add("mapped " + map.get(50_001));
            }
            lab.log.add(
                    "size "
                            + Files.size(file)
                            + " "
                            + java.util.Arrays.hashCode(Files.readAllBytes(file)));
        });
    }
}
