// Records what a process changes below one directory, bytes included, so that a power failure at
// any moment can be played afterwards. Loaded by LD_PRELOAD:
//
//   FAULT_DIRECTORY  the directory (absolute, resolved)
//   FAULT_RECORD     the file that the records are added to
//
// A record is, without padding and in the byte order of the machine: kind (1 byte), inode (8),
// offset (8), byte count (4), and so many bytes: what was written, or paths, each ended by a zero.
// Calls are recorded in the order in which they were done, and only those that succeeded. Memory
// that is mapped to be written leaves no trace: of SQLite's files only `-shm` is.
#include "paths.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_DIRECTORY, RENAME, LINK, UNLINK, MAKE_DIRECTORY };

static int log_descriptor = -1;
// Held during a call and the writing of its record.
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("FAULT_RECORD");
  if (path && find_directory()) log_descriptor = open_log(path);
}

static int is_recording(void) { return log_descriptor >= 0; }

static void record(enum kind kind, uint64_t inode, uint64_t offset, const void *bytes, size_t count) {
  uint8_t header[21] = {(uint8_t)kind};
  uint32_t length = (uint32_t)count;
  memcpy(header + 1, &inode, 8);
  memcpy(header + 9, &offset, 8);
  memcpy(header + 17, &length, 4);
  // One call, that records of several processes do not mix.
  struct iovec parts[2] = {{header, sizeof header}, {(void *)bytes, count}};
  syscall(SYS_writev, log_descriptor, parts, 2);
}

static void record_paths(enum kind kind, uint64_t inode, const char *first, const char *second) {
  char both[4 * PATH_MAX];
  size_t count = strlen(first) + 1;
  memcpy(both, first, count);
  if (second) {
    memcpy(both + count, second, strlen(second) + 1);
    count += strlen(second) + 1;
  }
  record(kind, inode, 0, both, count);
}

static uint64_t inode_of(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) ? 0 : status.st_ino;
}

// Does a call under the lock, behind `before`, and then `after` if it succeeded; `is_inside` says
// whether it is looked at.
#define RECORDED(type, name, is_inside, before, arguments, after)                   \
  static __typeof__(&name) next;                                                    \
  if (!next) next = NEXT(name);                                                     \
  if (!is_recording() || !(is_inside)) return next arguments;                       \
  pthread_mutex_lock(&order);                                                       \
  before;                                                                           \
  type result = next arguments;                                                     \
  if (result >= 0) after;                                                           \
  pthread_mutex_unlock(&order);                                                     \
  return result

#define ON_DESCRIPTOR(type, name, arguments, after)                                 \
  char path[PATH_MAX];                                                              \
  RECORDED(type, name, path_of(descriptor, path), , arguments, after)

#define WRITTEN_AT(offset) record(WRITE, inode_of(descriptor), offset, bytes, (size_t)result)

ssize_t write(int descriptor, const void *bytes, size_t size) {
  ON_DESCRIPTOR(
      ssize_t, write, (descriptor, bytes, size),
      WRITTEN_AT((uint64_t)(lseek(descriptor, 0, SEEK_CUR) - result)));
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  ON_DESCRIPTOR(ssize_t, pwrite, (descriptor, bytes, size, offset), WRITTEN_AT((uint64_t)offset));
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) {
  ON_DESCRIPTOR(
      ssize_t, pwrite64, (descriptor, bytes, size, offset), WRITTEN_AT((uint64_t)offset));
}

static void record_sync(int descriptor, const char *path) {
  struct stat status;
  if (fstat(descriptor, &status)) return;
  if (S_ISDIR(status.st_mode))
    record_paths(SYNC_DIRECTORY, 0, path, NULL);
  else
    record(SYNC, status.st_ino, 0, NULL, 0);
}
int fsync(int descriptor) {
  ON_DESCRIPTOR(int, fsync, (descriptor), record_sync(descriptor, path));
}
int fdatasync(int descriptor) {
  ON_DESCRIPTOR(int, fdatasync, (descriptor), record_sync(descriptor, path));
}
int ftruncate(int descriptor, off_t size) {
  ON_DESCRIPTOR(
      int, ftruncate, (descriptor, size),
      record(TRUNCATE, inode_of(descriptor), (uint64_t)size, NULL, 0));
}
int ftruncate64(int descriptor, off64_t size) {
  ON_DESCRIPTOR(
      int, ftruncate64, (descriptor, size),
      record(TRUNCATE, inode_of(descriptor), (uint64_t)size, NULL, 0));
}

#define ON_PATHS(name, kind, arguments)                                             \
  char whole[2 * PATH_MAX], other[2 * PATH_MAX];                                    \
  RECORDED(                                                                         \
      int, name,                                                                    \
      whole_path(AT_FDCWD, from, whole) && whole_path(AT_FDCWD, to, other) &&       \
          is_below(other), , arguments, record_paths(kind, 0, whole, other))
int rename(const char *from, const char *to) { ON_PATHS(rename, RENAME, (from, to)); }
int link(const char *from, const char *to) { ON_PATHS(link, LINK, (from, to)); }

#define ON_PATH(name, at, arguments, after)                                         \
  char whole[2 * PATH_MAX];                                                         \
  RECORDED(int, name, whole_path(at, path, whole) && is_below(whole), , arguments, after)
int unlink(const char *path) {
  ON_PATH(unlink, AT_FDCWD, (path), record_paths(UNLINK, 0, whole, NULL));
}
int unlinkat(int at, const char *path, int flags) {
  ON_PATH(unlinkat, at, (at, path, flags), record_paths(UNLINK, 0, whole, NULL));
}
int rmdir(const char *path) {
  ON_PATH(rmdir, AT_FDCWD, (path), record_paths(UNLINK, 0, whole, NULL));
}
int remove(const char *path) {
  ON_PATH(remove, AT_FDCWD, (path), record_paths(UNLINK, 0, whole, NULL));
}
int mkdir(const char *path, mode_t mode) {
  ON_PATH(mkdir, AT_FDCWD, (path, mode), record_paths(MAKE_DIRECTORY, 0, whole, NULL));
}

static void record_open(int descriptor, int flags, int is_new, const char *path) {
  if (is_new)
    record_paths(CREATE, inode_of(descriptor), path, NULL);
  else if (flags & O_TRUNC)
    record(TRUNCATE, inode_of(descriptor), 0, NULL, 0);
}
#define ON_OPEN(name, at, arguments)                                                \
  MODE char whole[2 * PATH_MAX];                                                    \
  RECORDED(                                                                         \
      int, name,                                                                    \
      (flags & (O_CREAT | O_TRUNC)) && whole_path(at, path, whole) && is_below(whole), \
      int is_new = IS_CREATING(at), arguments, record_open(result, flags, is_new, whole))

int open(const char *path, int flags, ...) { ON_OPEN(open, AT_FDCWD, (path, flags, mode)); }
int open64(const char *path, int flags, ...) { ON_OPEN(open64, AT_FDCWD, (path, flags, mode)); }
int openat(int at, const char *path, int flags, ...) {
  ON_OPEN(openat, at, (at, path, flags, mode));
}
int openat64(int at, const char *path, int flags, ...) {
  ON_OPEN(openat64, at, (at, path, flags, mode));
}
