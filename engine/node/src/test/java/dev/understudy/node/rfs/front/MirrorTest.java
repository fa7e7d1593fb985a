package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.node.rfs.tree.TreeWalk;
import dev.understudy.node.rfs.tree.TreeWriter;
import dev.understudy.node.rfs.undo.Origin;
import dev.understudy.node.rfs.undo.Preimages;
import dev.understudy.posix.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every operation of a mount is applied to a second tree too, as the peer does: both must be
/// equal.
@Timeout(120)
class MirrorTest {
    private static final FileId ROOT = FileId.ofRoot("test", "data");

    /// Applies each operation to the copy, twice, before it may be applied here.
    private static final class Mirror implements MutationSink {
        final Applier copy;
        volatile @Nullable Preimages before;
        final OpView view = new OpView();
        final List<String> differences = new ArrayList<>();
        final int[] expected = new int[64];

        Mirror(LowerTree copy) {
            this.copy = new Applier(copy);
        }

        @Override
        public void submit(
                MutationSource source,
                int token,
                OpKind kind,
                ByteBuffer frame,
                int at,
                int length) {
            view.over(frame, at, length);
            Preimages keeps = before;
            if (keeps != null) {
                keeps.before(view);
            }
            expected[token] = copy.apply(view, false);
            if (expected[token] >= 0
                    && kind != OpKind.SETXATTR
                    && kind != OpKind.REMOVEXATTR
                    && kind != OpKind.RELEASE
                    && kind != OpKind.FALLOCATE
                    && (kind != OpKind.RENAME || view.renameFlags() == 0)) {
                int again = copy.apply(view, false);
                if (again != expected[token]) {
                    differences.add("again " + view + " " + expected[token] + " " + again);
                }
            }
            source.mayApply(token);
        }

        @Override
        public boolean isDurable(long idHigh, long idLow) {
            return false;
        }

        @Override
        public boolean applied(MutationSource source, int token, OpKind kind, int outcome) {
            if (outcome != expected[token]) {
                differences.add(kind + " here " + outcome + " copy " + expected[token]);
            }
            return true;
        }
    }

    private Path home;
    private LowerTree copy;
    private Mirror mirror;
    private MountedTree mounted;

    @BeforeEach
    void mount() throws Exception {
        home = Files.createTempDirectory("understudy-mirror-");
        copy =
                LowerTree.open(
                        Files.createDirectory(home.resolve("copy")),
                        ROOT,
                        home.resolve("ids"),
                        Excludes.of(List.of("*.local")));
        mirror = new Mirror(copy);
        mounted = new MountedTree(mirror, "*.local");
        mounted.onLoop(() -> {
            mounted.front.serve();
            return true;
        });
    }

    @AfterEach
    void unmount() throws IOException {
        mounted.close();
        copy.close();
        MountedTree.deleteAll(home);
        assertEquals(List.of(), mounted.faults);
    }

    private static String run(Path directory, String script) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-e", "-c", script)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }

    /// Describes a tree, sorted by name: what must be equal on both nodes.
    private static List<String> describe(LowerTree tree) throws IOException {
        List<String> lines = new ArrayList<>();
        describe(tree, new TreeReader(tree), tree.rootId(), "", lines);
        return lines;
    }

    private static void describe(
            LowerTree tree, TreeReader reader, FileId directory, String path, List<String> lines)
            throws IOException {
        List<TreeReader.Entry> entries = new ArrayList<>(assertNotNullList(reader.list(directory)));
        entries.sort(Comparator.comparing(e -> new String(e.name(), StandardCharsets.ISO_8859_1)));
        for (TreeReader.Entry entry : entries) {
            String name = path + "/" + new String(entry.name(), StandardCharsets.ISO_8859_1);
            Attributes a = reader.attributes(entry.id());
            assertNotNull(a);
            ByteBuffer data = Native.allocate(1 << 20, 8);
            int hash = 0;
            if (a.isRegular()) {
                long at = 0;
                while (reader.read(entry.id(), at, data.clear()) > 0) {
                    at += data.position();
                    hash = hash * 31 + data.flip().hashCode();
                }
            }
            lines.add(
                    "%s %s %o %d:%d %d %d.%09d dev %x links %d %s %s data %x"
                            .formatted(
                                    name,
                                    entry.id(),
                                    a.mode(),
                                    a.uid(),
                                    a.gid(),
                                    a.size(),
                                    a.mtimeSeconds(),
                                    a.mtimeNanos(),
                                    a.device(),
                                    a.links(),
                                    a.target(),
                                    a.xattrs().keySet(),
                                    hash));
            if (a.isDirectory()) {
                describe(tree, reader, entry.id(), name, lines);
            }
        }
    }

