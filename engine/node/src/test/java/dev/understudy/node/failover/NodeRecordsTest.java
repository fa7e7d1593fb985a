package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRecordsTest {
    private static final Saved SAVED =
            new Saved(
                    DataState.UP_TO_DATE,
                    new Lineage(new Generation(7), new Generation(6), List.of(new Generation(6))),
                    true,
                    false,
                    "boot",
                    true,
                    false,
                    true,
                    true);
    private static final Register REGISTER =
            new Register(
                    new Epoch(5),
                    Set.of(new NodeId("a"), new NodeId("b")),
                    new NodeId("a"),
                    new Generation(7));

    @TempDir Path folder;

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        try (NodeRecords records = NodeRecords.open(folder)) {
            assertEquals(Saved.FRESH, records.saved());
            assertEquals(Register.EMPTY, records.register());
            records.write(SAVED);
            records.write(REGISTER);
        }
        try (NodeRecords records = NodeRecords.open(folder)) {
            assertFalse(records.isLost());
            assertEquals(SAVED, records.saved());
            assertEquals(REGISTER, records.register());
        }
    }

    @Test
    void aRegisterWithoutPrimaryIsReadBack() throws IOException {
        Register none = new Register(new Epoch(1), Set.of(), null, Generation.NONE);
        try (NodeRecords records = NodeRecords.open(folder)) {
            records.write(none);
        }
        try (NodeRecords records = NodeRecords.open(folder)) {
            assertEquals(none, records.register());
        }
    }

    @Test
    void aDamagedRecordMakesTheDataSuspect() throws IOException {
        try (NodeRecords records = NodeRecords.open(folder)) {
            records.write(SAVED);
            records.write(REGISTER);
        }
        try (FileChannel raw =
                FileChannel.open(folder.resolve("register.record"), StandardOpenOption.WRITE)) {
            for (long at = 0; at < 2 * 64 * 1024; at += 64 * 1024) {
                raw.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), at + 8);
            }
        }
        try (NodeRecords records = NodeRecords.open(folder)) {
            assertTrue(records.isLost());
            assertEquals(DataState.SUSPECT, records.saved().data());
            assertEquals(Register.EMPTY, records.register());
        }
    }
}
