/* Extended attributes, times, locks, maps, directories, limits. */
#include "steps.h"
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static char block[70000];

/* ---- extended attributes */

void xattr_cases(void)
{
    static const char *const names[] = {"user.a", "user.", "user", "trusted.a", "security.a", "system.a", "none.a", "",
        "user.understudy", "system.posix_acl_access", "security.selinux"};
    static const int sizes[] = {0, 1, 100, 3000, 65536, 65537};
    static const int flags[] = {0, XATTR_CREATE, XATTR_REPLACE, 3, 4};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        begin("xattr '%s'", names[n]);
        make("f", 0644, "x");
        S(mkdir("d", 0755));
        S(symlink("f", "l"));
        memset(block, 'v', sizeof block);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
            for (size_t f = 0; f < sizeof flags / sizeof flags[0]; f++) {
                say("%d bytes flags %d", sizes[s], flags[f]);
                S(setxattr("f", names[n], block, sizes[s], flags[f]));
            }
        S(getxattr("f", names[n], block, 0));
        S(getxattr("f", names[n], block, 1));
        S(getxattr("f", names[n], block, sizeof block));
        S(listxattr("f", block, 0));
        S(listxattr("f", block, 1));
        S(listxattr("f", block, sizeof block));
        S(setxattr("d", names[n], "dir", 3, 0));
        S(lsetxattr("l", names[n], "link", 4, 0));
        S(lgetxattr("l", names[n], block, 100));
        tree(".");
        S(removexattr("f", names[n]));
        S(removexattr("f", names[n]));
        S(lremovexattr("l", names[n]));
        tree(".");
    }
    begin("xattr many and long");
    make("f", 0644, "x");
    char name[400];
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "user.%0*d", 30, i);
        step(name, setxattr("f", name, "value", 5, 0));
    }
    memset(name, 'n', sizeof name);
    memcpy(name, "user.", 5);
    name[255] = 0;
    S(setxattr("f", name, "1", 1, 0));
    S(getxattr("f", name, block, 10));
    name[255] = 'n';
    name[256] = 0;
    S(setxattr("f", name, "1", 1, 0));
    S(getxattr("f", name, block, 10));
    S(setxattr("f", "user.\xff\x01\n", "1", 1, 0));
    one("f");
    S(getxattr("f", "trusted.understudy.id", block, 100));
    S(removexattr("f", "trusted.understudy.id"));
}

/* ---- times: which of them a call moves */

struct moment {
    struct stat f, d, e;
};

static void look(struct moment *m)
{
    memset(m, 0, sizeof *m);
    if (stat("d/f", &m->f) && stat("e/f", &m->f))
        memset(&m->f, 0, sizeof m->f);
    stat("d", &m->d);
    stat("e", &m->e);
}

static int moved(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec;
}

static void compare(const char *what, long result, struct moment *a, struct moment *b)
{
    say("%s = %ld moved file %d%d size %ld, d %d%d, e %d%d", what, result, moved(a->f.st_mtim, b->f.st_mtim),
        moved(a->f.st_ctim, b->f.st_ctim), (long)b->f.st_size, moved(a->d.st_mtim, b->d.st_mtim),
        moved(a->d.st_ctim, b->d.st_ctim), moved(a->e.st_mtim, b->e.st_mtim), moved(a->e.st_ctim, b->e.st_ctim));
}

