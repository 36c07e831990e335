#ifndef RAG_CPU_H
#define RAG_CPU_H

// The instruction-set levels that kernels are written for. On one architecture a higher value
// includes the lower ones, so `level >= RAG_CPU_AVX2` asks whether AVX2 bodies may run.
typedef enum rag_cpu_level {
  RAG_CPU_SCALAR = 0,
  // x86-64: AVX2, FMA and F16C.
  RAG_CPU_AVX2 = 1,
  // x86-64: AVX-512 F, BW, DQ and VL beside the above.
  RAG_CPU_AVX512 = 2,
  // x86-64: AVX-512 VNNI beside the above.
  RAG_CPU_AVX512VNNI = 3,
  // arm64: NEON, which every arm64 CPU has.
  RAG_CPU_NEON = 17,
  // arm64: the int8 dot product instructions beside the above.
  RAG_CPU_NEON_DOTPROD = 18,
} rag_cpu_level;

// The highest level of this CPU that the operating system lets a process use. Reads CPUID (or the
// auxiliary vector) on each call; callers keep the result.
rag_cpu_level rag_cpu_detect(void);

// Whether a level is one that this CPU can run, `RAG_CPU_SCALAR` included.
int rag_cpu_supports(rag_cpu_level level);

// A name for people: `scalar`, `avx2`, `avx512`, `avx512-vnni`, `neon`, `neon-dotprod`.
const char *rag_cpu_level_name(rag_cpu_level level);

#endif
