package dev.understudy.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerFileTest {
    @TempDir private Path directory;

    @Test
    void keepsEntriesInOrder() throws IOException {
        Path path = directory.resolve("ledger");
        try (LedgerFile file = LedgerFile.open(path)) {
            file.commit(List.of("w1-1", "w2-1"));
            file.commit(List.of("w1-2 with words"));
        }
        try (LedgerFile file = LedgerFile.open(path)) {
            assertEquals(List.of("w1-1", "w2-1", "w1-2 with words"), file.entries());
        }
    }

    @Test
    void cutsATornTailAndGoesOnAfterIt() throws IOException {
        Path path = directory.resolve("ledger");
        try (LedgerFile file = LedgerFile.open(path)) {
            file.commit(List.of("whole"));
        }
        Files.writeString(path, "00000000 torn\n12", StandardOpenOption.APPEND);
        try (LedgerFile file = LedgerFile.open(path)) {
            assertEquals(List.of("whole"), file.entries());
            file.commit(List.of("next"));
        }
        try (LedgerFile file = LedgerFile.open(path)) {
            assertEquals(List.of("whole", "next"), file.entries());
        }
    }
}
