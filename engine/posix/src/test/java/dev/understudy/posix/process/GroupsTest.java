package dev.understudy.posix.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GroupsTest {
    private static final String STATUS =
            "Name:\tx Gid: 1\nUid:\t5\t6\t7\t8\nGid:\t1\t2\t3\t4294967294\nGroups:\t20 1001 \n";

    @Test
    void theFileSystemGroupAndTheSupplementaryOnesCount() {
        assertTrue(Groups.isMember(STATUS, -2));
        assertTrue(Groups.isMember(STATUS, 20));
        assertTrue(Groups.isMember(STATUS, 1001));
        assertFalse(Groups.isMember(STATUS, 1));
        assertFalse(Groups.isMember(STATUS, 2));
        assertFalse(Groups.isMember(STATUS, 100));
    }

    @Test
    void aProcessThatIsNotThereIsInNoGroup() {
        assertFalse(Groups.isMember(0x7fffffffL, 0));
    }
}
