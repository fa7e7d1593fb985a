package dev.understudy.core.rfs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OpTest {
    private static final FileId ID = new FileId(0x1122334455667788L, -2);
    private static final FileId PARENT = new FileId(5, 6);
    private static final FileId OTHER = new FileId(7, 8);

    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(Op.FRAME_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final OpView view = new OpView();

    private OpView written(int bytes) {
        assertEquals(bytes, buffer.position());
        assertEquals(bytes, Op.frameBytes(buffer, 0));
        return view.over(buffer, 0, bytes);
    }

    @Test
    void writeStandsInFrontOfItsData() {
        buffer.put(100 + Op.HEADER_BYTES, new byte[] {1, 2, 3});
        int bytes = OpWriter.writeHeader(buffer, 100, 3, ID.high(), ID.low(), 4096, 3);
        Op.seq(buffer, 100, 77);
        view.over(buffer, 100, bytes);
        assertEquals(OpKind.WRITE, view.kind());
        assertEquals(77, view.seq());
        assertEquals(3, view.tree());
        assertEquals(ID, view.id());
        assertEquals(4096, view.arg());
        assertEquals(3, view.dataLength());
        assertEquals(2, buffer.get(view.dataAt() + 1));
    }

    @Test
    void creationsCarryAllTheyNeed() {
        byte[] name = "größe".getBytes(UTF_8);
        byte[] target = {'a', '/', 'b'};
        written(
                OpWriter.creation(
                        buffer,
                        OpKind.SYMLINK,
                        1,
                        ID,
                        PARENT,
                        0120777,
                        1000,
                        -1,
                        9,
                        -5,
                        999_999_999,
                        name,
                        target));
        assertEquals(PARENT, view.parent());
        assertEquals(0120777, view.mode());
        assertEquals(1000, view.uid());
        assertEquals(-1, view.gid());
        assertEquals(9, view.device());
        assertEquals(-5, view.mtimeSeconds());
        assertEquals(999_999_999, view.mtimeNanos());
        assertArrayEquals(name, view.name());
        assertArrayEquals(target, view.target());
    }

    @Test
    void renameCarriesBothNames() {
        written(
                OpWriter.rename(
                        buffer,
                        0,
                        ID,
                        PARENT,
                        new byte[] {'x'},
                        OTHER,
                        new byte[] {'y', 'z'},
                        ID,
                        2));
        assertEquals(PARENT, view.parent());
        assertEquals(OTHER, view.newParent());
        assertEquals(ID, view.replaced());
        assertEquals(2, view.renameFlags());
        assertArrayEquals(new byte[] {'x'}, view.name());
        assertArrayEquals(new byte[] {'y', 'z'}, view.newName());
    }

    @Test
    void attributesSayWhatIsStated() {
        int mask = Op.SET_MODE | Op.SET_SIZE | Op.SET_MTIME;
        written(OpWriter.setAttributes(buffer, 0, ID, mask, 0600, 1, 2, 1L << 40, 3, 4, 5, 6));
        assertEquals(mask, view.mask());
        assertEquals(0600, view.mode());
        assertEquals(1, view.uid());
        assertEquals(2, view.gid());
        assertEquals(1L << 40, view.arg());
        assertEquals(3, view.atimeSeconds());
        assertEquals(4, view.atimeNanos());
        assertEquals(5, view.mtimeSeconds());
        assertEquals(6, view.mtimeNanos());
    }

    @Test
    void otherKindsComeBackAsWritten() {
        byte[] name = "user.x".getBytes(US_ASCII);
        ByteBuffer value = ByteBuffer.allocate(Op.VALUE_BYTES_MAX);
        written(OpWriter.setXattr(buffer, 0, ID, name, value, 1));
        assertArrayEquals(name, view.name());
        assertEquals(Op.VALUE_BYTES_MAX, view.valueLength());
        buffer.clear();
        written(OpWriter.removeXattr(buffer, 0, ID, name));
        assertArrayEquals(name, view.name());
        buffer.clear();
        written(OpWriter.entry(buffer, OpKind.UNLINK, 0, ID, PARENT, name));
        assertEquals(PARENT, view.parent());
        buffer.clear();
        written(OpWriter.allocate(buffer, 0, ID, 3, 10, 20));
        assertEquals(10, view.arg());
        assertEquals(20, view.allocationLength());
        assertEquals(3, view.allocationMode());
        buffer.clear();
        written(OpWriter.times(buffer, 0, ID, 11, 12));
        assertEquals(11, view.mtimeSeconds());
        assertEquals(12, view.mtimeNanos());
        buffer.clear();
        written(OpWriter.sync(buffer, 0, ID, Op.FLAG_DATA_ONLY));
        assertEquals(Op.FLAG_DATA_ONLY, view.flags());
        buffer.clear();
        written(OpWriter.release(buffer, 0, ID));
        buffer.clear();
        written(OpWriter.write(buffer, 0, ID, 5, ByteBuffer.wrap(new byte[Op.DATA_BYTES_MAX])));
        assertEquals(Op.DATA_BYTES_MAX, view.dataLength());
    }

    @Test
    void impossibleNamesAreRefused() {
        for (String name : new String[] {"", ".", "..", "a/b", "a\0b"}) {
            buffer.clear();
            int bytes =
                    OpWriter.entry(buffer, OpKind.RMDIR, 0, ID, PARENT, name.getBytes(US_ASCII));
            assertThrows(BadFrame.class, () -> view.over(buffer, 0, bytes), name);
        }
    }

    @Test
    void limitsHold() {
        assertThrows(
                IllegalArgumentException.class,
                () -> OpWriter.writeHeader(buffer, 0, 0, 0, 0, 0, Op.DATA_BYTES_MAX + 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> OpWriter.writeHeader(buffer, 0, 0, 0, 0, -1, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> OpWriter.entry(buffer, OpKind.LINK, 0, ID, PARENT, new byte[256]));
        assertThrows(BadFrame.class, () -> view.over(buffer, 0, 39));
    }

    /// Random damage either leaves a readable operation or is refused; nothing else happens.
    @Test
    void damageIsRefusedOrHarmless() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer small = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        int refused = 0;
        for (int round = 0; round < 100_000; round++) {
            small.clear();
            byte[] junk = new byte[100];
            random.nextBytes(junk);
            small.put(junk);
            small.clear();
            int bytes =
                    switch (random.nextInt(4)) {
                        case 0 ->
                                OpWriter.rename(
                                        small,
                                        0,
                                        ID,
                                        PARENT,
                                        "ab".getBytes(US_ASCII),
                                        OTHER,
                                        "cd".getBytes(US_ASCII),
                                        ID,
                                        0);
                        case 1 ->
                                OpWriter.creation(
                                        small,
                                        OpKind.SYMLINK,
                                        1,
                                        ID,
                                        PARENT,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        "n".getBytes(US_ASCII),
                                        "t".getBytes(US_ASCII));
                        case 2 ->
                                OpWriter.setXattr(
                                        small,
                                        0,
                                        ID,
                                        "n".getBytes(US_ASCII),
                                        ByteBuffer.wrap(junk),
                                        0);
                        default -> OpWriter.allocate(small, 0, ID, 0, 1, 1);
                    };
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                small.put(random.nextInt(bytes), (byte) random.nextInt(256));
            }
            try {
                view.over(small, 0, bytes);
                touchAll();
            } catch (BadFrame e) {
                assertTrue(e.toString().length() > 10);
                refused++;
            }
        }
        assertTrue(refused > 10_000, "only " + refused + " refused");
    }

    private void touchAll() {
        int last = view.at() + view.frameBytes();
        switch (view.kind()) {
            case RENAME -> assertTrue(view.newNameAt() + view.newNameLength() <= last);
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE ->
                    assertTrue(view.targetAt() + view.targetLength() <= last);
            case LINK, UNLINK, RMDIR, REMOVEXATTR ->
                    assertTrue(view.nameAt() + view.nameLength() <= last);
            case SETXATTR -> assertTrue(view.valueAt() + view.valueLength() <= last);
            case WRITE -> assertTrue(view.dataAt() + view.dataLength() <= last);
            case SETATTR, FALLOCATE, TIMES, SYNC, RELEASE -> assertFalse(view.toString().isEmpty());
        }
    }

    @Test
    void rootIdsAreStableAndDifferent() {
        assertEquals(FileId.ofRoot("m", "data"), FileId.ofRoot("m", "data"));
        assertFalse(FileId.ofRoot("m", "data").equals(FileId.ofRoot("m", "logs")));
        ByteBuffer big = ByteBuffer.allocate(16);
        ByteBuffer little = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        ID.write(big, 0);
        ID.write(little, 0);
        assertArrayEquals(big.array(), little.array());
        assertEquals(ID, FileId.read(big, 0));
        assertEquals(ID, FileId.read(little, 0));
        assertEquals("8877665544332211feffffffffffffff", ID.toString());
    }
}