#define MOVES(call)                                                                                                    \
    do {                                                                                                               \
        struct moment a, b;                                                                                            \
        look(&a);                                                                                                      \
        pause_for_clock();                                                                                             \
        long result = (call);                                                                                          \
        look(&b);                                                                                                      \
        compare(#call, result < 0 ? -errno : 0, &a, &b);                                                               \
    } while (0)

void time_cases(void)
{
    begin("time moved by calls");
    S(mkdir("d", 0755));
    S(mkdir("e", 0755));
    make("d/f", 0644, "content");
    int fd = O(open("d/f", O_RDWR));
    int append = O(open("d/f", O_WRONLY | O_APPEND));
    MOVES(pwrite(fd, "x", 1, 0));
    MOVES(pwrite(fd, "x", 0, 0));
    MOVES(write(append, "y", 1));
    MOVES(ftruncate(fd, 100));
    MOVES(ftruncate(fd, 100));
    MOVES(truncate("d/f", 50));
    MOVES(truncate("d/f", 50));
    MOVES(fallocate(fd, 0, 0, 200));
    MOVES(fallocate(fd, 0, 0, 100));
    MOVES(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 100000));
    MOVES(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    MOVES(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 4096));
    MOVES(chmod("d/f", 0600));
    MOVES(chmod("d/f", 0600));
    MOVES(chown("d/f", 1, 1));
    MOVES(chown("d/f", 1, 1));
    MOVES(setxattr("d/f", "user.a", "1", 1, 0));
    MOVES(removexattr("d/f", "user.a"));
    MOVES(removexattr("d/f", "user.a"));
    MOVES(link("d/f", "e/g"));
    MOVES(unlink("e/g"));
    MOVES(symlink("x", "d/l"));
    MOVES(mkdir("d/s", 0755));
    MOVES(rmdir("d/s"));
    MOVES(mkfifo("d/p", 0644));
    MOVES(rename("d/p", "d/q"));
    MOVES(rename("d/q", "e/q"));
    MOVES(rename("d/f", "e/f"));
    MOVES(renameat2(AT_FDCWD, "e/f", AT_FDCWD, "d/l", RENAME_EXCHANGE));
    MOVES(renameat2(AT_FDCWD, "e/f", AT_FDCWD, "d/l", RENAME_EXCHANGE));
    MOVES(close(open("d/n", O_CREAT | O_EXCL | O_RDWR, 0600)));
    MOVES(close(open("d/n", O_RDWR | O_TRUNC, 0600)));
    MOVES(close(open("e/f", O_RDWR | O_TRUNC, 0600)));
    MOVES(close(open("e/f", O_RDWR | O_TRUNC, 0600)));
    MOVES(close(open("d", O_TMPFILE | O_RDWR, 0600)));
    MOVES(unlink("d/n"));
    MOVES(copy_file_range(fd, NULL, append, NULL, 1, 0));
    MOVES(utimensat(AT_FDCWD, "e/f", NULL, 0));
    MOVES(fsync(fd));
    close(fd);
    close(append);

    static const struct {
        const char *name;
        struct timespec t[2];
    } stamps[] = {{"plain", {{1000000000, 123456789}, {1111111111, 987654321}}}, {"zero", {{0, 0}, {0, 0}}},
        {"negative", {{-100, 500}, {-1000000000, 999999999}}}, {"far", {{4294967296L, 1}, {15032385535L, 999999999}}},
        {"too far", {{99999999999L, 1}, {99999999999L, 1}}}, {"omit a", {{0, UTIME_OMIT}, {7, 8}}},
        {"omit m", {{7, 8}, {0, UTIME_OMIT}}}, {"omit both", {{0, UTIME_OMIT}, {0, UTIME_OMIT}}},
        {"bad", {{0, 1000000000}, {0, 0}}}, {"bad too", {{0, 0}, {0, -1}}}};
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        begin("time set %s", stamps[i].name);
        static const struct timespec base[2] = {{11, 12}, {13, 14}};
        make("f", 0644, "x");
        S(symlink("f", "l"));
        S(mkdir("d", 0755));
        S(mkfifo("p", 0644));
        static const char *const names[] = {"f", "l", "d", "p", "none"};
        for (int n = 0; n < 5; n++)
            for (int follow = 0; follow < 2; follow++) {
                int how = follow ? 0 : AT_SYMLINK_NOFOLLOW;
                utimensat(AT_FDCWD, names[n], base, how);
                step(names[n], utimensat(AT_FDCWD, names[n], stamps[i].t, how));
                struct stat st;
                if (fstatat(AT_FDCWD, names[n], &st, how) == 0)
                    say("%ld.%09ld %ld.%09ld", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec,
                        st.st_mtim.tv_nsec);
            }
        int fd = O(open("f", O_RDONLY));
        S(futimens(fd, stamps[i].t));
        close(fd);
    }
}

/* ---- locks */

