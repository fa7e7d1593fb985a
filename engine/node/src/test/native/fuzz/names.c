/* Names that all threads create, move and remove at once: what comes out is compared with the other node's copy. */
#include "fuzz.h"
#include <sys/xattr.h>

static void name(struct worker *w, char *into)
{
    static const char *const folders[] = {"", "", "d0/", "d1/", "d2/", "d0/d1/", "d1/d0/", "d2/d0/d1/"};
    static const char *const names[] = {"d0", "d1", "d2", "n0", "n1", "n2", "n3", "n4", "\xff\x80", "blank name"};
    sprintf(into, "../shared/%s%s", folders[pick(w, 8)], names[pick(w, 10)]);
}

/* linux/posix_acl_xattr.h: version 2, then tag, permissions and id of each entry */
static const unsigned char acl[] = {2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 6, 0, 233, 3, 0, 0, 4, 0, 5, 0, 255,
    255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255, 32, 0, 1, 0, 255, 255, 255, 255};

static void write_at(struct worker *w, const char *a)
{
    char data[3000];
    int fd = openat(w->top, a, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (pick(w, 4) ? 0 : O_TRUNC), 0644);
    if (fd < 0)
        return;
    memset(data, 'a' + (int)pick(w, 26), sizeof data);
    size_t length = 1 + pick(w, sizeof data);
    if (pwrite(fd, data, length, (long)pick(w, 20000)) < 0 && errno != EISDIR && errno != ESPIPE)
        wrong(w, "write %s: %s", a, strerrorname_np(errno));
    close(fd);
}

void names_step(struct worker *w)
{
    char a[100], b[100];
    name(w, a);
    name(w, b);
    uint64_t what = pick(w, 18);
    NOTE(w, "name %ld %.30s %.30s", (long)what, a + 10, b + 10);
    int result = 0;
    switch (what) {
    case 0: case 1: write_at(w, a); break;
    case 2: result = mkdirat(w->top, a, 0755 | (pick(w, 4) ? 0 : 02000)); break;
    case 3: result = unlinkat(w->top, a, 0); break;
    case 4: result = unlinkat(w->top, a, AT_REMOVEDIR); break;
    case 5: case 6: result = renameat2(w->top, a, w->top, b, 0); break;
    case 7: result = renameat2(w->top, a, w->top, b, RENAME_EXCHANGE); break;
    case 8: result = renameat2(w->top, a, w->top, b, RENAME_NOREPLACE); break;
    case 9: result = linkat(w->top, a, w->top, b, 0); break;
    case 10: result = symlinkat(b, w->top, a); break;
    case 11: result = mknodat(w->top, a, (pick(w, 2) ? S_IFIFO : S_IFSOCK) | 0640, 0); break;
    case 12: result = fchmodat(w->top, a, (int)pick(w, 010000), 0); break;
    case 13: result = fchownat(w->top, a, (int)pick(w, 2000), (int)pick(w, 2000), AT_SYMLINK_NOFOLLOW); break;
    case 14: {
        struct timespec t[2] = {{1, 2}, {(long)pick(w, 1000000000), (long)pick(w, 1000000000)}};
        result = utimensat(w->top, a, t, AT_SYMLINK_NOFOLLOW);
        break;
    }
    default: {
        int fd = openat(w->top, a, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
            break;
        char value[200];
        memset(value, 'v', sizeof value);
        if (what == 15)
            result = fsetxattr(fd, pick(w, 2) ? "user.x" : "trusted.y", value, pick(w, sizeof value), 0);
        else if (what == 16)
            result = fremovexattr(fd, "user.x");
        else
            result = fsetxattr(fd, pick(w, 2) ? "system.posix_acl_access" : "system.posix_acl_default", acl, sizeof acl, 0);
        close(fd);
    }
    }
    /* refusals are part of the work; these would mean that the mount is ill */
    if (result < 0 && (errno == EIO || errno == EROFS || errno == ENOTCONN || errno == ESTALE || errno == EINVAL) && what != 5
        && what != 6 && what != 7 && what != 8)
        wrong(w, "operation %ld on %s: %s", (long)what, a, strerrorname_np(errno));
    if (result < 0 && (errno == EIO || errno == EROFS || errno == ENOTCONN || errno == ESTALE))
        wrong(w, "rename %s to %s: %s", a, b, strerrorname_np(errno));
}
