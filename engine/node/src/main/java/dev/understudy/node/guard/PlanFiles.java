package dev.understudy.node.guard;

import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.GuardMessage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the fence plans in the run folder for the time after a death of daemon and guard together.
///
/// The folder is in memory on most systems and empty after a boot, as it should be: a boot leaves
/// nothing to clean. A file that cannot be written costs the cleaning, not the service.
final class PlanFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PlanFiles.class);
    private static final String SUFFIX = ".plan";

    private final Path folder;

    PlanFiles(Path run) {
        this.folder = run.resolve("plans");
    }

    void write(FencePlan plan) {
        Path file = file(plan.module());
        Path next = folder.resolve(file.getFileName() + ".new");
        try {
            Files.createDirectories(folder);
            Files.write(next, GuardMessage.write(new GuardMessage.Arm(plan)));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("fence plan cannot be kept file={}", file, e);
        }
    }

    void delete(String module) {
        try {
            Files.deleteIfExists(file(module));
        } catch (IOException e) {
            LOG.warn("fence plan cannot be removed module={}", module, e);
        }
    }

    /// Reads the plans of an earlier process; one that cannot be read is reported and passed over.
    List<FencePlan> readAll() {
        List<FencePlan> plans = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return plans;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : all) {
                readOne(file, plans);
            }
        } catch (IOException e) {
            LOG.warn("fence plans cannot be listed folder={}", folder, e);
        }
        return plans;
    }

    private static void readOne(Path file, List<FencePlan> into) {
        try {
            if (GuardMessage.read(Files.readAllBytes(file)) instanceof GuardMessage.Arm arm) {
                into.add(arm.plan());
            }
        } catch (IOException e) {
            LOG.warn("fence plan cannot be read file={}", file, e);
        }
    }

    private Path file(String module) {
        // Module names are checked elsewhere; a file name made of hex digits needs no trust.
        byte[] name = module.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return folder.resolve(HexFormat.of().formatHex(name) + SUFFIX);
    }
}
