// crash-writer DIRECTORY SEED: makes, writes, renames, removes and syncs files there until it is killed or a call fails.
// One line before each operation, one after it: what was printed is what an application had been told.
//   N create FILE | N write FILE BLOCK VERSION | N rename FROM TO | N remove FILE | N sync FILE
//   N ok          | N errno E
// A block is 4 KiB of little-endian 8-byte words that are all VERSION. The same seed gives the same operations.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES = 24, BLOCKS = 48, BLOCK = 4096 };
static uint64_t state;
static int there[NAMES];
static long number;

static unsigned below(unsigned n) { // splitmix64
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (unsigned)((z ^ (z >> 31)) >> 33) % n;
}

static void say(const char *line) {
    size_t length = strlen(line);
    if (write(1, line, length) != (ssize_t)length) _exit(2);
}

static void done(int result) {
    char line[64];
    if (result >= 0) {
        snprintf(line, sizeof line, "%ld ok\n", number++);
        say(line);
        return;
    }
    snprintf(line, sizeof line, "%ld errno %d\n", number, errno);
    say(line);
    _exit(1);
}

static void name(char *to, int i) { snprintf(to, 32, "%sf%d", i % 3 == 0 ? "sub/" : "", i); }

static int open_or_stop(const char *path, int flags) {
    int fd = open(path, flags, 0644);
    if (fd < 0) done(-1);
    return fd;
}

int main(int count, char **words) {
    if (count != 3 || chdir(words[1]) != 0) return 2;
    state = strtoull(words[2], 0, 10);
    char line[160], path[32], other[32];
    for (int i = 0; i < NAMES; i++) {
        name(path, i);
        there[i] = access(path, F_OK) == 0;
    }
    uint64_t version = (state << 24) + 1, block[BLOCK / 8];
    for (;;) {
        int i = below(NAMES), what = below(100);
        name(path, i);
        if (!there[i]) {
            snprintf(line, sizeof line, "%ld create %s\n", number, path);
            say(line);
            int fd = open_or_stop(path, O_CREAT | O_EXCL | O_WRONLY);
            close(fd);
            there[i] = 1;
            done(0);
        } else if (what < 70) {
            int at = below(BLOCKS);
            for (int k = 0; k < BLOCK / 8; k++) block[k] = version;
            snprintf(line, sizeof line, "%ld write %s %d %llu\n", number, path, at, (unsigned long long)version);
            say(line);
            int fd = open_or_stop(path, O_WRONLY);
            if (pwrite(fd, block, BLOCK, (off_t)at * BLOCK) != BLOCK) done(-1);
            close(fd);
            version++;
            done(0);
        } else if (what < 88) {
            snprintf(line, sizeof line, "%ld sync %s\n", number, path);
            say(line);
            int fd = open_or_stop(path, O_RDWR);
            if (fsync(fd) != 0) done(-1);
            close(fd);
            done(0);
        } else if (what < 95) {
            int j = below(NAMES);
            if (j == i) continue;
            name(other, j);
            snprintf(line, sizeof line, "%ld rename %s %s\n", number, path, other);
            say(line);
            if (rename(path, other) != 0) done(-1);
            there[i] = 0;
            there[j] = 1;
            done(0);
        } else {
            snprintf(line, sizeof line, "%ld remove %s\n", number, path);
            say(line);
            if (unlink(path) != 0) done(-1);
            there[i] = 0;
            done(0);
        }
    }
}
