// Fails, shortens or dies at one chosen I/O call below one directory. Loaded by LD_PRELOAD:
//
//   FAULT_DIRECTORY  only calls on files below it count (absolute, resolved)
//   FAULT_CALL       the call to act on, from 1; 0 for none
//   FAULT_KIND       kill (before the call), torn (half of a write, then kill), eio, enospc (this
//                    call and all later ones that need space), short (half of a write); or
//                    readeio, of which the calls are those that read, and of all others those that
//                    change something
//   FAULT_LOG        a file that gets one line a call
//
// What the C library reads or writes for a stream (fread, fwrite) passes by, and so does memory that
// is mapped.
#include "paths.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum kind { NONE, KILL, TORN, EIO_ONCE, ENOSPC_ON, SHORT, READ_EIO };
// What to do with a call.
enum verdict { PASS, FAIL, HALF, HALF_AND_DIE };

static long chosen;
static enum kind kind;
static int log_descriptor = -1;
static atomic_long count;

__attribute__((constructor)) static void start(void) {
  const char *call = getenv("FAULT_CALL"), *name = getenv("FAULT_KIND");
  const char *log = getenv("FAULT_LOG");
  if (!find_directory()) return;
  chosen = call ? atol(call) : 0;
  const char *names[] = {"none", "kill", "torn", "eio", "enospc", "short", "readeio"};
  for (int i = 0; name && i < 7; i++)
    if (!strcmp(name, names[i])) kind = (enum kind)i;
  if (log) log_descriptor = open_log(log);
}

__attribute__((noreturn)) static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// What a call does: one that needs space is one that a full disk does not let through.
enum deed { READ, CHANGE, CHANGE_NEEDING_SPACE, WRITE };

// Counts a call and decides on it.
static enum verdict decide(const char *call, const char *path, enum deed deed) {
  if ((deed == READ) != (kind == READ_EIO)) return PASS;
  int is_write = deed == WRITE, needs_space = deed >= CHANGE_NEEDING_SPACE;
  long number = atomic_fetch_add(&count, 1) + 1;
  if (log_descriptor >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
    syscall(SYS_write, log_descriptor, line, length);
  }
  if (!chosen || number < chosen) return PASS;
  if (kind == ENOSPC_ON && needs_space) {
    errno = ENOSPC;
    return FAIL;
  }
  if (number > chosen) return PASS;
  switch (kind) {
  case KILL: die();
  case TORN:
    if (!is_write) die();
    return HALF_AND_DIE;
  case EIO_ONCE:
  case READ_EIO: errno = EIO; return FAIL;
  case SHORT: return is_write ? HALF : PASS;
  default: return PASS;
  }
}

#define ON_DESCRIPTOR(name, deed, ...)                                              \
  char path[PATH_MAX];                                                              \
  static __typeof__(&name) next;                                                    \
  if (!next) next = NEXT(name);                                                     \
  if (path_of(descriptor, path) && decide(#name, path, deed) == FAIL)               \
    return -1;                                                                      \
  return next(__VA_ARGS__)
#define ON_PATH(name, is_inside, shown, deed, ...)                                  \
  static __typeof__(&name) next;                                                    \
  if (!next) next = NEXT(name);                                                     \
  if ((is_inside) && decide(#name, shown, deed) == FAIL) return -1;                 \
  return next(__VA_ARGS__)
#define ON_WRITE(name, ...)                                                         \
  char path[PATH_MAX];                                                              \
  static __typeof__(&name) next;                                                    \
  if (!next) next = NEXT(name);                                                     \
  if (!path_of(descriptor, path)) return next(__VA_ARGS__);                         \
  enum verdict verdict = decide(#name, path, WRITE);                                \
  if (verdict == FAIL) return -1;                                                   \
  if (verdict != PASS && size > 1) size /= 2;                                       \
  ssize_t result = next(__VA_ARGS__);                                               \
  if (verdict == HALF_AND_DIE) die();                                               \
  return result

ssize_t write(int descriptor, const void *bytes, size_t size) {
  ON_WRITE(write, descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  ON_WRITE(pwrite, descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
  ON_WRITE(pwrite64, descriptor, bytes, size, offset);
}
ssize_t read(int descriptor, void *bytes, size_t size) {
  ON_DESCRIPTOR(read, READ, descriptor, bytes, size);
}
ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
  ON_DESCRIPTOR(pread, READ, descriptor, bytes, size, offset);
}
ssize_t pread64(int descriptor, void *bytes, size_t size, off64_t offset) {
  ON_DESCRIPTOR(pread64, READ, descriptor, bytes, size, offset);
}
int fsync(int descriptor) { ON_DESCRIPTOR(fsync, CHANGE_NEEDING_SPACE, descriptor); }
int fdatasync(int descriptor) { ON_DESCRIPTOR(fdatasync, CHANGE_NEEDING_SPACE, descriptor); }
int ftruncate(int descriptor, off_t size) {
  ON_DESCRIPTOR(ftruncate, size > 0 ? CHANGE_NEEDING_SPACE : CHANGE, descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) {
  ON_DESCRIPTOR(ftruncate64, size > 0 ? CHANGE_NEEDING_SPACE : CHANGE, descriptor, size);
}
int rename(const char *from, const char *to) {
  ON_PATH(rename, is_below_at(AT_FDCWD, to), to, CHANGE, from, to);
}
int renameat(int from_at, const char *from, int to_at, const char *to) {
  ON_PATH(renameat, is_below_at(to_at, to), to, CHANGE, from_at, from, to_at, to);
}
int link(const char *from, const char *to) {
  ON_PATH(link, is_below_at(AT_FDCWD, to), to, CHANGE_NEEDING_SPACE, from, to);
}
int unlink(const char *path) {
  ON_PATH(unlink, is_below_at(AT_FDCWD, path), path, CHANGE, path);
}
int unlinkat(int at, const char *path, int flags) {
  ON_PATH(unlinkat, is_below_at(at, path), path, CHANGE, at, path, flags);
}
int mkdir(const char *path, mode_t mode) {
  ON_PATH(mkdir, is_below_at(AT_FDCWD, path), path, CHANGE_NEEDING_SPACE, path, mode);
}

// Opening counts where it creates: a file that is there needs no space.
int open(const char *path, int flags, ...) {
  MODE ON_PATH(open, IS_CREATING(AT_FDCWD), path, 1, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE ON_PATH(open64, IS_CREATING(AT_FDCWD), path, 1, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
  MODE ON_PATH(openat, IS_CREATING(at), path, 1, at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  MODE ON_PATH(openat64, IS_CREATING(at), path, 1, at, path, flags, mode);
}
