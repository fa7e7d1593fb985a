/* Files of one thread: every byte is known, every attribute is checked. */
#include "fuzz.h"
#include <sys/mman.h>
#include <sys/xattr.h>

#define FILES 6
#define ROOM (768 << 10)

struct file {
    int fd;
    int named;
    char name[40];
    long size;
    int mode;
    struct timespec mtime;
    int stamped;
    char attribute[32];
    unsigned char *bytes;
};

static __thread struct file files[FILES];
static __thread unsigned char *buffer;
static __thread long serial;

static struct file *open_new(struct worker *w, struct file *f)
{
    static const int flags[] = {0, 0, 0, O_DSYNC, O_TMPFILE};
    int more = flags[pick(w, temporary_files ? 5 : 4)];
    snprintf(f->name, sizeof f->name, "f%ld", serial++);
    f->mode = 0600 + (int)pick(w, 0200);
    f->fd = more == O_TMPFILE ? openat(w->top, ".", O_TMPFILE | O_RDWR, f->mode)
                              : openat(w->top, f->name, O_RDWR | O_CREAT | O_EXCL | more, f->mode);
    if (f->fd < 0)
        wrong(w, "create %s: %s", f->name, strerrorname_np(errno));
    f->named = more != O_TMPFILE;
    f->size = 0;
    f->stamped = 0;
    f->attribute[0] = 0;
    memset(f->bytes, 0, ROOM);
    NOTE(w, "create %s %o flags %x", f->name, f->mode, more);
    return f;
}

void files_begin(struct worker *w)
{
    buffer = aligned_alloc(4096, ROOM);
    for (int i = 0; i < FILES; i++) {
        files[i].bytes = malloc(ROOM);
        open_new(w, &files[i]);
    }
}

static void check(struct worker *w, struct file *f)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0)
        wrong(w, "stat %s: %s", f->name, strerrorname_np(errno));
    if (st.st_size != f->size)
        wrong(w, "%s has %ld bytes, not %ld", f->name, (long)st.st_size, f->size);
    if ((int)(st.st_mode & 07777) != f->mode)
        wrong(w, "%s has mode %o, not %o", f->name, st.st_mode & 07777, f->mode);
    if (f->stamped && (st.st_mtim.tv_sec != f->mtime.tv_sec || st.st_mtim.tv_nsec != f->mtime.tv_nsec))
        wrong(w, "%s has another time", f->name);
    char value[32];
    ssize_t length = fgetxattr(f->fd, "user.fuzz", value, sizeof value);
    if (length < 0 ? errno != ENODATA || f->attribute[0]
                   : (size_t)length != strlen(f->attribute) || memcmp(value, f->attribute, length))
        wrong(w, "%s has another attribute (%ld)", f->name, (long)length);
}

static void check_bytes(struct worker *w, struct file *f, long at, long length)
{
    if (at + length > f->size)
        length = f->size > at ? f->size - at : 0;
    ssize_t got = pread(f->fd, buffer, length, at);
    if (got != length)
        wrong(w, "read %s %ld+%ld gives %ld (%s)", f->name, at, length, (long)got, got < 0 ? strerrorname_np(errno) : "");
    for (long i = 0; i < length; i++)
        if (buffer[i] != f->bytes[at + i])
            wrong(w, "%s differs at %ld of %ld: %02x, not %02x", f->name, at + i, f->size, buffer[i], f->bytes[at + i]);
}

static void grown(struct file *f, long size)
{
    if (size > f->size)
        f->size = size;
    f->stamped = 0;
}

static long fill(struct worker *w, long at)
{
    long length = 1 + (long)pick(w, pick(w, 8) ? 9000 : 200000);
    if (length > ROOM - at)
        length = ROOM - at;
    for (long i = 0; i < length; i += 8) {
        uint64_t v = pick(w, UINT64_MAX);
        memcpy(buffer + i, &v, length - i < 8 ? (size_t)(length - i) : 8);
    }
    return length;
}

