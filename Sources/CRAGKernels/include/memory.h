#ifndef RAG_MEMORY_H
#define RAG_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Asks the CPU to fetch the cache line of an address, which need not be valid.
static inline void rag_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// A bit of a set that threads share: what was written before it was set is seen after it is read.
static inline int rag_bit_is_set(const uint64_t *words, size_t index) {
  return (__atomic_load_n(words + index / 64, __ATOMIC_ACQUIRE) >> (index % 64)) & 1;
}

// Sets a bit and tells whether it was not set before.
static inline int rag_bit_set(uint64_t *words, size_t index) {
  uint64_t bit = (uint64_t)1 << (index % 64);
  return (__atomic_fetch_or(words + index / 64, bit, __ATOMIC_RELEASE) & bit) == 0;
}

// Adds to a counter that threads share and gives its value before.
static inline size_t rag_fetch_add(size_t *counter, size_t addend) {
  return __atomic_fetch_add(counter, addend, __ATOMIC_RELAXED);
}

// Tells the CPU that this is a loop that waits for another thread.
static inline void rag_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#if defined(__linux__)
// Lengthens an anonymous mapping, which may move without being copied; what is new is zero. NULL
// when there is no memory.
void *_Nullable rag_grow_mapping(void *start, size_t old_count, size_t new_count);
#endif

// Gives the memory that was freed back to the system. The GNU library keeps, for each thread that
// ever worked, as much as that thread once had.
void rag_release_freed_memory(void);

// Has the GNU library keep the freed memory of all threads together, for the rest of the process.
void rag_use_one_arena(void);

#pragma clang assume_nonnull end

#endif
