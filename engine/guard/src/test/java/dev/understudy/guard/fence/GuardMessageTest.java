package dev.understudy.guard.fence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GuardMessageTest {
    private static FencePlan plan() throws Exception {
        InetAddress six = InetAddress.getByName("fd00::9");
        return new FencePlan(
                "postgresql",
                List.of("understudy_postgresql"),
                List.of(
                        new FencePlan.Address(2, InetAddress.getByName("10.0.0.9"), 32),
                        new FencePlan.Address(3, six, 128)),
                List.of("/srv/daten für alle"),
                List.of("/sys/fs/fuse/connections/40/abort"),
                List.of("/sys/fs/cgroup/x"),
                "n/postgresql",
                List.of(
                        new FencePlan.Datagram(
                                new InetSocketAddress(six, 9454), new byte[] {1, 2, 3})));
    }

    @Test
    void aPlanTravelsUnchanged() throws Exception {
        byte[] bytes = GuardMessage.write(new GuardMessage.Arm(plan()));
        FencePlan read = assertInstanceOf(GuardMessage.Arm.class, GuardMessage.read(bytes)).plan();
        assertEquals(plan().addresses(), read.addresses());
        assertEquals(plan().mounts(), read.mounts());
        assertArrayEquals(
                plan().datagrams().getFirst().bytes(), read.datagrams().getFirst().bytes());
        assertArrayEquals(bytes, GuardMessage.write(new GuardMessage.Arm(read)));
        for (GuardMessage each :
                List.of(
                        new GuardMessage.Hello(),
                        new GuardMessage.Disarm("m"),
                        new GuardMessage.Orderly(true))) {
            assertEquals(each, GuardMessage.read(GuardMessage.write(each)));
        }
    }

    @Test
    void alteredBytesAreRefusedOrReadButNeverWorse() throws Exception {
        byte[] good = GuardMessage.write(new GuardMessage.Arm(plan()));
        for (int length = 0; length < good.length; length++) {
            byte[] part = Arrays.copyOf(good, length);
            assertThrows(IOException.class, () -> GuardMessage.read(part));
        }
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] altered = good.clone();
            altered[random.nextInt(altered.length)] = (byte) random.nextInt();
            assertTrue(isReadOrRefused(altered));
        }
    }

    private static boolean isReadOrRefused(byte[] bytes) {
        try {
            return GuardMessage.write(GuardMessage.read(bytes)).length > 0;
        } catch (IOException e) {
            return true;
        }
    }
}
