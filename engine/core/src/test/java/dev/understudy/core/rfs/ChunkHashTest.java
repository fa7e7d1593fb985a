package dev.understudy.core.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChunkHashTest {
    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Values published with the algorithm.
    @Test
    void agreesWithXxh64() {
        assertEquals(0xef46db3751d8e999L, ChunkHash.xxh64(bytes(""), 0, 0, 0));
        assertEquals(0xd24ec4f1a98c6e5bL, ChunkHash.xxh64(bytes("a"), 0, 1, 0));
        assertEquals(0x44bc2cf5ad770999L, ChunkHash.xxh64(bytes("abc"), 0, 3, 0));
    }

    @Test
    void everyByteCounts() {
        ChunkHash hash = new ChunkHash();
        ByteBuffer data = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        hash.of(data, 0, 100);
        long high = hash.high();
        long low = hash.low();
        for (int i = 0; i < 100; i++) {
            data.put(i, (byte) 1);
            hash.of(data, 0, 100);
            assertNotEquals(high, hash.high());
            assertNotEquals(low, hash.low());
            data.put(i, (byte) 0);
        }
        hash.of(data, 0, 99);
        assertNotEquals(high, hash.high());
    }
}
