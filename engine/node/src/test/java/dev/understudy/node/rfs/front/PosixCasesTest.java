package dev.understudy.node.rfs.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Every operation by every kind of user, with each of its errors, on the plain file system and on
/// a mount over the same: some 28,000 results that must be equal. The cases are in
/// `src/test/native/posix`.
///
/// Left out, because Linux does not bring them to a FUSE file system: `chown(path, -1, -1)` (takes
/// no set-id bits away there), COLLAPSE_RANGE and INSERT_RANGE, RENAME_WHITEOUT, FICLONE, chattr,
/// O_DIRECT that is not aligned (allowed there).
@Tag("posix")
@EnabledIf("dev.understudy.node.rfs.front.CTool#isCompilerThere")
class PosixCasesTest {
    @TempDir Path home;

    @Test
    @Timeout(900)
    void theMountAnswersAsThePlainFileSystemDoes() throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path program = CTool.compile("posix", home);
        Path plain = Files.createDirectory(home.resolve("plain"));
        List<String> ours;
        List<String> theirs;
        try (MountedTree mounted = MountedTree.serving()) {
            Process here = start(program, mounted.directory, home.resolve("mount.txt"));
            Process there = start(program, plain, home.resolve("plain.txt"));
            assertEquals(0, here.waitFor());
            assertEquals(0, there.waitFor());
            assertEquals(List.of(), mounted.faults);
            ours = lines(home.resolve("mount.txt"));
            theirs = lines(home.resolve("plain.txt"));
        }
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()) && differences.size() < 20; i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                differences.add("plain " + theirs.get(i) + "\nmount " + ours.get(i));
            }
        }
        assertEquals("", String.join("\n", differences));
        assertEquals(theirs.size(), ours.size());
        assertTrue(ours.size() > 25_000, "only " + ours.size() + " results");
    }

    private static Process start(Path program, Path directory, Path out) throws Exception {
        return new ProcessBuilder(program.toString(), directory.toString())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> lines(Path file) throws Exception {
        // names are bytes, not text
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    }
}
