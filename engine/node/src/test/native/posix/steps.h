/* What the cases share: every call is written down with its result, so that two runs can be compared line by line. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Begins a case in a fresh directory of its own, which becomes the working directory. */
void begin(const char *format, ...);

/* Writes a line of the case. */
void say(const char *format, ...);

/* Writes what a call gave: its value, or the name of its error. */
long step(const char *what, long result);

/* The same for a descriptor, whose number says nothing. */
int opened(const char *what, int fd);

/* Describes everything below a path: names, types, modes, owners, sizes, links, targets, attributes, data. */
void tree(const char *path);

/* Describes one file. */
void one(const char *path);

/* Describes what is at a path's descriptor: data only, by hash. */
void data(int fd);

/* Runs a function in a process of other ids and gives its result, a negated errno for an error. */
long as(int who, long (*call)(void *), void *with);

enum { ROOT, OWNER, MEMBER, SUPPLEMENTARY, OTHER, WHO_MAX };
extern const char *const who_names[WHO_MAX];

void make(const char *path, int mode, const char *content);
void remove_all(const char *path);
void pause_for_clock(void);

#define S(call) step(#call, (call))
#define O(call) opened(#call, (call))

void matrix_cases(void);
void open_cases(void);
void data_cases(void);
void space_cases(void);
void name_cases(void);
void kind_cases(void);
void attribute_cases(void);
void xattr_cases(void);
void time_cases(void);
void lock_cases(void);
void map_cases(void);
void directory_cases(void);
void limit_cases(void);