static long lock_of(int fd, int command, short type, off_t at, off_t length)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = length};
    long result = fcntl(fd, command, &lock);
    return result < 0 ? result : lock.l_type;
}

static long other_locks(void *u)
{
    int fd = open("f", O_RDWR);
    switch (*(int *)u) {
    case 0: return flock(fd, LOCK_EX | LOCK_NB);
    case 1: return flock(fd, LOCK_SH | LOCK_NB);
    case 2: return lock_of(fd, F_SETLK, F_WRLCK, 0, 10);
    case 3: return lock_of(fd, F_SETLK, F_RDLCK, 0, 10);
    case 4: return lock_of(fd, F_SETLK, F_WRLCK, 100, 10);
    case 5: return lock_of(fd, F_GETLK, F_WRLCK, 0, 10);
    case 6: return lock_of(fd, F_OFD_SETLK, F_WRLCK, 0, 10);
    default: return fcntl(fd, F_SETLEASE, F_WRLCK);
    }
}

static void others_try(const char *when)
{
    for (int i = 0; i < 7; i++) {
        long result = as(ROOT, other_locks, &i);
        say("%s: %d gives %ld", when, i, result);
    }
}

void lock_cases(void)
{
    begin("lock");
    make("f", 0666, "0123456789");
    int a = O(open("f", O_RDWR)), b = O(open("f", O_RDWR));
    others_try("free");
    S(flock(a, LOCK_SH));
    S(flock(b, LOCK_SH | LOCK_NB));
    S(flock(b, LOCK_EX | LOCK_NB));
    others_try("shared");
    S(flock(b, LOCK_UN));
    S(flock(a, LOCK_EX));
    others_try("exclusive");
    S(flock(a, LOCK_UN));
    S(lock_of(a, F_SETLK, F_WRLCK, 5, 20));
    others_try("range");
    S(lock_of(a, F_SETLK, F_UNLCK, 0, 8));
    others_try("range cut");
    S(lock_of(a, F_SETLK, F_RDLCK, 0, 0));
    others_try("read all");
    close(b);
    others_try("closed another");
    S(lock_of(a, F_OFD_SETLK, F_WRLCK, 0, 10));
    b = O(open("f", O_RDWR));
    S(lock_of(b, F_OFD_SETLK, F_RDLCK, 0, 10));
    S(unlink("f"));
    S(lock_of(b, F_OFD_SETLK, F_RDLCK, 10, 10));
    S(lock_of(b, F_SETLK, F_WRLCK, -5, 10));
    close(a);
    S(lock_of(b, F_OFD_SETLK, F_RDLCK, 0, 10));
    close(b);
}

/* ---- maps */

