#ifndef RAG_OPENBLAS_LOADER_H
#define RAG_OPENBLAS_LOADER_H

// The few functions of OpenBLAS that the encoder calls, found at run time. The library is never
// linked: it picks its kernels from the environment when it is loaded, and picks slow ones for
// CPUs newer than itself, so the choice has to be made before.

enum { RAG_BLAS_ROW_MAJOR = 101, RAG_BLAS_PLAIN = 111 };

// C = alpha op(A) op(B) + beta C, with C of m x n, op(A) of m x k and op(B) of k x n.
typedef void (*rag_sgemm)(int order, int transA, int transB, int m, int n, int k, float alpha,
                          const float *a, int lda, const float *b, int ldb, float beta, float *c,
                          int ldc);

typedef struct rag_openblas {
  rag_sgemm sgemm;
  // The file that the loader found.
  char path[1024];
  // What the library calls its kernels (`SkylakeX`, `Haswell`), and its version and build.
  char core[64];
  char configuration[256];
  // Whether the process had the library before; it is then used as it is, kernels and threads.
  int was_loaded;
  // Threads that one call may use.
  int threads;
} rag_openblas;

// Loads OpenBLAS and fills in `blas`. `core_type` names the kernels to ask for, or is NULL to let
// the library choose; a user's own OPENBLAS_CORETYPE goes before it. The environment is as before
// when this returns. Not safe against other threads that change the environment meanwhile.
// Returns 0, or -1 where no usable library was found, with the loader's words in `message`.
int rag_openblas_load(rag_openblas *blas, const char *core_type, char message[512]);

#endif
