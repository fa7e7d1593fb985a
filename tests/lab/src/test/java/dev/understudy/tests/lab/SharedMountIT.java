package dev.understudy.tests.lab;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the first node mounts below the shared directory is seen by the machine; the other node has
/// its own there.
@Tag("lab")
class SharedMountIT {

    @Test
    void theFirstNodesMountsAreSeen() throws Exception {
        Path shared = Files.createTempDirectory("understudy-shared");
        Files.createDirectory(shared.resolve("data"));
        Shell.must("mount", "--bind", shared.toString(), shared.toString());
        try {
            Shell.must("mount", "--make-shared", shared.toString());
            LabSpec spec = LabSpec.twoNodes(1).withDiskBytes(64L << 20).withShared(shared);
            try (Lab lab = Lab.create(spec)) {
                String data = shared.resolve("data").toString();
                lab.node("a").must("mount", "-t", "tmpfs", "probe", data);
                lab.node("a").must("touch", data + "/seen");
                assertTrue(Files.exists(shared.resolve("data/seen")));
                assertFalse(
                        lab.node("b").exec(Shell.PATIENCE, "", List.of("test", "-e", data)).isOk());
            }
            assertTrue(Files.exists(shared.resolve("data")));
        } finally {
            Shell.must("umount", "-R", shared.toString());
            Shell.must("rm", "-rf", "--one-file-system", shared.toString());
        }
    }
}
