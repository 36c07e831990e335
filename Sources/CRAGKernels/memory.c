#define _GNU_SOURCE
#include "memory.h"

#if defined(__linux__)
#include <sys/mman.h>

void *rag_grow_mapping(void *start, size_t old_count, size_t new_count) {
  void *grown = mremap(start, old_count, new_count, MREMAP_MAYMOVE);
  return grown == MAP_FAILED ? NULL : grown;
}
#endif

#if defined(__GLIBC__)
#include <malloc.h>

void rag_release_freed_memory(void) { malloc_trim(0); }
void rag_use_one_arena(void) { mallopt(M_ARENA_MAX, 1); }
#else
void rag_release_freed_memory(void) {}
void rag_use_one_arena(void) {}
#endif