void map_cases(void)
{
    begin("map shared");
    int fd = O(open("f", O_RDWR | O_CREAT, 0644));
    S(ftruncate(fd, 10000));
    char *at = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    S(at == MAP_FAILED ? -1 : 0);
    memset(at, 'm', 5000);
    at[9999] = 'e';
    at[10050] = 'z'; /* behind the end: never part of the file */
    S(pread(fd, block, 100, 4950));
    S(memcmp(block, "mmmmmmmmmm", 10));
    S(pwrite(fd, "written", 7, 200));
    S(memcmp(at + 200, "written", 7));
    S(msync(at, 12288, MS_SYNC));
    S(msync(at, 12288, MS_ASYNC));
    data(fd);
    S(ftruncate(fd, 11000));
    S(at[10050]);
    S(pread(fd, block, 2000, 10000));
    data(fd);
    S(ftruncate(fd, 100));
    S(at[50]);
    S(ftruncate(fd, 8192));
    S(at[150]);
    at[4097] = 'q';
    S(fsync(fd));
    data(fd);
    S(unlink("f"));
    at[1] = 'u';
    S(msync(at, 4096, MS_SYNC));
    data(fd);
    S(munmap(at, 12288));
    data(fd);
    close(fd);

    begin("map private");
    make("f", 0644, "0123456789");
    fd = O(open("f", O_RDONLY));
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    S(at == MAP_FAILED ? -1 : 0);
    at[0] = 'p';
    data(fd);
    S(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    S(munmap(at, 4096));
    close(fd);
    fd = O(open("f", O_WRONLY));
    S(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    close(fd);
    fd = O(open(".", O_RDONLY));
    S(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    close(fd);

    begin("map of two processes");
    fd = O(open("f", O_RDWR | O_CREAT, 0644));
    S(ftruncate(fd, 4096));
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    fflush(stdout);
    if (fork() == 0) {
        int mine = open("f", O_RDWR);
        char *there = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mine, 0);
        strcpy(there, "from the child");
        _exit(0);
    }
    int status;
    wait(&status);
    S(strcmp(at, "from the child"));
    S(msync(at, 4096, MS_SYNC));
    data(fd);
    munmap(at, 4096);
    close(fd);

    begin("map kept over close");
    fd = O(open("f", O_RDWR | O_CREAT, 0644));
    S(ftruncate(fd, 8192));
    at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    at[5000] = 'k';
    S(msync(at, 8192, MS_SYNC));
    at[6000] = 'l';
    munmap(at, 8192);
    fd = O(open("f", O_RDONLY));
    data(fd);
    close(fd);
}

/* ---- directories */

static int listed(DIR *dir, const char *prefix)
{
    int n = 0;
    struct dirent *e;
    while ((e = readdir(dir)) != NULL)
        n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
    return n;
}

void directory_cases(void)
{
    begin("directory listed while it changes");
    char name[64];
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "keep-%d", i);
        if (mknod(name, S_IFREG | 0600, 0))
            abort();
    }
    DIR *dir = opendir(".");
    S(listed(dir, "keep-"));
    rewinddir(dir);
    long half = 0;
    for (int i = 0; i < 1500; i++)
        if (readdir(dir) == NULL)
            say("ended early");
    half = telldir(dir);
    int rest = listed(dir, "");
    seekdir(dir, half);
    say("rest equal %d", listed(dir, "") == rest);
    rewinddir(dir);
    for (int i = 0; i < 500; i++)
        readdir(dir);
    for (int i = 0; i < 3000; i += 3) {
        snprintf(name, sizeof name, "come-%d", i);
        if (mknod(name, S_IFREG | 0600, 0))
            abort();
        snprintf(name, sizeof name, "come-%d", i);
        if (unlink(name))
            abort();
    }
    /* POSIX: what is there all the time is listed exactly once */
    rewinddir(dir);
    int seen = 0;
    struct dirent *e;
    while ((e = readdir(dir)) != NULL) {
        if (strncmp(e->d_name, "keep-", 5) == 0)
            seen++;
        if (seen % 7 == 0) {
            snprintf(name, sizeof name, "flicker-%d", seen);
            close(open(name, O_CREAT | O_RDWR, 0600));
            unlink(name);
        }
    }
    S(seen);
    rewinddir(dir);
    int removed = 0;
    while ((e = readdir(dir)) != NULL)
        if (strncmp(e->d_name, "keep-", 5) == 0)
            removed += unlink(e->d_name) == 0;
    S(removed);
    rewinddir(dir);
    S(listed(dir, ""));
    closedir(dir);

    begin("directory types");
    make("file", 0644, "x");
    if (mkdir("dir", 0755) || symlink("x", "link") || mkfifo("fifo", 0600) || mknod("socket", S_IFSOCK | 0600, 0)
        || mknod("null", S_IFCHR | 0600, 0x103))
        abort();
    struct dirent **entries;
    int n = scandir(".", &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        struct stat st;
        int same = lstat(entries[i]->d_name, &st) == 0
            && (strcmp(entries[i]->d_name, "..") == 0 || st.st_ino == entries[i]->d_ino);
        say("%s type %d same inode %d", entries[i]->d_name, entries[i]->d_type, same);
    }

    begin("directory moved while open");
    S(mkdir("a", 0755));
    S(mkdir("b", 0755));
    S(mkdir("a/c", 0755));
    make("a/c/f", 0644, "x");
    int c = O(open("a/c", O_RDONLY));
    S(rename("a/c", "b/d"));
    S(openat(c, "f", O_RDONLY) < 0 ? -1 : 0);
    S(openat(c, "g", O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0);
    S(openat(c, "../e", O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0);
    S(fchdir(c));
    char cwd[4096];
    S(getcwd(cwd, sizeof cwd) == NULL ? -1 : (long)strcmp(strrchr(cwd, '/'), "/d"));
    S(chdir("../.."));
    tree(".");
    close(c);
}

/* ---- limits */

void limit_cases(void)
{
    begin("limit bytes of names");
    for (int b = 1; b < 256; b++) {
        char name[8] = {'n', (char)b, 0};
        if (b == '/')
            continue;
        step("bytes", mknod(name, S_IFREG | 0600, 0));
    }
    tree(".");
    char all[300];
    for (int part = 0; part < 2; part++) {
        int n = 0;
        for (int b = 1; b < 256; b++)
            if (b != '/')
                all[n++] = (char)b;
        all[n++] = 'x';
        all[part ? n++ : n] = 'y';
        all[n] = 0;
        say("%d bytes", n);
        S(mkdir(all, 0755));
        S(rename(all, "short"));
        S(rename("short", all));
        S(symlink("t", all + 1));
        S(link(all + 1, all + 2));
    }
    tree(".");

    begin("limit long");
    char name[257], path[5000];
    memset(name, 'l', 256);
    name[256] = 0;
    S(open(name, O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0);
    S(mkdir(name, 0700));
    S(symlink("x", name));
    S(unlink(name));
    name[255] = 0;
    S(mkdir(name, 0700));
    memset(path, 's', sizeof path);
    for (int length = 4093; length <= 4097; length++) {
        char target[5000];
        memcpy(target, path, sizeof path);
        target[length] = 0;
        snprintf(name, sizeof name, "link%d", length);
        S(symlink(target, name));
    }
    S(symlink("", "empty"));
    tree(".");

    begin("limit deep");
    for (int i = 0; i < 200; i++) {
        if (mkdir("d", 0755) || chdir("d"))
            say("%d: %s", i, strerrorname_np(errno));
    }
    make("bottom", 0644, "deep");
    one("bottom");
    static char cwd[8192];
    S(getcwd(cwd, sizeof cwd) == NULL ? -1 : 0);
    for (int i = 0; i < 200; i++)
        if (chdir(".."))
            abort();
    path[0] = 0;
    for (int i = 0; i < 200; i++)
        strcat(path, "d/");
    strcat(path, "bottom");
    one(path);
    S(rename(path, "up"));
    S(rename("d/d", "e"));
    tree("up");

    begin("limit loops");
    S(symlink("b", "a"));
    S(symlink("a", "b"));
    S(open("a", O_RDONLY));
    S(stat("a", &(struct stat){0}));
    S(chmod("a", 0644));
    S(open("a", O_CREAT | O_RDWR, 0600));
    make("l0", 0644, "end");
    for (int i = 1; i < 45; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "l%d", i - 1);
        snprintf(to, sizeof to, "l%d", i);
        if (symlink(from, to))
            abort();
        say("%d: %d", i, access(to, F_OK) ? errno : 0);
    }

    begin("limit of the file system");
    struct statfs fs;
    S(statfs(".", &fs));
    say("block %ld fragment %ld name %ld flags %lx", (long)fs.f_bsize, (long)fs.f_frsize, (long)fs.f_namelen,
        (long)fs.f_flags & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC));
    say("blocks and files there: %d %d %d", fs.f_blocks > 0, fs.f_bfree <= fs.f_blocks, fs.f_ffree <= fs.f_files);
    S(pathconf(".", _PC_NAME_MAX));
    S(pathconf(".", _PC_PATH_MAX));

    begin("limit handles");
    make("f", 0644, "by handle");
    struct {
        struct file_handle head;
        unsigned char bytes[128];
    } handle = {.head.handle_bytes = 128};
    int mount;
    S(name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount, 0));
    int dir = O(open(".", O_RDONLY));
    int fd = O(open_by_handle_at(dir, &handle.head, O_RDONLY));
    data(fd);
    close(fd);
    S(unlink("f"));
    S(open_by_handle_at(dir, &handle.head, O_RDONLY) < 0 ? -1 : 0);
    close(dir);
}
