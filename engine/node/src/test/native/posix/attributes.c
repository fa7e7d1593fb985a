/* Modes and access control lists: what calls take away, what new files get, what is allowed. */
#include "steps.h"
#include <sys/mman.h>
#include <sys/xattr.h>

/* ---- set-id bits, umask, default ACLs */

struct change {
    const char *name;
    long (*call)(void *);
};

static long write_it(void *u)
{
    (void)u;
    int fd = open("f", O_WRONLY);
    return fd < 0 ? -1 : write(fd, "x", 1);
}

static long write_shared_map(void *u)
{
    (void)u;
    int fd = open("f", O_RDWR);
    char *at = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return -1;
    at[0] = 'm';
    return msync(at, 4096, MS_SYNC);
}

static long cut_it(void *u)
{
    (void)u;
    return truncate("f", 1);
}

static long grow_it(void *u)
{
    (void)u;
    return truncate("f", 9000);
}

static long cut_open(void *u)
{
    (void)u;
    return open("f", O_WRONLY | O_TRUNC) < 0 ? -1 : 0;
}

static long allocate_it(void *u)
{
    (void)u;
    int fd = open("f", O_WRONLY);
    return fd < 0 ? -1 : fallocate(fd, 0, 0, 10000);
}

static long chown_group(void *u)
{
    (void)u;
    return chown("f", -1, getegid());
}

static long chmod_same(void *u)
{
    (void)u;
    struct stat st;
    return stat("f", &st) ? -1 : chmod("f", st.st_mode & 07777);
}

static long set_times(void *u)
{
    (void)u;
    return utimensat(AT_FDCWD, "f", NULL, 0);
}

static long copy_into(void *u)
{
    (void)u;
    int from = open("g", O_RDONLY), to = open("f", O_WRONLY);
    return from < 0 || to < 0 ? -1 : copy_file_range(from, NULL, to, NULL, 5, 0);
}

static void put16(unsigned char *to, int value)
{
    to[0] = value & 255;
    to[1] = value >> 8;
}

/* linux/posix_acl_xattr.h: {u32 version 2} then {u16 tag, u16 perm, u32 id} each */
static int acl(unsigned char *to, const int (*entries)[3], int n)
{
    memset(to, 0, 4);
    to[0] = 2;
    for (int i = 0; i < n; i++) {
        unsigned char *at = to + 4 + 8 * i;
        put16(at, entries[i][0]);
        put16(at + 2, entries[i][1]);
        unsigned id = (unsigned)entries[i][2];
        memcpy(at + 4, &id, 4);
    }
    return 4 + 8 * n;
}

enum { USER_OBJ = 1, USER = 2, GROUP_OBJ = 4, GROUP = 8, MASK = 16, OTHERS = 32 };
static const int full_acl[][3] = {{USER_OBJ, 7, -1}, {USER, 6, 1004}, {GROUP_OBJ, 5, -1}, {GROUP, 7, 1003}, {MASK, 7, -1},
    {OTHERS, 0, -1}};
static const int plain_acl[][3] = {{USER_OBJ, 6, -1}, {GROUP_OBJ, 4, -1}, {OTHERS, 4, -1}};
static const int tight_acl[][3] = {{USER_OBJ, 7, -1}, {USER, 7, 1004}, {GROUP_OBJ, 7, -1}, {MASK, 4, -1}, {OTHERS, 1, -1}};

static long new_file(void *u)
{
    (void)u;
    return open("d/file", O_CREAT | O_EXCL | O_RDWR, 0666) < 0 ? -1 : 0;
}

static long new_tight_file(void *u)
{
    (void)u;
    return open("d/tight", O_CREAT | O_EXCL | O_RDWR, 0600) < 0 ? -1 : 0;
}

static long new_directory(void *u)
{
    (void)u;
    return mkdir("d/dir", 0777);
}

static long new_others(void *u)
{
    (void)u;
    return mkfifo("d/fifo", 0666) || symlink("x", "d/link") || mknod("d/node", S_IFREG | 0666, 0);
}

static long read_acl_file(void *u)
{
    (void)u;
    return open("f", O_RDONLY) < 0 ? -1 : 0;
}

static long write_acl_file(void *u)
{
    (void)u;
    return open("f", O_WRONLY) < 0 ? -1 : 0;
}

static long change_acl(void *u)
{
    (void)u;
    unsigned char value[100];
    return setxattr("f", "system.posix_acl_access", value, acl(value, plain_acl, 3), 0);
}

