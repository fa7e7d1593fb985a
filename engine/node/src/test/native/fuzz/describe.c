/* One line for each name: type, mode, owner, size, links, times, target, attributes, bytes. */
#include "fuzz.h"
#include <dirent.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static uint64_t sum_of(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ b[i]) * 1099511628211u;
    return sum;
}

static void attributes(const char *path)
{
    static char list[65536], value[65536];
    uint64_t sum = 0;
    int n = 0;
    ssize_t length = llistxattr(path, list, sizeof list);
    for (ssize_t i = 0; i < length; i += strlen(list + i) + 1) {
        ssize_t got = lgetxattr(path, list + i, value, sizeof value);
        /* a sum of sums: the order of names means nothing */
        sum += sum_of(sum_of(14695981039346656037u, list + i, strlen(list + i)), value, got < 0 ? 0 : got);
        n++;
    }
    printf(" attributes %d:%lx", n, sum);
}

static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk(const char *path, const char *shown)
{
    static char buffer[1 << 20];
    struct stat st;
    if (lstat(path, &st) != 0) {
        printf("%s %s\n", shown, strerrorname_np(errno));
        return;
    }
    printf("%s mode %o owner %d:%d links %ld size %ld dev %x time %ld.%09ld", shown, st.st_mode, st.st_uid, st.st_gid,
        (long)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long)st.st_size, (unsigned)st.st_rdev, (long)st.st_mtim.tv_sec,
        st.st_mtim.tv_nsec);
    attributes(path);
    if (S_ISLNK(st.st_mode)) {
        ssize_t length = readlink(path, buffer, sizeof buffer);
        printf(" to %.*s", (int)length, buffer);
    } else if (S_ISREG(st.st_mode)) {
        int fd = open(path, O_RDONLY);
        uint64_t sum = 14695981039346656037u;
        ssize_t got;
        while (fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0)
            sum = sum_of(sum, buffer, got);
        printf(" bytes %lx", fd < 0 ? 0 : sum);
        close(fd);
    }
    putchar('\n');
    if (!S_ISDIR(st.st_mode))
        return;
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, compare);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            char *below = malloc(strlen(path) + strlen(name) + 2), *next = malloc(strlen(shown) + strlen(name) + 2);
            sprintf(below, "%s/%s", path, name);
            sprintf(next, "%s/%s", shown, name);
            walk(below, next);
            free(below);
            free(next);
        }
        free(entries[i]);
    }
    if (n < 0)
        printf("%s cannot be listed: %s\n", shown, strerrorname_np(errno));
    else
        free(entries);
}

int describe(const char *path)
{
    walk(path, "");
    return 0;
}
