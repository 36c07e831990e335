#include "cpu.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1UL << 20)
#endif
#endif

rag_cpu_level rag_cpu_detect(void) {
#if defined(__x86_64__)
  // The builtin also checks with XGETBV that the operating system saves the wide registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("f16c")) {
    return RAG_CPU_SCALAR;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return RAG_CPU_AVX2;
  }
  return __builtin_cpu_supports("avx512vnni") ? RAG_CPU_AVX512VNNI : RAG_CPU_AVX512;
#elif defined(__aarch64__) && defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) ? RAG_CPU_NEON_DOTPROD : RAG_CPU_NEON;
#elif defined(__aarch64__)
  return RAG_CPU_NEON;
#else
  return RAG_CPU_SCALAR;
#endif
}

int rag_cpu_supports(rag_cpu_level level) {
  if (level == RAG_CPU_SCALAR) return 1;
  rag_cpu_level best = rag_cpu_detect();
  return (best >= RAG_CPU_NEON) == (level >= RAG_CPU_NEON) && level <= best;
}

const char *rag_cpu_level_name(rag_cpu_level level) {
  switch (level) {
  case RAG_CPU_SCALAR: return "scalar";
  case RAG_CPU_AVX2: return "avx2";
  case RAG_CPU_AVX512: return "avx512";
  case RAG_CPU_AVX512VNNI: return "avx512-vnni";
  case RAG_CPU_NEON: return "neon";
  case RAG_CPU_NEON_DOTPROD: return "neon-dotprod";
  }
  return "unknown";
}
