package dev.understudy.node.failover;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.Register;
import dev.understudy.node.store.SlotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a node remembers of one module: the record of the failover machine and its copy of the
/// register, each whole after a power cut at any instant.
///
/// A record that is there and cannot be read is never guessed: the data count as SUSPECT.
final class NodeRecords implements AutoCloseable {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private record StoredSaved(int format, Saved saved) {}

    private record StoredRegister(int format, Register register) {}

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
            StoredSaved stored = JSON.readValue(bytes, StoredSaved.class);
            return stored.format() == FORMAT ? stored.saved() : null;
        } catch (IOException damaged) {
            return null;
        }
    }

    private static @Nullable Register register(SlotFile file) {
        byte[] bytes = file.read();
        if (bytes == null) return file.lost() ? null : Register.EMPTY;
        try {
            StoredRegister stored = JSON.readValue(bytes, StoredRegister.class);
            return stored.format() == FORMAT ? stored.register() : null;
        } catch (IOException damaged) {
            return null;
        }
    }

    private static Saved suspect() {
        return new Saved(DataState.SUSPECT, Lineage.NONE, false, false, "", false, false, false);
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
        savedFile.write(bytes(new StoredSaved(FORMAT, next)));
        saved = next;
    }

    /// Writes the copy of the register; durable on return.
    ///
    /// @throws IOException if it may or may not be durable
    void write(Register next) throws IOException {
        registerFile.write(bytes(new StoredRegister(FORMAT, next)));
        register = next;
    }

    private static byte[] bytes(Object value) throws IOException {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IOException("record cannot be written down", e);
        }
    }

    @Override
    public void close() throws IOException {
        savedFile.close();
        registerFile.close();
    }
}
