/* Opening, data, space, names, kinds of files. */
#include "steps.h"
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static char block[65536] __attribute__((aligned(4096)));

static void targets(void)
{
    make("file", 0644, "content");
    S(mkdir("dir", 0755));
    S(symlink("file", "tofile"));
    S(symlink("dir", "todir"));
    S(symlink("nowhere", "dangling"));
    S(symlink("loop", "loop"));
    S(mkfifo("fifo", 0644));
    S(mknod("socket", S_IFSOCK | 0644, 0));
    S(mknod("null", S_IFCHR | 0666, 0x103));
    S(mknod("nodevice", S_IFBLK | 0666, 0xfefe));
}

void open_cases(void)
{
    static const struct {
        const char *name;
        int flags;
    } flags[] = {{"RDONLY", O_RDONLY}, {"WRONLY", O_WRONLY}, {"RDWR", O_RDWR}, {"3", 3}, {"CREAT", O_RDWR | O_CREAT},
        {"EXCL", O_RDWR | O_CREAT | O_EXCL}, {"TRUNC", O_RDWR | O_TRUNC}, {"TRUNC RDONLY", O_RDONLY | O_TRUNC},
        {"APPEND", O_RDWR | O_APPEND}, {"DIRECTORY", O_RDONLY | O_DIRECTORY}, {"NOFOLLOW", O_RDONLY | O_NOFOLLOW},
        {"CREAT NOFOLLOW", O_RDWR | O_CREAT | O_NOFOLLOW}, {"PATH", O_PATH}, {"PATH NOFOLLOW", O_PATH | O_NOFOLLOW},
        {"TMPFILE", O_TMPFILE | O_RDWR}, {"TMPFILE RDONLY", O_TMPFILE | O_RDONLY},
        {"DSYNC", O_RDWR | O_DSYNC}, {"SYNC", O_RDWR | O_SYNC}, {"DIRECT", O_RDWR | O_DIRECT},
        {"NOATIME", O_RDONLY | O_NOATIME}, {"CREAT DIRECTORY", O_RDONLY | O_CREAT | O_DIRECTORY},
        {"CREAT TRUNC", O_RDWR | O_CREAT | O_TRUNC}, {"CREAT EXCL TRUNC", O_WRONLY | O_CREAT | O_EXCL | O_TRUNC}};
    static const char *const names[] = {"missing", "file", "file/", "file/x", "dir", "dir/", "dir/new", "tofile", "todir",
        "todir/new", "dangling", "loop", "loop/x", "fifo", "socket", "null", "nodevice", ".", "", "missing/x"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        begin("open %s", flags[i].name);
        targets();
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
            if (strcmp(names[j], "null") == 0 && (flags[i].flags & O_DIRECT))
                continue;
            int fd = open(names[j], flags[i].flags | O_NONBLOCK | O_CLOEXEC, 0640);
            step(names[j], fd < 0 ? fd : 0);
            if (fd < 0)
                continue;
            S(fcntl(fd, F_GETFL) & ~O_LARGEFILE);
            struct stat st;
            if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
                if (!(flags[i].flags & O_DIRECT)) {
                    S(write(fd, "new", 3));
                    S(pread(fd, block, 3, 0));
                }
                S(lseek(fd, 0, SEEK_CUR));
            }
            close(fd);
        }
        tree(".");
    }
}

static void short_file_limit(void)
{
    struct rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 10000;
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    int fd = O(open("limited", O_RDWR | O_CREAT, 0600));
    S(pwrite(fd, block, 4096, 8000));
    S(pwrite(fd, block, 4096, 10000));
    S(ftruncate(fd, 10001));
    S(ftruncate(fd, 9999));
    close(fd);
    setrlimit(RLIMIT_FSIZE, &old);
}

