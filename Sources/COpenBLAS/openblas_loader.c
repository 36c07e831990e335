#define _GNU_SOURCE
#include "openblas_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const library_names[] = {"libopenblas.so.0", "libopenblas.so"};
enum { LIBRARY_NAME_COUNT = sizeof library_names / sizeof library_names[0] };

// Sets a variable that the user has not set. Returns whether it did.
static int set_missing(const char *name, const char *value) {
  return value && !getenv(name) && setenv(name, value, 1) == 0;
}

static void *open_library(int flags) {
  for (size_t i = 0; i < LIBRARY_NAME_COUNT; i++) {
    void *library = dlopen(library_names[i], flags);
    if (library) return library;
  }
  return NULL;
}

static void *open_fresh(const char *core_type) {
  int set_core = set_missing("OPENBLAS_CORETYPE", core_type);
  // Else loading starts one idle thread a CPU.
  int set_threads = set_missing("OPENBLAS_NUM_THREADS", "1");
  void *library = open_library(RTLD_NOW | RTLD_LOCAL);
  if (set_core) unsetenv("OPENBLAS_CORETYPE");
  if (set_threads) unsetenv("OPENBLAS_NUM_THREADS");
  return library;
}

static void copy_text(char *target, size_t size, void *library, const char *function) {
  char *(*text)(void) = (char *(*)(void))dlsym(library, function);
  const char *found = text ? text() : NULL;
  snprintf(target, size, "%s", found ? found : "unknown");
}

int rag_openblas_load(rag_openblas *blas, const char *core_type, char message[512]) {
  memset(blas, 0, sizeof *blas);
  message[0] = 0;
  void *library = open_library(RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  blas->was_loaded = library != NULL;
  if (!library) library = open_fresh(core_type);
  if (!library) {
    const char *error = dlerror();
    snprintf(message, 512, "%s", error ? error : "not found");
    return -1;
  }
  blas->sgemm = (rag_sgemm)dlsym(library, "cblas_sgemm");
  if (!blas->sgemm) {
    snprintf(message, 512, "the library has no cblas_sgemm");
    dlclose(library);
    return -1;
  }
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (!blas->was_loaded && set_threads) set_threads(1);
  int (*threads)(void) = (int (*)(void))dlsym(library, "openblas_get_num_threads");
  blas->threads = threads ? threads() : 1;
  copy_text(blas->core, sizeof blas->core, library, "openblas_get_corename");
  copy_text(blas->configuration, sizeof blas->configuration, library, "openblas_get_config");
  Dl_info info;
  // The address of a function as data, which POSIX allows for what dlsym returns.
  void *address = dlsym(library, "cblas_sgemm");
  if (dladdr(address, &info) && info.dli_fname) {
    snprintf(blas->path, sizeof blas->path, "%s", info.dli_fname);
  }
  return 0;
}
