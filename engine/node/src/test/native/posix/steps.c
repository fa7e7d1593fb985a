/* conform DIRECTORY [GROUP...]: carries the cases out in a directory and writes down what each call gave. */
#include "steps.h"
#include <dirent.h>
#include <ftw.h>
#include <grp.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

static char home[4096];
static char name[256];
const char *const who_names[WHO_MAX] = {"root", "owner", "member", "supplementary", "other"};

static int drop(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)walk;
    int result = type == FTW_DP ? rmdir(path) : unlink(path);
    if (result != 0)
        fprintf(stderr, "remove %s: %s\n", path, strerror(errno));
    return result;
}

void remove_all(const char *path)
{
    nftw(path, drop, 20, FTW_DEPTH | FTW_PHYS);
}

void begin(const char *format, ...)
{
    if (chdir(home) != 0)
        abort();
    if (name[0])
        remove_all("case");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    umask(0);
    if (mkdir("case", 0777) != 0 || chdir("case") != 0) {
        fprintf(stderr, "case directory: %s\n", strerror(errno));
        exit(2);
    }
}

void say(const char *format, ...)
{
    printf("%s: ", name);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

long step(const char *what, long result)
{
    int error = errno;
    if (result == -1)
        say("%s = %s", what, strerrorname_np(error));
    else
        say("%s = %ld", what, result);
    errno = error;
    return result;
}

int opened(const char *what, int fd)
{
    step(what, fd < 0 ? fd : 0);
    return fd;
}

static uint64_t hash(uint64_t to, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++)
        to = (to ^ b[i]) * 1099511628211u;
    return to;
}

static uint64_t content(int fd)
{
    static char buffer[1 << 20];
    uint64_t sum = 14695981039346656037u;
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, buffer, sizeof buffer, at)) > 0) {
        sum = hash(sum, buffer, got);
        at += got;
    }
    return got < 0 ? (uint64_t)errno : sum;
}

void data(int fd)
{
    struct stat st;
    fstat(fd, &st);
    say("data of %ld bytes: %lx", (long)st.st_size, content(fd));
}

static void attributes(const char *path, char *into, size_t room)
{
    static char list[65536], value[65536];
    char *names[200];
    int n = 0;
    size_t used = 0;
    into[0] = 0;
    ssize_t length = llistxattr(path, list, sizeof list);
    for (ssize_t i = 0; i < length && n < 200; i += strlen(list + i) + 1)
        names[n++] = list + i;
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && strcmp(names[j - 1], names[j]) > 0; j--) {
            char *other = names[j];
            names[j] = names[j - 1];
            names[j - 1] = other;
        }
    for (int i = 0; i < n && used + 300 < room; i++) {
        ssize_t got = lgetxattr(path, names[i], value, sizeof value);
        used += snprintf(into + used, room - used, " %s=%ld:%lx", names[i], (long)got,
            got < 0 ? (uint64_t)errno : hash(1, value, got));
    }
}

void one(const char *path)
{
    static char extra[20000], target[4100];
    struct stat st;
    if (lstat(path, &st) != 0) {
        say("%s: %s", path, strerrorname_np(errno));
        return;
    }
    target[0] = 0;
    uint64_t sum = 0;
    if (S_ISLNK(st.st_mode)) {
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        sum = hash(1, target, strlen(target));
    } else if (S_ISREG(st.st_mode)) {
        int fd = open(path, O_RDONLY);
        sum = fd < 0 ? (uint64_t)errno : content(fd);
        if (fd >= 0)
            close(fd);
    }
    attributes(path, extra, sizeof extra);
    say("%s: mode %o owner %d:%d links %ld size %ld dev %x:%x sum %lx%s", path, st.st_mode, st.st_uid, st.st_gid,
        (long)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long)st.st_size,
        S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? major(st.st_rdev) : 0,
        S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? minor(st.st_rdev) : 0, sum, extra);
}

void tree(const char *path)
{
    one(path);
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return;
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char below[4096];
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0) {
            snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
            tree(below);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

void make(const char *path, int mode, const char *content)
{
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    if (fd < 0 || write(fd, content, strlen(content)) != (ssize_t)strlen(content) || fchmod(fd, mode) != 0) {
        fprintf(stderr, "make %s: %s\n", path, strerror(errno));
        exit(2);
    }
    close(fd);
}

/* Stamps come from a clock that moves a few times in ten milliseconds. */
void pause_for_clock(void)
{
    struct timespec t = {0, 15000000};
    nanosleep(&t, NULL);
}

static void become(int who)
{
    static const int uid[] = {0, 1001, 1002, 1003, 1004};
    static const int gid[] = {0, 1001, 1001, 1003, 1004};
    gid_t more = 1001;
    if (who == ROOT)
        return;
    if (setgroups(who == SUPPLEMENTARY ? 1 : 0, &more) != 0 || setresgid(gid[who], gid[who], gid[who]) != 0
        || setresuid(uid[who], uid[who], uid[who]) != 0)
        _exit(99);
}

long as(int who, long (*call)(void *), void *with)
{
    int pipes[2];
    long result = 0;
    fflush(stdout);
    if (pipe(pipes) != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        become(who);
        errno = 0;
        result = call(with);
        if (result == -1)
            result = -(long)errno;
        if (write(pipes[1], &result, sizeof result) != sizeof result)
            _exit(98);
        _exit(0);
    }
    close(pipes[1]);
    if (read(pipes[0], &result, sizeof result) != sizeof result)
        result = -9999;
    close(pipes[0]);
    waitpid(child, NULL, 0);
    return result;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {{"matrix", matrix_cases}, {"open", open_cases}, {"data", data_cases}, {"space", space_cases},
        {"name", name_cases}, {"kind", kind_cases}, {"attribute", attribute_cases}, {"xattr", xattr_cases},
        {"time", time_cases}, {"lock", lock_cases}, {"map", map_cases}, {"directory", directory_cases},
        {"limit", limit_cases}};
    if (argc < 2 || realpath(argv[1], home) == NULL) {
        fprintf(stderr, "usage: conform DIRECTORY [GROUP...]\n");
        return 2;
    }
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        int wanted = argc == 2;
        for (int i = 2; i < argc; i++)
            wanted |= strcmp(argv[i], groups[g].name) == 0;
        if (wanted)
            groups[g].run();
    }
    if (chdir(home) == 0 && name[0])
        remove_all("case");
    return 0;
}