void attribute_cases(void)
{
    static const struct change changes[] = {{"write", write_it}, {"map", write_shared_map}, {"cut", cut_it},
        {"grow", grow_it}, {"cut open", cut_open}, {"allocate", allocate_it}, {"chown group", chown_group},
        {"chmod same", chmod_same}, {"times", set_times}, {"copy", copy_into}};
    static const int modes[] = {04777, 02777, 06777, 02767, 06766, 0777};
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++) {
        begin("attribute set-id bits and %s", changes[c].name);
        make("g", 0644, "other content");
        for (size_t m = 0; m < sizeof modes / sizeof modes[0]; m++)
            for (int who = 0; who < WHO_MAX; who++) {
                make("f", 0600, "content");
                if (chown("f", 1001, 1001) || chmod("f", modes[m]))
                    abort();
                /* what a map wrote is written back by us, which takes the capability away */
                if (changes[c].call != write_shared_map
                    && setxattr("f", "security.capability", "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0))
                    abort();
                say("%o as %s = %ld", modes[m], who_names[who], as(who, changes[c].call, NULL));
                one("f");
                unlink("f");
            }
    }
    for (int mask = 0; mask < 3; mask++)
        for (int kind = 0; kind < 3; kind++) {
            static const int masks[] = {0, 027, 0777};
            begin("attribute umask %o default acl %d", masks[mask], kind);
            S(mkdir("d", 02777));
            S(chown("d", 0, 1003));
            S(chmod("d", 02777));
            unsigned char value[100];
            if (kind > 0) {
                int n = kind == 1 ? acl(value, full_acl, 6) : acl(value, tight_acl, 5);
                S(setxattr("d", "system.posix_acl_default", value, n, 0));
            }
            umask(masks[mask]);
            for (int who = 0; who < 2; who++) {
                say("%ld", as(who, new_file, NULL));
                say("%ld", as(who, new_tight_file, NULL));
                say("%ld", as(who, new_directory, NULL));
                say("%ld", as(who, new_others, NULL));
                tree("d");
                unlink("d/file");
                unlink("d/tight");
                rmdir("d/dir");
                unlink("d/fifo");
                unlink("d/link");
                unlink("d/node");
            }
            umask(0);
        }
    begin("attribute acl decides");
    static const int(*const acls[])[3] = {full_acl, tight_acl, plain_acl};
    static const int counts[] = {6, 5, 3};
    for (int a = 0; a < 3; a++) {
        make("f", 0640, "content");
        if (chown("f", 1001, 1001))
            abort();
        unsigned char value[100];
        S(setxattr("f", "system.posix_acl_access", value, acl(value, acls[a], counts[a]), 0));
        for (int who = 0; who < WHO_MAX; who++) {
            say("read %ld", as(who, read_acl_file, NULL));
            say("write %ld", as(who, write_acl_file, NULL));
        }
        one("f");
        S(chmod("f", 0605));
        one("f");
        for (int who = 0; who < WHO_MAX; who++)
            say("change %ld", as(who, change_acl, NULL));
        one("f");
        S(setxattr("f", "system.posix_acl_access", "junk", 4, 0));
        S(setxattr("f", "system.posix_acl_default", value, acl(value, plain_acl, 3), 0));
        S(removexattr("f", "system.posix_acl_access"));
        S(removexattr("f", "system.posix_acl_access"));
        one("f");
        S(unlink("f"));
    }
    begin("attribute acl takes the set-group bit");
    for (int who = 0; who < 3; who++) {
        make("f", 0640, "content");
        if (chown("f", 1001, 1003) || chmod("f", 02775))
            abort();
        say("change %ld", as(who, change_acl, NULL));
        one("f");
        unlink("f");
    }
    begin("attribute sticky");
    S(mkdir("d", 01777));
    S(chmod("d", 01777));
    for (int owner = 0; owner < WHO_MAX; owner++)
        for (int who = 0; who < WHO_MAX; who++) {
            static const int uid[] = {0, 1001, 1002, 1003, 1004};
            make("d/f", 0666, "x");
            make("d/g", 0666, "y");
            if (chown("d/f", uid[owner], 0) || chown("d/g", uid[who], 0))
                abort();
            long remove(void *u) { (void)u; return unlink("d/f"); }
            long over(void *u) { (void)u; return rename("d/g", "d/f"); }
            long away(void *u) { (void)u; return rename("d/f", "d/h"); }
            say("over %ld", as(who, over, NULL));
            say("away %ld", as(who, away, NULL));
            say("remove %ld", as(who, remove, NULL));
            tree("d");
            unlink("d/f");
            unlink("d/g");
            unlink("d/h");
        }
}
