/* fuzz DIRECTORY SEED THREADS OPERATIONS SECONDS [no-temporary]: random work, checked against a model; the first limit ends it.
 * fuzz describe DIRECTORY: writes down what a copy of the tree must have in common with it. */
#include "fuzz.h"
#include <stdarg.h>
#include <time.h>

int temporary_files = 1;
static long operations_max;
static time_t end;
static atomic_int failed;
static const char *directory, *seed;

void wrong(struct worker *w, const char *format, ...)
{
    va_list arguments;
    flockfile(stdout);
    failed = 1;
    printf("WRONG thread %d operation %ld: ", w->number, w->operations);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    for (long i = w->operations > 64 ? w->operations - 64 : 0; i < w->operations; i++)
        printf("  %ld %s\n", i, w->last[i % 64]);
    fflush(stdout);
    exit(1);
}

static void *work(void *argument)
{
    struct worker *w = argument;
    char name[80];
    snprintf(name, sizeof name, "own-%.60s-%d", seed, w->number);
    int top = open(directory, O_RDONLY | O_DIRECTORY);
    mkdirat(top, name, 0755);
    mkdirat(top, "shared", 0777);
    w->top = openat(top, name, O_RDONLY | O_DIRECTORY);
    if (w->top < 0)
        wrong(w, "%s: %s", name, strerrorname_np(errno));
    close(top);
    files_begin(w);
    for (long i = 0; i < operations_max && !failed; i++) {
        if (i % 64 == 0 && time(NULL) >= end)
            break;
        if (pick(w, 3) == 0)
            names_step(w);
        else
            files_step(w);
    }
    files_end(w);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "describe") == 0)
        return describe(argv[2]);
    temporary_files = argc != 7;
    if (argc < 6) {
        fprintf(stderr, "usage: fuzz DIRECTORY SEED THREADS OPERATIONS SECONDS [no-temporary] | fuzz describe DIRECTORY\n");
        return 2;
    }
    directory = argv[1];
    seed = argv[2];
    int threads = atoi(argv[3]);
    operations_max = atol(argv[4]);
    end = time(NULL) + atol(argv[5]);
    umask(0);
    struct worker *workers = calloc(threads, sizeof *workers);
    pthread_t *ids = calloc(threads, sizeof *ids);
    for (int i = 0; i < threads; i++) {
        workers[i].random = strtoull(seed, NULL, 10) * 1000003 + i;
        workers[i].number = i;
        pthread_create(&ids[i], NULL, work, &workers[i]);
    }
    long all = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        all += workers[i].operations;
    }
    printf("operations %ld\n", all);
    return failed;
}