static void write_some(struct worker *w, struct file *f, int how)
{
    long at = how == 1 ? f->size : (long)pick(w, pick(w, 4) ? 120000 : ROOM - 1);
    if (at >= ROOM)
        return;
    long length = fill(w, at);
    int fd = f->fd;
    if (how == 2) {
        at &= -4096;
        length = (length + 4095) & -4096;
        if (at + length > ROOM)
            at = ROOM - length;
    }
    if (how != 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", f->fd);
        fd = open(path, O_WRONLY | (how == 1 ? O_APPEND : O_DIRECT));
        if (fd < 0)
            wrong(w, "open %s again: %s", f->name, strerrorname_np(errno));
    }
    NOTE(w, "write %s %ld+%ld how %d", f->name, at, length, how);
    ssize_t put = how == 1 ? write(fd, buffer, length) : pwrite(fd, buffer, length, at);
    if (put != length)
        wrong(w, "write %s gives %ld (%s)", f->name, (long)put, put < 0 ? strerrorname_np(errno) : "");
    memcpy(f->bytes + at, buffer, length);
    grown(f, at + length);
    if (fd != f->fd)
        close(fd);
}

static void cut(struct worker *w, struct file *f)
{
    long size = (long)pick(w, pick(w, 3) ? 100000 : ROOM);
    NOTE(w, "cut %s from %ld to %ld", f->name, f->size, size);
    if (ftruncate(f->fd, size) != 0)
        wrong(w, "truncate %s: %s", f->name, strerrorname_np(errno));
    if (size < f->size)
        memset(f->bytes + size, 0, f->size - size);
    f->size = size;
    f->stamped = 0;
}

static void space(struct worker *w, struct file *f)
{
    static const int modes[] = {0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE,
        FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE};
    int mode = modes[pick(w, 5)];
    long at = (long)pick(w, 200000), length = 1 + (long)pick(w, 60000);
    NOTE(w, "space %s %ld+%ld mode %d", f->name, at, length, mode);
    if (fallocate(f->fd, mode, at, length) != 0)
        wrong(w, "fallocate %s: %s", f->name, strerrorname_np(errno));
    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
        /* with the size kept nothing behind the end becomes visible */
        memset(f->bytes + at, 0, length);
    }
    if (!(mode & FALLOC_FL_KEEP_SIZE))
        grown(f, at + length);
    f->stamped = 0;
}

