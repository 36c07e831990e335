/* Measures what the processor does at most: multiply-adds in f32, and of 8-bit integers, with
   nothing to load or store, in operations a second (a multiply-add is two).

     limits THREADS...

   prints a JSON object for each count of threads. The widest instructions that the processor has
   are taken; on another architecture than x86-64 nothing is measured. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef void (*loop)(long iterations);

struct kernel {
  const char *name;
  loop run;
  /* Of one iteration. */
  double operations;
};

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

/* Twelve sums that do not wait for each other: two instructions a cycle of five cycles each. */
#define SUMS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define DECLARE(i) sum##i = zero,
#define ADD_UP(i) __asm__ volatile(STEP : [sum] "+v"(sum##i), [spare] "=&v"(spare) \
                                   : [a] "v"(a), [b] "v"(b), [ones] "v"(ones));
#define LOOP(NAME, TARGET, TYPE, ONE)                                 \
  __attribute__((target(TARGET))) static void NAME(long iterations) { \
    TYPE zero = (TYPE)ONE, a = zero, b = zero, ones = zero;           \
    TYPE SUMS(DECLARE) spare = zero;                                  \
    for (long i = 0; i < iterations; i++) {                           \
      SUMS(ADD_UP)                                                    \
    }                                                                 \
  }

/* The values are zero, which no instruction is faster with. */
#define STEP "vfmadd231ps %[a], %[b], %[sum]"
LOOP(f32_avx512, "avx512f", __m512, _mm512_setzero_ps())
LOOP(f32_avx2, "avx2,fma", __m256, _mm256_setzero_ps())
#undef STEP
#define STEP "vpdpbusd %[a], %[b], %[sum]"
LOOP(int8_avx512, "avx512f", __m512i, _mm512_setzero_si512())
#undef STEP
#define STEP "%{vex%} vpdpbusd %[a], %[b], %[sum]"
LOOP(int8_avx_vnni, "avx2", __m256i, _mm256_setzero_si256())
#undef STEP
/* Without VNNI: products of pairs in 16 bits, their sums in 32, and the sum of those. */
#define STEP                                 \
  "vpmaddubsw %[a], %[b], %[spare]\n\t"      \
  "vpmaddwd %[spare], %[ones], %[spare]\n\t" \
  "vpaddd %[spare], %[sum], %[sum]"
LOOP(int8_avx2, "avx2", __m256i, _mm256_setzero_si256())
#undef STEP

static int has_avx_vnni(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}

static struct kernel f32_kernel(void) {
  if (__builtin_cpu_supports("avx512f"))
    return (struct kernel){"avx512", f32_avx512, 12 * 16 * 2};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (struct kernel){"avx2", f32_avx2, 12 * 8 * 2};
  return (struct kernel){0};
}

static struct kernel int8_kernel(void) {
  if (__builtin_cpu_supports("avx512vnni"))
    return (struct kernel){"avx512-vnni", int8_avx512, 12 * 64 * 2};
  if (__builtin_cpu_supports("avx2") && has_avx_vnni())
    return (struct kernel){"avx-vnni", int8_avx_vnni, 12 * 32 * 2};
  if (__builtin_cpu_supports("avx2")) return (struct kernel){"avx2", int8_avx2, 12 * 32 * 2};
  return (struct kernel){0};
}
#else
static struct kernel f32_kernel(void) { return (struct kernel){0}; }
static struct kernel int8_kernel(void) { return (struct kernel){0}; }
#endif

struct work {
  loop run;
  long iterations;
  pthread_barrier_t *start;
};

static void *perform(void *argument) {
  struct work *work = argument;
  pthread_barrier_wait(work->start);
  work->run(work->iterations);
  return NULL;
}

/* The seconds that `threads` threads take for so many iterations each. */
static double seconds(loop run, long iterations, int threads) {
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, (unsigned)threads);
  struct work work = {run, iterations, &start};
  pthread_t others[threads];
  for (int i = 1; i < threads; i++) pthread_create(&others[i], NULL, perform, &work);
  /* Waits for the others with the clock running, which is nothing beside the loop. */
  double begun = now();
  perform(&work);
  for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
  pthread_barrier_destroy(&start);
  return now() - begun;
}

/* The best of several runs of a tenth of a second. */
static double rate(struct kernel kernel, int threads) {
  long iterations = 1000;
  double once;
  while ((once = seconds(kernel.run, iterations, 1)) < 0.02) iterations *= 2;
  iterations = (long)((double)iterations * 0.1 / once);
  double best = 0;
  for (int i = 0; i < 4; i++) {
    double found =
        threads * kernel.operations * (double)iterations / seconds(kernel.run, iterations, threads);
    if (found > best) best = found;
  }
  return best;
}

int main(int count, char **arguments) {
  struct kernel f32 = f32_kernel(), int8 = int8_kernel();
  for (int i = 1; i < count; i++) {
    int threads = atoi(arguments[i]);
    if (threads < 1) return 64;
    printf("{\"threads\": %d", threads);
    if (f32.name) printf(", \"f32\": %.4g, \"f32_kernel\": \"%s\"", rate(f32, threads), f32.name);
    if (int8.name)
      printf(", \"int8\": %.4g, \"int8_kernel\": \"%s\"", rate(int8, threads), int8.name);
    printf("}\n");
    fflush(stdout);
  }
  return 0;
}
