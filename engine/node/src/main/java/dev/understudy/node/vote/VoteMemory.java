package dev.understudy.node.vote;

import dev.understudy.core.register.Acceptor;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Memory;
import dev.understudy.core.register.Reply;
import dev.understudy.core.register.VoteCodec;
import dev.understudy.node.store.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's voter: what it remembers, in one file that is replaced as a whole.
///
/// A file that cannot be read, or is not whole, is a voter that lost its memory: it begins anew
/// under another id, and does not vote before it is added again. Thread-safe.
public final class VoteMemory {
    private static final Logger LOG = LoggerFactory.getLogger(VoteMemory.class);

    private final Path file;
    private Memory memory;

    private VoteMemory(Path file, Memory memory) {
        this.file = file;
        this.memory = memory;
    }

    /// Opens the voter's file, or makes one.
    ///
    /// @throws IOException if it can be neither read nor written
    public static VoteMemory open(Path file, RandomGenerator random) throws IOException {
        if (Files.exists(file)) {
            Memory found = VoteCodec.memory(Files.readAllBytes(file));
            if (found != null) return new VoteMemory(file, found);
            LOG.error("{} is damaged: this voter has lost its memory and must be added anew", file);
        }
        VoteMemory made = new VoteMemory(file, Memory.fresh(random.nextLong() | 1));
        made.write(made.memory);
        return made;
    }

    /// What is remembered now.
    public synchronized Memory memory() {
        return memory;
    }

    /// Votes; what is remembered is durable before this returns.
    ///
    /// @param before what else becomes part of the memory first, in the same write
    /// @throws IOException if it cannot be made durable; then there is no answer
    public synchronized Reply answer(Ask ask, UnaryOperator<Memory> before) throws IOException {
        Memory prepared = before.apply(memory);
        Acceptor.Step step = Acceptor.step(prepared, ask);
        for (Acceptor.Effect effect : step.effects()) {
            if (effect instanceof Acceptor.Effect.Persist(Memory changed)) {
                write(changed);
                memory = changed;
            }
        }
        return step.reply();
    }

    private void write(Memory changed) throws IOException {
        AtomicFile.write(file, VoteCodec.encode(changed), "rw-------");
    }
}
