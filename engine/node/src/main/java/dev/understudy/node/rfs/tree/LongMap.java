package dev.understudy.node.rfs.tree;

import org.jspecify.annotations.Nullable;

/// A hash table from `long` to objects by linear probing: no allocation on look-up. Not
/// thread-safe.
final class LongMap<V> {
    private long[] keys = new long[1024];
    private @Nullable Object[] values = new @Nullable Object[1024];
    private int size;

    int size() {
        return size;
    }

    private static int spread(long key) {
        long h = key * 0x9E3779B97F4A7C15L; // Fibonacci hashing: the upper bits are mixed well
        return (int) (h >>> 32);
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int i = spread(key) & mask;
        while (values[i] != null && keys[i] != key) {
            i = (i + 1) & mask;
        }
        return i;
    }

    @SuppressWarnings("unchecked")
    @Nullable V get(long key) {
        return (V) values[slot(key)];
    }

    void put(long key, V value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int i = slot(key);
        if (values[i] == null) {
            size++;
        }
        keys[i] = key;
        values[i] = value;
    }

    void remove(long key) {
        int mask = keys.length - 1;
        int hole = slot(key);
        if (values[hole] == null) {
            return;
        }
        size--;
        values[hole] = null;
        for (int i = (hole + 1) & mask; values[i] != null; i = (i + 1) & mask) {
            int home = spread(keys[i]) & mask;
            // move it back unless its home lies cyclically in (hole, i]
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                keys[hole] = keys[i];
                values[hole] = values[i];
                values[i] = null;
                hole = i;
            }
        }
    }

    /// Visits all values; the table must not change meanwhile.
    @SuppressWarnings("unchecked")
    void forEach(java.util.function.Consumer<V> visitor) {
        for (Object value : values) {
            if (value != null) {
                visitor.accept((V) value);
            }
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new @Nullable Object[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
