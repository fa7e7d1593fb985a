package dev.understudy.node.failover;

import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.Register;
import dev.understudy.node.store.SlotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node remembers of one module: the record of the failover machine and its copy of the
/// register, each whole after a power cut at any instant.
///
/// A record that is there and cannot be read is never guessed: the data count as SUSPECT.
final class NodeRecords implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRecords.class);

    private final SlotFile savedFile;
    private final SlotFile registerFile;
    private final boolean lost;
    private Saved saved;
    private Register register;

    private NodeRecords(
            SlotFile savedFile,
            SlotFile registerFile,
            @Nullable Saved saved,
            @Nullable Register register) {
        this.savedFile = savedFile;
        this.registerFile = registerFile;
        this.lost = saved == null || register == null;
        this.saved = saved == null || register == null ? suspect() : saved;
        this.register = register == null ? Register.EMPTY : register;
    }

    /// Opens the records of a module, making fresh ones if there are none.
    ///
    /// @throws IOException if the folder cannot be used
    static NodeRecords open(Path folder) throws IOException {
        Files.createDirectories(folder);
        SlotFile savedFile = SlotFile.open(folder.resolve("node.record"));
        try {
            SlotFile registerFile = SlotFile.open(folder.resolve("register.record"));
            try {
                return new NodeRecords(
                        savedFile, registerFile, saved(savedFile), register(registerFile));
            } catch (RuntimeException e) {
                registerFile.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            savedFile.close();
            throw e;
        }
    }

    private static @Nullable Saved saved(SlotFile file) {
        byte[] bytes = file.read();
        if (bytes == null) return file.lost() ? null : Saved.FRESH;
        try {
            return RecordCodec.decodeSaved(bytes);
        } catch (IOException damaged) {
            LOG.error("a record of the module cannot be read; its data count as suspect", damaged);
            return null;
        }
    }

    private static @Nullable Register register(SlotFile file) {
        byte[] bytes = file.read();
        if (bytes == null) return file.lost() ? null : Register.EMPTY;
        try {
            return RecordCodec.decodeRegister(bytes);
        } catch (IOException damaged) {
            LOG.error("a record of the module cannot be read; its data count as suspect", damaged);
            return null;
        }
    }

    private static Saved suspect() {
        return new Saved(
                DataState.SUSPECT, Lineage.NONE, false, false, "", false, false, false, false);
    }

    /// Says whether a record could not be read back; `saved().data()` is SUSPECT then.
    boolean isLost() {
        return lost;
    }

    Saved saved() {
        return saved;
    }

    Register register() {
        return register;
    }

    /// Writes the machine's record; durable on return.
    ///
    /// @throws IOException if the disk refuses; the record before still stands
    void write(Saved next) throws IOException {
        savedFile.write(RecordCodec.encode(next));
        saved = next;
    }

    /// Writes the copy of the register; durable on return.
    ///
    /// @throws IOException if it may or may not be durable
    void write(Register next) throws IOException {
        registerFile.write(RecordCodec.encode(next));
        register = next;
    }

    @Override
    public void close() throws IOException {
        savedFile.close();
        registerFile.close();
    }
}