    private static List<TreeReader.Entry> assertNotNullList(
            @org.jspecify.annotations.Nullable List<TreeReader.Entry> list) {
        if (list == null) {
            throw new AssertionError("no directory");
        }
        return list;
    }

    private void assertEqualTrees() throws Exception {
        // time stamps travel within a second; ask until they did
        long deadline = System.nanoTime() + 30_000_000_000L;
        List<String> here = describe(mounted.tree);
        List<String> there = describe(copy);
        while (!here.equals(there) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            here = describe(mounted.tree);
            there = describe(copy);
        }
        assertEquals(String.join("\n", here), String.join("\n", there));
        assertFalse(here.isEmpty());
        assertEquals(List.of(), mirror.differences);
    }

    @Test
    void aShellsWorkIsMirrored() throws Exception {
        run(
                mounted.directory,
                """
                umask 027
                mkdir -p a/b/c; echo one > a/b/c/f; ln a/b/c/f a/hard; ln -s b/c/f a/soft
                mkfifo a/fifo; mknod a/null c 1 3
                dd if=/dev/urandom of=big bs=64k count=40 2>/dev/null; truncate -s 10M big
                dd if=/dev/urandom of=big bs=4k count=3 seek=100 conv=notrunc 2>/dev/null
                fallocate -p -o 40960 -l 8192 big
                echo x >> a/hard; chmod 4755 a/b/c/f; chown 12:34 a/soft -h; chown 5:6 a
                setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'true'
                mkdir s; chgrp 77 s; chmod 2775 s; touch s/t; mkdir s/u
                mv a/b z; mv big z/; echo new > over; mv over z/c/f; rm -r z/c
                touch -d '2001-02-03 04:05:06.789' a/soft -h; touch -d '2002-01-01' s/t
                cp -a a cp; rm -rf a; echo kept > only.local; mkdir l.local; echo x > l.local/y
                mkdir many; i=0; while [ $i -lt 300 ]; do echo $i > many/$i; i=$((i+1)); done
                i=0; while [ $i -lt 300 ]; do mv many/$i many/n$i; i=$((i+2)); done; rm many/n1*
                """);
        assertEqualTrees();
        assertFalse(Files.exists(home.resolve("copy/only.local")));
        assertEquals("x", Files.readString(mounted.directory.resolve("l.local/y")).strip());
    }

    @Test
    void randomWorkIsMirrored() throws Exception {
        work(20261122, 1500);
        assertEqualTrees();
    }

