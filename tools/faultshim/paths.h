// Which calls are about files below the directory that a library of this folder looks at: that of
// FAULT_DIRECTORY, absolute and resolved.
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char directory[PATH_MAX];
static size_t directory_length;

static int find_directory(void) {
  const char *path = getenv("FAULT_DIRECTORY");
  if (!path || strlen(path) >= sizeof directory) return 0;
  strcpy(directory, path);
  directory_length = strlen(directory);
  return 1;
}

// Opens a file that gets a record of the calls, by no call that is looked at.
static int open_log(const char *path) {
  return (int)syscall(
      SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_below(const char *path) {
  return directory_length && !strncmp(path, directory, directory_length) &&
         (path[directory_length] == '/' || !path[directory_length]);
}

// Makes a path absolute.
static int whole_path(int at, const char *path, char whole[2 * PATH_MAX]) {
  if (!path) return 0;
  if (path[0] == '/') {
    snprintf(whole, 2 * PATH_MAX, "%s", path);
    return 1;
  }
  char link[64], base[PATH_MAX];
  if (at == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) return 0;
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length <= 0) return 0;
    base[length] = 0;
  }
  snprintf(whole, 2 * PATH_MAX, "%s/%s", base, path);
  return 1;
}

static int is_below_at(int at, const char *path) {
  char whole[2 * PATH_MAX];
  return directory_length && whole_path(at, path, whole) && is_below(whole);
}

static int path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// The mode that `open` was given behind its flags.
#define MODE                                                                        \
  mode_t mode = 0;                                                                  \
  if (flags & (O_CREAT | O_TMPFILE)) {                                              \
    va_list list;                                                                   \
    va_start(list, flags);                                                          \
    mode = va_arg(list, mode_t);                                                    \
    va_end(list);                                                                   \
  }
// A file that is there is not created.
#define IS_CREATING(at)                                                             \
  ((flags & O_CREAT) && is_below_at(at, path) && syscall(SYS_faccessat, at, path, F_OK) != 0)
