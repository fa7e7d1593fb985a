package dev.understudy.core.register;

import dev.understudy.core.member.Check;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that a voter remembers; durable before it answers.
///
/// @param id drawn at random when this memory was made, not 0
/// @param config who votes, as far as this voter knows
/// @param cells by key
public record Memory(long id, Config config, SortedMap<String, Cell> cells) {
    /// How many registers a voter keeps.
    public static final int CELLS_MAX = 512;

    public Memory {
        cells = Collections.unmodifiableSortedMap(new TreeMap<>(cells));
    }

    /// The memory of a voter that knows nothing: it does not vote before it is added.
    public static Memory fresh(long id) {
        return new Memory(id, Config.TWO_VOTES, new TreeMap<>());
    }

    /// What is remembered of one register.
    public Cell cell(String key) {
        return cells.getOrDefault(key, Cell.EMPTY);
    }

    /// Tells whether this voter votes.
    public boolean votes() {
        return config.isVoter(id);
    }

    Memory with(String key, Cell cell) {
        SortedMap<String, Cell> changed = new TreeMap<>(cells);
        changed.put(key, cell);
        return new Memory(id, config, changed);
    }

    /// The same under another configuration.
    public Memory with(Config other) {
        return new Memory(id, other, cells);
    }

    /// Takes in what this node decided on its own while there were two votes, so that votes begin
    /// with the newer of both copies.
    public Memory withOwnCopy(String key, Value own) {
        Check.state(config.form() == Form.OWN_COPIES, "own copy of '%s' in %s", key, config);
        return with(key, new Cell(cell(key).promised(), Ballot.NONE, own));
    }
}
