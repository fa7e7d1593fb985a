package dev.understudy.posix.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessTableTest {
    private static ProcessTable.Entry entry(char state, int threads) {
        // proc(5): pid (comm) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt
        // utime stime cutime cstime priority nice num_threads ...
        return ProcessTable.parse(
                "77 (a) b) %c 1 77 77 0 -1 4 1 0 0 0 10 20 0 0 20 0 %d 0 123 0 0"
                        .formatted(state, threads));
    }

    /// The first thread of a process may end before the others, which hold its connections.
    @Test
    void aZombieWithThreadsHasNotEnded() {
        assertTrue(entry('S', 1).isRunning());
        assertTrue(entry('Z', 3).isRunning());
        assertFalse(entry('Z', 1).isRunning());
        assertFalse(entry('X', 1).isRunning());
    }

    @Test
    void thisProcessRunsAndNoOtherOfItsNumberDid() {
        assertTrue(ProcessTable.isRunning(ProcessHandle.current().pid()));
        assertFalse(ProcessTable.isRunning(Integer.MAX_VALUE));
    }
}