void data_cases(void)
{
    begin("data write and read");
    memset(block, 'b', sizeof block);
    int fd = O(open("f", O_RDWR | O_CREAT | O_EXCL, 0644));
    S(pwrite(fd, block, 10, 0));
    S(pwrite(fd, block, 0, 5));
    S(pwrite(fd, block, 0, 1 << 20));
    S(pwrite(fd, block, 5000, 100000));
    S(pwrite(fd, block, 1, 4095));
    S(pwrite(fd, block, 2, 4095));
    S(pwrite(fd, block, 1, -1));
    S(pwrite(fd, block, 1, 0x7fffffffffffffffL));
    S(pwrite(fd, block, 1, 1L << 44));
    S(pread(fd, block, 65536, 0));
    S(pread(fd, block, 10, 104999));
    S(pread(fd, block, 10, 105000));
    S(pread(fd, block, 10, 1L << 60));
    S(pread(fd, block, 10, -1));
    S(pread(fd, NULL, 10, 0));
    S(pwrite(fd, NULL, 10, 0));
    data(fd);
    struct iovec two[2] = {{block, 3}, {block + 100, 4}};
    S(lseek(fd, 0, SEEK_END));
    S(writev(fd, two, 2));
    S(pwritev2(fd, two, 2, 10, RWF_DSYNC));
    S(pwritev2(fd, two, 2, 0, RWF_APPEND));
    S(pwritev2(fd, two, 2, -1, RWF_APPEND));
    S(lseek(fd, 0, SEEK_CUR));
    S(preadv(fd, two, 2, 105003));
    data(fd);
    S(fsync(fd));
    S(fdatasync(fd));
    S(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
    S(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
    data(fd);
    close(fd);

    begin("data append");
    fd = O(open("f", O_RDWR | O_CREAT | O_APPEND, 0644));
    int other = O(open("f", O_RDWR));
    S(write(fd, "one", 3));
    S(pwrite(other, "TWO", 3, 6));
    S(write(fd, "three", 5));
    S(pwrite(fd, "appended all the same", 21, 0));
    S(lseek(fd, 0, SEEK_CUR));
    S(ftruncate(other, 4));
    S(write(fd, "four", 4));
    S(fcntl(fd, F_SETFL, 0));
    S(pwrite(fd, "X", 1, 0));
    S(fcntl(other, F_SETFL, O_APPEND));
    S(pwrite(other, "Y", 1, 0));
    data(fd);
    close(fd);
    close(other);

    begin("data appended by several at once");
    fflush(stdout);
    for (int p = 0; p < 4; p++)
        if (fork() == 0) {
            int mine = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
            for (int i = 0; i < 200; i++) {
                char line[64];
                int length = snprintf(line, sizeof line, "%d %0*d\n", p, i % 40 + 1, i);
                if (write(mine, line, length) != length)
                    _exit(1);
            }
            _exit(0);
        }
    for (int p = 0; p < 4; p++) {
        int status;
        wait(&status);
        S(status);
    }
    struct stat st;
    S(stat("log", &st));
    say("size %ld", (long)st.st_size);

    begin("data on what was opened for less");
    make("f", 0644, "content");
    fd = O(open("f", O_RDONLY));
    S(write(fd, "x", 1));
    S(ftruncate(fd, 1));
    S(fallocate(fd, 0, 0, 100));
    S(fsync(fd));
    S(fchmod(fd, 0600));
    close(fd);
    fd = O(open("f", O_WRONLY));
    S(read(fd, block, 1));
    S(lseek(fd, -1, SEEK_SET));
    S(lseek(fd, 5, 99));
    S(lseek(fd, 100, SEEK_END));
    S(write(fd, "x", 1));
    close(fd);
    fd = O(open("f", O_PATH));
    S(read(fd, block, 1));
    S(fchmod(fd, 0644));
    S(fsync(fd));
    close(fd);
    fd = O(open(".", O_RDONLY));
    S(read(fd, block, 1));
    S(write(fd, block, 1));
    S(ftruncate(fd, 0));
    S(fsync(fd));
    S(fdatasync(fd));
    close(fd);
    one("f");

    begin("a path that was looked up before the last name went");
    make("f", 0644, "content");
    fd = O(open("f", O_PATH));
    char looked[64];
    snprintf(looked, sizeof looked, "/proc/self/fd/%d", fd);
    S(unlink("f"));
    S(chmod(looked, 0600));
    S(truncate(looked, 3));
    S(stat(looked, &(struct stat){0}));
    other = O(open(looked, O_RDWR));
    S(read(other, block, 100));
    close(other);
    S(chmod(looked, 0640));
    close(fd);

    begin("data and the limit of a process");
    short_file_limit();
    one("limited");

    begin("data without the page cache");
    fd = O(open("f", O_RDWR | O_CREAT | O_DIRECT, 0644));
    S(pwrite(fd, block, 16384, 0));
    S(pwrite(fd, block, 4096, 65536));
    S(pread(fd, block, 8192, 12288));
    S(pread(fd, block, 4096, 69632));
    S(ftruncate(fd, 5000));
    S(pread(fd, block, 8192, 0));
    other = O(open("f", O_RDWR));
    S(pwrite(other, "cached", 6, 100));
    S(pread(fd, block, 4096, 0));
    S(memcmp(block + 100, "cached", 6));
    memset(block, 'd', 4096);
    S(pwrite(fd, block, 4096, 0));
    S(pread(other, block + 8192, 6, 100));
    S(memcmp(block + 8192, "dddddd", 6));
    data(other);
    close(fd);
    close(other);

    begin("data written synchronously");
    fd = O(open("f", O_RDWR | O_CREAT | O_DSYNC, 0644));
    S(write(fd, block, 5000));
    close(fd);
    fd = O(open("f", O_RDWR | O_SYNC | O_APPEND, 0644));
    S(write(fd, block, 5000));
    data(fd);
    close(fd);

    begin("data between files");
    fd = O(open("f", O_RDWR | O_CREAT, 0644));
    S(write(fd, block, 30000));
    other = O(open("g", O_RDWR | O_CREAT, 0644));
    loff_t from = 100, to = 7000;
    S(copy_file_range(fd, &from, other, &to, 10000, 0));
    say("from %ld to %ld", (long)from, (long)to);
    from = 29000;
    S(copy_file_range(fd, &from, other, &to, 10000, 0));
    S(copy_file_range(fd, &from, other, &to, 10000, 0));
    from = 0;
    to = 100;
    S(copy_file_range(fd, &from, fd, &to, 1000, 0));
    from = 0;
    to = 20000;
    S(copy_file_range(fd, &from, fd, &to, 1000, 0));
    S(copy_file_range(fd, NULL, other, NULL, 10, 1));
    data(fd);
    data(other);
    close(other);
    other = O(open("g", O_RDONLY));
    S(copy_file_range(fd, &from, other, &to, 10, 0));
    close(other);
    other = O(open("g", O_WRONLY | O_APPEND));
    S(copy_file_range(fd, &from, other, &to, 10, 0));
    close(other);
    other = O(open(".", O_RDONLY));
    S(copy_file_range(other, &from, fd, &to, 10, 0));
    close(other);
    close(fd);
}

static void map_of(int fd)
{
    struct stat st;
    fstat(fd, &st);
    off_t at = 0;
    while (at < st.st_size) {
        off_t d = lseek(fd, at, SEEK_DATA);
        if (d < 0) {
            say("no data behind %ld: %s", (long)at, strerrorname_np(errno));
            break;
        }
        off_t h = lseek(fd, d, SEEK_HOLE);
        say("data %ld to %ld", (long)d, (long)h);
        at = h;
    }
    S(lseek(fd, st.st_size, SEEK_DATA));
    S(lseek(fd, st.st_size, SEEK_HOLE));
    S(lseek(fd, -1, SEEK_DATA));
    say("size %ld blocks %ld", (long)st.st_size, (long)st.st_blocks);
}

void space_cases(void)
{
    static const struct {
        const char *name;
        int mode;
    } modes[] = {{"allocate", 0}, {"keep", FALLOC_FL_KEEP_SIZE}, {"punch", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE},
        {"punch alone", FALLOC_FL_PUNCH_HOLE}, {"zero", FALLOC_FL_ZERO_RANGE},
        {"zero keep", FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE}};
    static const struct {
        off_t at, length;
    } ranges[] = {{0, 4096}, {4096, 8192}, {100, 5000}, {60000, 10000}, {200000, 4096}, {0, 0}, {-1, 10}, {10, -1},
        {1L << 44, 4096}, {0x7fffffffffff0000L, 0x10000}};
    for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
        for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
            begin("space %s %ld+%ld", modes[m].name, (long)ranges[r].at, (long)ranges[r].length);
            int fd = O(open("f", O_RDWR | O_CREAT, 0644));
            memset(block, 'x', sizeof block);
            S(pwrite(fd, block, 65536, 0));
            S(fsync(fd));
            S(fallocate(fd, modes[m].mode, ranges[r].at, ranges[r].length));
            S(fsync(fd));
            map_of(fd);
            data(fd);
            close(fd);
        }
    begin("space of what is no file");
    S(mkdir("d", 0755));
    S(mkfifo("p", 0644));
    int fd = O(open("d", O_RDONLY));
    S(fallocate(fd, 0, 0, 10));
    close(fd);
    fd = O(open("p", O_RDWR | O_NONBLOCK));
    S(fallocate(fd, 0, 0, 10));
    S(ftruncate(fd, 0));
    close(fd);
    S(truncate("d", 0));
    S(truncate("p", 0));
    S(truncate("none", 0));

    begin("space cut and grown");
    fd = O(open("f", O_RDWR | O_CREAT, 0644));
    S(pwrite(fd, block, 65536, 0));
    static const off_t sizes[] = {65535, 4097, 4096, 4095, 0, 1, 100000, 99999, 1L << 40, 10, -1, 1L << 45};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        say("to %ld", (long)sizes[i]);
        S(ftruncate(fd, sizes[i]));
        S(pread(fd, block, 8192, 4000));
        if (i < 8)
            data(fd);
    }
    S(truncate("f", 77));
    S(pwrite(fd, "x", 1, 300000));
    S(fsync(fd));
    map_of(fd);
    data(fd);
    close(fd);
}