    /// Whatever operations did to a copy, it can be made what it was, also a second time.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void whatOperationsDidIsTakenBack(int round) throws Exception {
        work(20261126 + round, 300);
        run(
                mounted.directory,
                "mkdir -p d/e/f g; for i in 1 2 3; do echo $i > d/$i; ln -f d/$i d/e/l$i; done;"
                        + " head -c 300000 /dev/urandom > big; truncate -s 9000000 big;"
                        + " printf x | dd of=big bs=1 seek=5000000 conv=notrunc 2>/dev/null;"
                        + " ln -sf big s; chmod 640 big");
        Path big = mounted.directory.resolve("big");
        Files.setAttribute(big, "user:a", ByteBuffer.wrap(new byte[] {1, 2}));
        List<String> was = describe(copy);
        List<String> lost = new ArrayList<>();
        try (Preimages before = new Preimages(List.of(copy), "boot", 1L << 30, lost::add)) {
            Origin origin = new Origin("boot", 1, new Generation(7 + round), new Generation(3));
            before.begin(origin);
            mirror.before = before;
            run(
                    mounted.directory,
                    "rm -f d/1 d/2; mv d/e g/moved; mv d g/moved/f/d; mkdir d; echo n > d/1;"
                            + " echo y | dd of=big bs=1 seek=100000 conv=notrunc 2>/dev/null;"
                            + " fallocate -p -o 8192 -l 50000 big; truncate -s 70000 big;"
                            + " truncate -s 400000 big; chown 7:9 big;"
                            + " rm s; mkfifo s; rm -rf g/moved/f/d/3; touch -d @1 .");
            Files.setAttribute(big, "user:a", ByteBuffer.wrap(new byte[] {3}));
            work(7 + round, 200);
            mirror.before = null;
            assertEquals(List.of(), lost);
            assertEquals(origin, before.setBack());
            // what lies aside has one name more, until it is cleared away
            assertEquals(withoutLinks(was), withoutLinks(describe(copy)), "round " + round);
            assertTrue(before.resume());
            assertTrue(before.isKept(), lost.toString());
            before.setBack();
            before.clear();
            assertEquals(was, describe(copy), "again, round " + round);
            assertFalse(Files.exists(home.resolve("copy").resolve(Excludes.ASIDE)));
        }
    }

    private static List<String> withoutLinks(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll(" links \\d+", "")).toList();
    }

    private void work(long seed, int count) {
        Random random = new Random(seed);
        Path top = mounted.directory;
        for (int i = 0; i < count; i++) {
            Path a = top.resolve("f" + random.nextInt(20));
            Path b = top.resolve("f" + random.nextInt(20));
            try {
                switch (random.nextInt(8)) {
                    case 0, 1 -> {
                        byte[] data = new byte[random.nextInt(20_000)];
                        random.nextBytes(data);
                        Files.write(a, data);
                    }
                    case 2 -> Files.deleteIfExists(a);
                    case 3 -> Files.move(a, b, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                    case 4 -> Files.createLink(a, b);
                    case 5 -> Files.createDirectory(a);
                    case 6 -> Files.createSymbolicLink(a, Path.of("f1"));
                    default ->
                            Files.setLastModifiedTime(
                                    a,
                                    java.nio.file.attribute.FileTime.fromMillis(random.nextInt()));
                }
            } catch (IOException e) {
                // refused alike by both trees, or the comparison that follows fails
                assertNotNull(e);
            }
        }
    }

    @Test
    void aTreeIsCopiedById() throws Exception {
        run(
                mounted.directory,
                "mkdir -p a/b; echo 1 > a/b/f; ln a/b/f g; ln -s g s; mkfifo p; chmod 2751 a");
        Path third = Files.createDirectory(home.resolve("third"));
        Files.writeString(third.resolve("stale"), "stale");
        try (LowerTree target = LowerTree.open(third, ROOT, home.resolve("ids3"), Excludes.NONE)) {
            TreeWriter writer = new TreeWriter(target);
            copyTree(mounted.tree, target, writer);
            assertEquals(describe(mounted.tree), describe(target));
            run(mounted.directory, "mv a/b/f a/x; mv a c; rm g; echo 22 > h; rm s");
            copyTree(mounted.tree, target, writer);
            assertEquals(describe(mounted.tree), describe(target));
            assertFalse(Files.exists(third.resolve(Excludes.ASIDE)));
        }
    }

    private static void copyTree(LowerTree from, LowerTree to, TreeWriter writer)
            throws IOException {
        copyDirectory(new TreeReader(from), new TreeReader(to), writer, from.rootId());
        writer.finish();
        setTimes(new TreeReader(from), writer, from.rootId());
    }

    private static void setTimes(TreeReader from, TreeWriter writer, FileId directory)
            throws IOException {
        for (TreeReader.Entry entry : assertNotNullList(from.list(directory))) {
            Attributes a = from.attributes(entry.id());
            assertNotNull(a);
            if (a.isDirectory()) {
                setTimes(from, writer, entry.id());
            }
            writer.setAttributes(entry.id(), a);
        }
    }

    private static void copyDirectory(
            TreeReader from, TreeReader to, TreeWriter writer, FileId directory)
            throws IOException {
        List<TreeReader.Entry> entries = assertNotNullList(from.list(directory));
        for (TreeReader.Entry old : assertNotNullList(to.list(directory))) {
            if (entries.stream().noneMatch(e -> java.util.Arrays.equals(e.name(), old.name()))) {
                writer.remove(directory, old.name());
            }
        }
        ByteBuffer data = Native.allocate(1 << 16, 8);
        for (TreeReader.Entry entry : entries) {
            Attributes a = from.attributes(entry.id());
            assertNotNull(a);
            writer.put(entry.id(), directory, entry.name(), a, false);
            if (a.isRegular()) {
                from.read(entry.id(), 0, data.clear());
                writer.write(entry.id(), 0, data.flip());
            } else if (a.isDirectory()) {
                copyDirectory(from, to, writer, entry.id());
            }
        }
    }

    @Test
    void whatChangedUnmountedIsFound() throws Exception {
        run(mounted.directory, "mkdir d; echo 1 > d/a; echo 1 > d/b; echo 1 > c");
        assertEqualTrees();
        Path below = home.resolve("copy");
        long before = System.currentTimeMillis() / 1000;
        TreeReader reader = new TreeReader(copy);
        Path changed = below.resolve("d/a");
        // the kernel stamps files with a clock that is up to a tick behind
        while (System.currentTimeMillis() < (before + 1) * 1000 + 50) {
            Thread.onSpinWait();
        }
        long since = System.currentTimeMillis() / 1000;
        Files.writeString(changed, "2");
        run(below, "cp -a c copied; echo new > d/new");
        TreeWalk.Changes changes = new TreeWalk(copy).changedSince(since, 0);
        List<String> names = new ArrayList<>();
        for (TreeReader.Entry entry : assertNotNullList(reader.list(copy.rootId()))) {
            if (changes.files().contains(entry.id())) {
                names.add(new String(entry.name(), StandardCharsets.UTF_8));
            }
        }
        assertEquals(List.of("copied", "d"), names.stream().sorted().toList());
        assertEquals(2, changes.marked());
        assertEquals(4, changes.files().size() - (changes.files().contains(ROOT) ? 1 : 0));
        assertTrue(changes.directories().contains(ROOT));
        TreeWalk.Changes none = new TreeWalk(copy).changedSince(since + 3600, 0);
        assertEquals(0, none.files().size());
    }

    @Test
    void theIndexOutlivesTheProcessAndItsLoss() throws Exception {
        run(mounted.directory, "mkdir d; echo 1 > d/a");
        TreeReader.Entry d = assertNotNullList(new TreeReader(copy).list(copy.rootId())).get(0);
        copy.close();
        copy = LowerTree.open(home.resolve("copy"), ROOT, home.resolve("ids"), Excludes.NONE);
        assertEquals(LowerTree.RootState.KNOWN, copy.rootState());
        assertFalse(copy.index().suspect());
        assertNotNull(copy.byId(d.id()));
        copy.close();
        Files.delete(home.resolve("ids"));
        copy = LowerTree.open(home.resolve("copy"), ROOT, home.resolve("ids"), Excludes.NONE);
        assertTrue(copy.index().suspect());
        assertNotNull(copy.byId(d.id()));
        assertFalse(copy.index().suspect());
        assertEquals("d", copy.pathOf(java.util.Objects.requireNonNull(copy.byId(d.id()))));
    }

    /// A file that is still open outlives its name, and one that was moved has another: what a
    /// listing said of it must not be sent any more.
    @Test
    void anEntryIsThereAsLongAsItsNameIs() throws Exception {
        Path top = mounted.directory;
        Files.writeString(top.resolve("open"), "1");
        Files.writeString(top.resolve("moved"), "2");
        Files.writeString(top.resolve("same"), "3");
        TreeReader reader = new TreeReader(mounted.tree);
        FileId root = mounted.tree.rootId();
        List<TreeReader.Entry> before = assertNotNullList(reader.list(root));
        try (var open = java.nio.channels.FileChannel.open(top.resolve("open"))) {
            Files.delete(top.resolve("open"));
            Files.move(top.resolve("moved"), top.resolve("elsewhere"));
            List<String> there = new ArrayList<>();
            for (TreeReader.Entry entry : before) {
                assertNotNull(reader.attributes(entry.id()));
                if (reader.has(root, entry)) {
                    there.add(new String(entry.name(), StandardCharsets.UTF_8));
                }
            }
            assertEquals(List.of("same"), there);
            assertEquals(1, open.size());
        }
    }
}
