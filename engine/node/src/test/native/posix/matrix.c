/* Every operation by every kind of user on every set of modes: results and what is left must be equal. */
#include "steps.h"
#include <sys/syscall.h>
#include <sys/xattr.h>

static long closed(int fd)
{
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static long use(int fd, int writes)
{
    char byte = 'z';
    if (fd < 0)
        return -1;
    long result = writes ? write(fd, &byte, 1) : read(fd, &byte, 1);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static long truncated(int fd)
{
    if (fd < 0)
        return -1;
    long result = ftruncate(fd, 3);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static const struct timespec stamps[2] = {{1000000000, 123456789}, {1111111111, 987654321}};
static const struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
static const struct timespec half[2] = {{0, UTIME_OMIT}, {5, 6}};

#define OPERATIONS                                                                                                     \
    X(readFile, use(open("d/f", O_RDONLY), 0))                                                                         \
    X(writeFile, use(open("d/f", O_WRONLY), 1))                                                                        \
    X(appendFile, use(open("d/f", O_WRONLY | O_APPEND), 1))                                                            \
    X(truncOpen, use(open("d/f", O_RDWR | O_TRUNC), 1))                                                                \
    X(truncate, truncate("d/f", 2))                                                                                    \
    X(ftruncate, truncated(open("d/f", O_WRONLY)))                                                                     \
    X(creat, closed(open("d/n", O_CREAT | O_RDWR, 0640)))                                                              \
    X(creatReadOnlyMode, use(open("d/n", O_CREAT | O_RDWR | O_EXCL, 0400), 1))                                         \
    X(creatThere, use(open("d/f", O_CREAT | O_RDWR, 0640), 1))                                                         \
    X(tmpfile, closed(open("d", O_TMPFILE | O_RDWR, 0640)))                                                            \
    X(mkdir, mkdir("d/n", 02775))                                                                                      \
    X(rmdir, rmdir("d/s"))                                                                                             \
    X(unlink, unlink("d/f"))                                                                                           \
    X(link, link("d/f", "d/n"))                                                                                        \
    X(linkAway, link("d/f", "e/n"))                                                                                    \
    X(symlink, symlink("t", "d/n"))                                                                                    \
    X(mkfifo, mkfifo("d/n", 0644))                                                                                     \
    X(mknodDevice, mknod("d/n", S_IFCHR | 0600, 0x103))                                                                \
    X(rename, rename("d/f", "d/n"))                                                                                    \
    X(renameOver, rename("d/g", "d/f"))                                                                                \
    X(renameAway, rename("d/f", "e/n"))                                                                                \
    X(renameDirectoryAway, rename("d/s", "e/n"))                                                                       \
    X(exchange, renameat2(AT_FDCWD, "d/f", AT_FDCWD, "d/g", RENAME_EXCHANGE))                                          \
    X(chmod, chmod("d/f", 06755))                                                                                      \
    X(chmodDirectory, chmod("d", 01770))                                                                               \
    X(chownSelf, chown("d/f", -1, 1001))                                                                               \
    X(chownOther, chown("d/f", 1004, 1003))                                                                            \
    X(lchown, lchown("d/l", 1001, 1001))                                                                               \
    X(utimeSet, utimensat(AT_FDCWD, "d/f", stamps, 0))                                                                 \
    X(utimeNow, utimensat(AT_FDCWD, "d/f", now, 0))                                                                    \
    X(utimeHalf, utimensat(AT_FDCWD, "d/f", half, 0))                                                                  \
    X(utimeNull, utimensat(AT_FDCWD, "d/f", NULL, 0))                                                                  \
    X(accessRead, access("d/f", R_OK))                                                                                 \
    X(accessWrite, access("d/f", W_OK))                                                                                \
    X(accessRun, access("d/f", X_OK))                                                                                  \
    X(accessBelow, access("d/s", R_OK | W_OK | X_OK))                                                                  \
    X(list, closed(open("d", O_RDONLY | O_DIRECTORY)))                                                                 \
    X(stat, stat("d/f", &(struct stat){0}))                                                                            \
    X(readlink, readlink("d/l", (char[8]){0}, 8))                                                                      \
    X(setUser, setxattr("d/f", "user.a", "v", 1, 0))                                                                   \
    X(setUserOnLink, lsetxattr("d/l", "user.a", "v", 1, 0))                                                            \
    X(setTrusted, setxattr("d/f", "trusted.a", "v", 1, 0))                                                             \
    X(getUser, getxattr("d/f", "user.there", (char[8]){0}, 8))                                                         \
    X(getTrusted, getxattr("d/f", "trusted.there", (char[8]){0}, 8))                                                   \
    X(listAttributes, listxattr("d/f", (char[200]){0}, 200))                                                           \
    X(removeUser, removexattr("d/f", "user.there"))                                                                    \
    X(removeTrusted, removexattr("d/f", "trusted.there"))                                                              \
    X(noatime, closed(open("d/f", O_RDONLY | O_NOATIME)))                                                              \
    X(chdir, chdir("d"))

#define X(label, call)                                                                                                 \
    static long do_##label(void *unused)                                                                               \
    {                                                                                                                  \
        (void)unused;                                                                                                  \
        return (call);                                                                                                 \
    }
OPERATIONS
#undef X

static const struct {
    const char *name;
    long (*call)(void *);
} operations[] = {
#define X(label, call) {#label, do_##label},
    OPERATIONS
#undef X
};

static void fixture(int directory, int file)
{
    if (mkdir("d", 0777) || mkdir("e", 0777) || mkdir("d/s", 0775) || symlink("f", "d/l"))
        abort();
    make("d/f", 0644, "content");
    make("d/g", 0644, "other");
    if (setxattr("d/f", "user.there", "1", 1, 0) || setxattr("d/f", "trusted.there", "2", 1, 0))
        abort();
    if (lchown("d/f", 1001, 1001) || lchown("d/g", 1001, 1001) || lchown("d/s", 1001, 1001)
        || lchown("d", 1001, 1001) || lchown("d/l", 1001, 1001))
        abort();
    if (chmod("d/f", file) || chmod("d", directory))
        abort();
}

void matrix_cases(void)
{
    static const int directories[] = {0777, 0755, 0770, 0711, 0555, 01777, 02775};
    static const int files[] = {0644, 0660, 0444, 04755, 06777, 02644};
    size_t n = sizeof operations / sizeof operations[0];
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        for (size_t j = 0; j < sizeof files / sizeof files[0]; j++) {
            /* all pairs of modes once for the first of each, else one in three */
            if (i > 0 && j > 0 && (i + j) % 3 != 0)
                continue;
            begin("matrix d=%o f=%o", directories[i], files[j]);
            for (size_t o = 0; o < n; o++)
                for (int who = 0; who < WHO_MAX; who++) {
                    fixture(directories[i], files[j]);
                    long result = as(who, operations[o].call, NULL);
                    say("%s as %s = %s%ld", operations[o].name, who_names[who],
                        result < 0 ? strerrorname_np(-result) : "", result < 0 ? 0 : result);
                    if (result >= 0 && strncmp(operations[o].name, "access", 6) != 0) {
                        one("d");
                        one("d/f");
                        one("d/n");
                        one("e/n");
                    }
                    remove_all("d");
                    remove_all("e");
                }
        }
}