void name_cases(void)
{
    static const char *const kinds[] = {"none", "file", "other", "same", "dir", "full", "link", "fifo"};
    static const struct {
        const char *name;
        int flags;
    } flags[] = {{"rename", 0}, {"noreplace", RENAME_NOREPLACE}, {"exchange", RENAME_EXCHANGE},
        {"both", RENAME_NOREPLACE | RENAME_EXCHANGE}, {"unknown", 1 << 10}};
    for (size_t f = 0; f < sizeof flags / sizeof flags[0]; f++) {
        for (size_t a = 0; a < 8; a++)
            for (size_t b = 0; b < 8; b++) {
                begin("name %s %s to %s", flags[f].name, kinds[a], kinds[b]);
                make("file", 0644, "file");
                make("other", 0600, "other");
                if (link("file", "same") || mkdir("dir", 0755) || mkdir("full", 0750) || mkdir("to", 0755)
                    || symlink("file", "link") || mkfifo("fifo", 0640))
                    abort();
                make("full/inner", 0644, "inner");
                S(renameat2(AT_FDCWD, kinds[a], AT_FDCWD, kinds[b], flags[f].flags));
                tree(".");
                if (a == b || b < 4)
                    continue;
                char away[64];
                snprintf(away, sizeof away, "to/%s", kinds[b]);
                S(renameat2(AT_FDCWD, kinds[a], AT_FDCWD, away, flags[f].flags));
                S(renameat2(AT_FDCWD, away, AT_FDCWD, "back", 0));
                tree(".");
            }
        begin("name %s oddly", flags[f].name);
        S(mkdir("a", 0755));
        S(mkdir("a/b", 0755));
        S(mkdir("a/b/c", 0755));
        S(renameat2(AT_FDCWD, "a", AT_FDCWD, "a/b", flags[f].flags));
        S(renameat2(AT_FDCWD, "a", AT_FDCWD, "a/b/c/d", flags[f].flags));
        S(renameat2(AT_FDCWD, "a/b/c", AT_FDCWD, "a", flags[f].flags));
        S(renameat2(AT_FDCWD, ".", AT_FDCWD, "x", flags[f].flags));
        S(renameat2(AT_FDCWD, "a/..", AT_FDCWD, "x", flags[f].flags));
        S(renameat2(AT_FDCWD, "a", AT_FDCWD, "", flags[f].flags));
        S(renameat2(AT_FDCWD, "a", AT_FDCWD, "none/x", flags[f].flags));
        S(renameat2(AT_FDCWD, "a/", AT_FDCWD, "new/", flags[f].flags));
        tree(".");
    }
    static const char *const more[] = {"none", "file", "dir", "full", "link", "dangling", "fifo", "socket", "file/x",
        "none/x", ".", "dir/", "file/", ""};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        begin("name calls on '%s'", more[i]);
        make("file", 0644, "file");
        if (mkdir("dir", 0755) || mkdir("full", 0750) || symlink("file", "link") || symlink("nowhere", "dangling")
            || mkfifo("fifo", 0640) || mknod("socket", S_IFSOCK | 0600, 0))
            abort();
        make("full/inner", 0644, "inner");
        S(link(more[i], "linked"));
        S(linkat(AT_FDCWD, more[i], AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
        S(link("file", more[i]));
        S(symlink("anything", more[i]));
        S(mkdir(more[i], 0700));
        S(mkfifo(more[i], 0600));
        S(mknod(more[i], S_IFREG | 0600, 0));
        S(rmdir(more[i]));
        S(unlink(more[i]));
        S(unlink(more[i]));
        S(chmod(more[i], 0644));
        S(chdir(more[i]));
        if (chdir("..") != 0 || chdir("case") != 0)
            say("lost");
        tree(".");
    }
    begin("name of open files that go");
    int fd = O(open("f", O_RDWR | O_CREAT, 0644));
    int dir = O(open(".", O_RDONLY));
    S(write(fd, "content", 7));
    S(link("f", "g"));
    S(unlink("f"));
    S(unlink("g"));
    struct stat st;
    S(fstat(fd, &st));
    say("links %ld", (long)st.st_nlink);
    S(write(fd, "more", 4));
    S(fchmod(fd, 04755));
    S(fchown(fd, 5, 6));
    S(fsetxattr(fd, "user.x", "y", 1, 0));
    S(fgetxattr(fd, "user.x", block, 10));
    S(ftruncate(fd, 9));
    S(fallocate(fd, 0, 0, 20000));
    S(fsync(fd));
    S(linkat(fd, "", dir, "again", AT_EMPTY_PATH));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    S(linkat(AT_FDCWD, path, dir, "again", AT_SYMLINK_FOLLOW));
    int again = O(open(path, O_RDONLY));
    data(again);
    close(again);
    S(fstat(fd, &st));
    say("mode %o owner %d:%d size %ld links %ld", st.st_mode, st.st_uid, st.st_gid, (long)st.st_size, (long)st.st_nlink);
    close(fd);
    make("over", 0644, "over");
    make("new", 0600, "new");
    fd = O(open("over", O_RDWR));
    S(rename("new", "over"));
    S(pwrite(fd, "gone", 4, 2));
    data(fd);
    close(fd);
    tree(".");
    S(mkdir("d", 0755));
    int gone = O(open("d", O_RDONLY));
    S(chdir("d"));
    S(rmdir("../d"));
    S(openat(gone, "x", O_CREAT | O_RDWR, 0600));
    S(mkdirat(gone, "x", 0700));
    S(symlinkat("x", gone, "y"));
    S(renameat(dir, "over", gone, "x"));
    S(linkat(dir, "over", gone, "x", 0));
    S(open(".", O_TMPFILE | O_RDWR, 0600));
    S(open("..", O_RDONLY) < 0 ? -1 : 0);
    S(fchmod(gone, 0700));
    S(fstat(gone, &st));
    say("links %ld", (long)st.st_nlink);
    S(fchdir(dir));
    close(gone);

    begin("name for what had none");
    fd = O(open(".", O_TMPFILE | O_RDWR, 0640));
    S(write(fd, "from nowhere", 12));
    S(fstat(fd, &st));
    say("mode %o links %ld", st.st_mode, (long)st.st_nlink);
    S(linkat(fd, "", dir, "lost", AT_EMPTY_PATH));
    S(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    S(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    S(linkat(fd, "", AT_FDCWD, "twice", AT_EMPTY_PATH));
    S(unlink("named"));
    S(unlink("twice"));
    S(linkat(fd, "", AT_FDCWD, "thrice", AT_EMPTY_PATH));
    close(fd);
    fd = O(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0640));
    S(linkat(fd, "", AT_FDCWD, "never", AT_EMPTY_PATH));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    S(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
    close(fd);
    close(dir);
    tree(".");
}

void kind_cases(void)
{
    static const struct {
        const char *name;
        int type;
        int device;
    } kinds[] = {{"file", S_IFREG, 0}, {"fifo", S_IFIFO, 0}, {"socket", S_IFSOCK, 0}, {"char", S_IFCHR, 0x103},
        {"block", S_IFBLK, 0x7ff}, {"wide", S_IFCHR, 0x12345678}, {"dir", S_IFDIR, 0}, {"link", S_IFLNK, 0}, {"0", 0, 0}};
    static const int modes[] = {0, 0644, 0777, 04755, 02711, 01666, 07777};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        begin("kind %s", kinds[k].name);
        for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++) {
            umask(m % 2 ? 022 : 0);
            S(mknod("n", kinds[k].type | modes[m], kinds[k].device));
            one("n");
            S(chmod("n", modes[m]));
            S(lchown("n", 12, 34));
            S(setxattr("n", "user.a", "b", 1, 0));
            S(setxattr("n", "trusted.a", "b", 1, 0));
            S(link("n", "m"));
            S(rename("m", "o"));
            tree(".");
            S(unlink("n"));
            S(unlink("o"));
        }
        umask(0);
    }
    begin("kind fifo between processes");
    S(mkfifo("p", 0600));
    S(open("p", O_WRONLY | O_NONBLOCK));
    fflush(stdout);
    if (fork() == 0) {
        int fd = open("p", O_WRONLY);
        _exit(write(fd, "through", 7) == 7 ? 0 : 1);
    }
    int fd = O(open("p", O_RDONLY));
    S(read(fd, block, 100));
    int status;
    wait(&status);
    S(status);
    S(read(fd, block, 100));
    close(fd);

    begin("kind socket between processes");
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "s"};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    S(bind(listener, (struct sockaddr *)&address, sizeof address));
    S(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
    one("s");
    S(listen(listener, 1));
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    S(connect(client, (struct sockaddr *)&address, sizeof address));
    S(write(client, "x", 1));
    int server = O(accept(listener, NULL, NULL));
    S(read(server, block, 10));
    S(rename("s", "t"));
    strcpy(address.sun_path, "t");
    S(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
    S(unlink("t"));
    S(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
    close(listener);
    close(client);
    close(server);

    begin("kind program");
    int from = open("/bin/sleep", O_RDONLY);
    fd = O(open("program", O_WRONLY | O_CREAT, 0755));
    ssize_t got;
    while ((got = read(from, block, sizeof block)) > 0)
        if (write(fd, block, got) != got)
            say("short");
    close(fd);
    close(from);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execl("./program", "program", "20", NULL);
        _exit(1);
    }
    for (int i = 0; i < 500; i++) {
        char exe[64], at[4096];
        snprintf(exe, sizeof exe, "/proc/%d/exe", child);
        ssize_t length = readlink(exe, at, sizeof at - 1);
        at[length < 0 ? 0 : length] = 0;
        if (strstr(at, "program"))
            break;
        pause_for_clock();
    }
    S(open("program", O_WRONLY) < 0 ? -1 : 0);
    S(open("program", O_RDWR | O_TRUNC) < 0 ? -1 : 0);
    S(truncate("program", 0));
    S(open("program", O_RDONLY) < 0 ? -1 : 0);
    S(unlink("program"));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    S(status);
    fd = O(open("busy", O_WRONLY | O_CREAT, 0755));
    fflush(stdout);
    S(WEXITSTATUS(system("./busy 2>/dev/null")));
    S(write(fd, "#!/bin/sh\nexit 7\n", 17));
    close(fd);
    S(WEXITSTATUS(system("./busy")));
    S(chmod("busy", 0644));
    S(WEXITSTATUS(system("./busy 2>/dev/null")));
}
