/* What the parts of the fuzzer share. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One thread of the fuzzer: its random numbers, its folder, what it did. */
struct worker {
    uint64_t random;
    int number;
    int top;
    long operations;
    char last[64][80];
};

/* Whether files without a name are made too. */
extern int temporary_files;

/* Gives a number from 0 to below, the same ones for the same seed. */
static inline uint64_t pick(struct worker *w, uint64_t below)
{
    uint64_t z = (w->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return below == 0 ? 0 : z % below;
}

/* Remembers what was done last, for the report of a difference. */
#define NOTE(w, ...) snprintf((w)->last[(w)->operations++ % 64], 80, __VA_ARGS__)

/* Says what is wrong and what came before, and ends the program. */
void wrong(struct worker *w, const char *format, ...);

/* A private file with a model of its bytes. */
void files_begin(struct worker *w);
void files_step(struct worker *w);
void files_end(struct worker *w);

/* Names that all threads use at once, without a model. */
void names_step(struct worker *w);

/* Writes down all that two copies of a tree must have in common. */
int describe(const char *path);