static void map(struct worker *w, struct file *f)
{
    if (f->size == 0)
        return;
    long at = (long)pick(w, f->size), length = fill(w, at);
    if (at + length > f->size)
        length = f->size - at;
    unsigned char *mapped = mmap(NULL, f->size, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
    NOTE(w, "map %s %ld+%ld", f->name, at, length);
    if (mapped == MAP_FAILED)
        wrong(w, "map %s: %s", f->name, strerrorname_np(errno));
    if (memcmp(mapped, f->bytes, f->size) != 0)
        for (long i = 0; i < f->size; i++)
            if (mapped[i] != f->bytes[i])
                wrong(w, "map of %s differs at %ld: %02x, not %02x", f->name, i, mapped[i], f->bytes[i]);
    memcpy(mapped + at, buffer, length);
    memcpy(f->bytes + at, buffer, length);
    if (pick(w, 2) && msync(mapped, f->size, MS_SYNC) != 0)
        wrong(w, "msync %s: %s", f->name, strerrorname_np(errno));
    munmap(mapped, f->size);
    f->stamped = 0;
    /* a page that is written back later would move the time that a later step sets */
    if (fsync(f->fd) != 0)
        wrong(w, "fsync %s: %s", f->name, strerrorname_np(errno));
}

static void copy(struct worker *w, struct file *f, struct file *to)
{
    loff_t from = (long)pick(w, f->size + 1), at = (long)pick(w, 100000);
    long length = 1 + (long)pick(w, 50000), in = from, out = at;
    if (f == to)
        return;
    NOTE(w, "copy %s %ld to %s %ld+%ld", f->name, in, to->name, out, length);
    ssize_t done = copy_file_range(f->fd, &from, to->fd, &at, length, 0);
    if (done < 0 || done > f->size - in)
        wrong(w, "copy gives %ld (%s)", (long)done, done < 0 ? strerrorname_np(errno) : "");
    memcpy(to->bytes + out, f->bytes + in, done);
    if (done > 0)
        grown(to, out + done);
}

static void attributes(struct worker *w, struct file *f)
{
    switch (pick(w, 4)) {
    case 0:
        f->mode = 0600 + (int)pick(w, 0200);
        NOTE(w, "chmod %s %o", f->name, f->mode);
        if (fchmod(f->fd, f->mode) != 0)
            wrong(w, "chmod: %s", strerrorname_np(errno));
        break;
    case 1: {
        struct timespec t[2] = {{(long)pick(w, 2000000000), 5}, {(long)pick(w, 2000000000), (long)pick(w, 1000000000)}};
        NOTE(w, "stamp %s", f->name);
        if (futimens(f->fd, t) != 0)
            wrong(w, "futimens: %s", strerrorname_np(errno));
        f->mtime = t[1];
        f->stamped = 1;
        break;
    }
    case 2:
        snprintf(f->attribute, sizeof f->attribute, "value %ld", (long)pick(w, 100000));
        NOTE(w, "setxattr %s", f->name);
        if (fsetxattr(f->fd, "user.fuzz", f->attribute, strlen(f->attribute), 0) != 0)
            wrong(w, "setxattr: %s", strerrorname_np(errno));
        break;
    default:
        NOTE(w, "chown %s", f->name);
        if (fchown(f->fd, 1000 + pick(w, 5), 1000 + pick(w, 5)) != 0)
            wrong(w, "chown: %s", strerrorname_np(errno));
    }
}

static void rename_it(struct worker *w, struct file *f)
{
    char name[40];
    snprintf(name, sizeof name, "r%ld", serial++);
    NOTE(w, "rename %s to %s", f->name, name);
    if (!f->named) {
        if (linkat(f->fd, "", w->top, name, AT_EMPTY_PATH) != 0 && errno != ENOENT)
            wrong(w, "link %s: %s", f->name, strerrorname_np(errno));
        struct stat st;
        f->named = fstat(f->fd, &st) == 0 && st.st_nlink == 1;
        if (f->named)
            strcpy(f->name, name);
        return;
    }
    if (renameat(w->top, f->name, w->top, name) != 0)
        wrong(w, "rename %s: %s", f->name, strerrorname_np(errno));
    strcpy(f->name, name);
}

static void replace(struct worker *w, struct file *f)
{
    for (long at = 0; at < f->size; at += ROOM)
        check_bytes(w, f, at, ROOM);
    check(w, f);
    if (f->named && pick(w, 2)) {
        NOTE(w, "unlink %s", f->name);
        if (unlinkat(w->top, f->name, 0) != 0)
            wrong(w, "unlink %s: %s", f->name, strerrorname_np(errno));
        f->named = 0;
        return; /* goes on without a name */
    }
    if (f->named && unlinkat(w->top, f->name, 0) != 0)
        wrong(w, "unlink %s: %s", f->name, strerrorname_np(errno));
    close(f->fd);
    open_new(w, f);
}

static void reopen(struct worker *w, struct file *f)
{
    if (!f->named)
        return;
    NOTE(w, "reopen %s", f->name);
    close(f->fd);
    f->fd = openat(w->top, f->name, O_RDWR);
    if (f->fd < 0)
        wrong(w, "open %s: %s", f->name, strerrorname_np(errno));
}

void files_step(struct worker *w)
{
    struct file *f = &files[pick(w, FILES)];
    switch (pick(w, 20)) {
    case 0: case 1: case 2: case 3: write_some(w, f, 0); break;
    case 4: write_some(w, f, 1); break;
    case 5: write_some(w, f, 2); break;
    case 6: cut(w, f); break;
    case 7: case 8: space(w, f); break;
    case 9: map(w, f); break;
    case 10: copy(w, f, &files[pick(w, FILES)]); break;
    case 11: case 12: attributes(w, f); break;
    case 13: rename_it(w, f); break;
    case 14: replace(w, f); break;
    case 15: reopen(w, f); break;
    case 16:
        NOTE(w, "fsync %s", f->name);
        if (pick(w, 2) ? fsync(f->fd) : fdatasync(f->fd))
            wrong(w, "sync %s: %s", f->name, strerrorname_np(errno));
        break;
    default:
        check(w, f);
        check_bytes(w, f, (long)pick(w, f->size + 1), 1 + (long)pick(w, 60000));
    }
}

void files_end(struct worker *w)
{
    for (int i = 0; i < FILES; i++) {
        check(w, &files[i]);
        check_bytes(w, &files[i], 0, ROOM);
        close(files[i].fd);
    }
}
