#include "distance_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Rows fetched ahead of the one in work, and the bytes of a cache line.
enum { lookahead = 2, line = 64 };

static inline __attribute__((always_inline)) void prefetch_row(const float *row,
                                                              size_t dimension) {
  const char *bytes = (const char *)row;
  for (size_t at = 0; at < dimension * sizeof(float); at += line) {
    __builtin_prefetch(bytes + at, 0, 3);
  }
}

// Defines the two row kernels of a family over its two pair kernels.
#define ROWS(name, pair, attributes)                                                              \
  attributes static void name(const float *query, const float *rows, size_t stride,               \
                              size_t dimension, const uint32_t *slots, size_t count,              \
                              float *scores) {                                                    \
    size_t ahead = count < lookahead ? count : lookahead;                                         \
    for (size_t i = 0; i < ahead; i++) prefetch_row(rows + slots[i] * stride, dimension);         \
    for (size_t i = 0; i < count; i++) {                                                          \
      if (i + lookahead < count) {                                                                \
        prefetch_row(rows + slots[i + lookahead] * stride, dimension);                            \
      }                                                                                           \
      scores[i] = pair(query, rows + slots[i] * stride, dimension);                               \
    }                                                                                             \
  }

// Four running sums in every family, so that additions do not wait for one another.

static float dot_scalar(const float *a, const float *b, size_t dimension) {
  float sums[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < dimension; i++) sums[i % 4] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static float negated_l2_scalar(const float *a, const float *b, size_t dimension) {
  float sums[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < dimension; i++) {
    float difference = a[i] - b[i];
    sums[i % 4] += difference * difference;
  }
  return 0 - ((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

ROWS(dot_rows_scalar, dot_scalar, )
ROWS(negated_l2_rows_scalar, negated_l2_scalar, )

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))

AVX2 static inline __m256i tail_mask_avx2(size_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes);
}

AVX2 static inline float sum_avx2(const __m256 *sums) {
  __m256 all = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

AVX2 static float dot_avx2(const float *a, const float *b, size_t dimension) {
  __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                    _mm256_setzero_ps()};
  size_t i = 0;
  for (; i + 32 <= dimension; i += 32) {
    for (int j = 0; j < 4; j++) {
      sums[j] = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8 * j), _mm256_loadu_ps(b + i + 8 * j),
                                sums[j]);
    }
  }
  for (int j = 0; i < dimension; i += 8, j++) {
    __m256i mask = tail_mask_avx2(dimension - i);
    sums[j] = _mm256_fmadd_ps(_mm256_maskload_ps(a + i, mask), _mm256_maskload_ps(b + i, mask),
                              sums[j]);
  }
  return sum_avx2(sums);
}

AVX2 static float negated_l2_avx2(const float *a, const float *b, size_t dimension) {
  __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                    _mm256_setzero_ps()};
  size_t i = 0;
  for (; i + 32 <= dimension; i += 32) {
    for (int j = 0; j < 4; j++) {
      __m256 difference =
          _mm256_sub_ps(_mm256_loadu_ps(a + i + 8 * j), _mm256_loadu_ps(b + i + 8 * j));
      sums[j] = _mm256_fmadd_ps(difference, difference, sums[j]);
    }
  }
  for (int j = 0; i < dimension; i += 8, j++) {
    __m256i mask = tail_mask_avx2(dimension - i);
    __m256 difference =
        _mm256_sub_ps(_mm256_maskload_ps(a + i, mask), _mm256_maskload_ps(b + i, mask));
    sums[j] = _mm256_fmadd_ps(difference, difference, sums[j]);
  }
  return 0 - sum_avx2(sums);
}

ROWS(dot_rows_avx2, dot_avx2, AVX2)
ROWS(negated_l2_rows_avx2, negated_l2_avx2, AVX2)

AVX512 static inline __mmask16 tail_mask_avx512(size_t count) {
  return count >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1u << count) - 1);
}

AVX512 static inline float sum_avx512(const __m512 *sums) {
  return _mm512_reduce_add_ps(
      _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
}

AVX512 static float dot_avx512(const float *a, const float *b, size_t dimension) {
  __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                    _mm512_setzero_ps()};
  size_t i = 0;
  for (; i + 64 <= dimension; i += 64) {
    for (int j = 0; j < 4; j++) {
      sums[j] = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16 * j), _mm512_loadu_ps(b + i + 16 * j),
                                sums[j]);
    }
  }
  for (int j = 0; i < dimension; i += 16, j++) {
    __mmask16 mask = tail_mask_avx512(dimension - i);
    sums[j] = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i),
                              _mm512_maskz_loadu_ps(mask, b + i), sums[j]);
  }
  return sum_avx512(sums);
}

AVX512 static float negated_l2_avx512(const float *a, const float *b, size_t dimension) {
  __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                    _mm512_setzero_ps()};
  size_t i = 0;
  for (; i + 64 <= dimension; i += 64) {
    for (int j = 0; j < 4; j++) {
      __m512 difference =
          _mm512_sub_ps(_mm512_loadu_ps(a + i + 16 * j), _mm512_loadu_ps(b + i + 16 * j));
      sums[j] = _mm512_fmadd_ps(difference, difference, sums[j]);
    }
  }
  for (int j = 0; i < dimension; i += 16, j++) {
    __mmask16 mask = tail_mask_avx512(dimension - i);
    __m512 difference =
        _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
    sums[j] = _mm512_fmadd_ps(difference, difference, sums[j]);
  }
  return 0 - sum_avx512(sums);
}

ROWS(dot_rows_avx512, dot_avx512, AVX512)
ROWS(negated_l2_rows_avx512, negated_l2_avx512, AVX512)

#elif defined(__aarch64__)

static inline float sum_neon(const float32x4_t *sums) {
  return vaddvq_f32(vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3])));
}

// Up to four floats, zeros behind them.
static inline float32x4_t load_tail_neon(const float *from, size_t count) {
  if (count >= 4) return vld1q_f32(from);
  float lanes[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < count; i++) lanes[i] = from[i];
  return vld1q_f32(lanes);
}

static float dot_neon(const float *a, const float *b, size_t dimension) {
  float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
  size_t i = 0;
  for (; i + 16 <= dimension; i += 16) {
    for (int j = 0; j < 4; j++) {
      sums[j] = vfmaq_f32(sums[j], vld1q_f32(a + i + 4 * j), vld1q_f32(b + i + 4 * j));
    }
  }
  for (int j = 0; i < dimension; i += 4, j++) {
    sums[j] = vfmaq_f32(sums[j], load_tail_neon(a + i, dimension - i),
                        load_tail_neon(b + i, dimension - i));
  }
  return sum_neon(sums);
}

static float negated_l2_neon(const float *a, const float *b, size_t dimension) {
  float32x4_t sums[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
  size_t i = 0;
  for (; i + 16 <= dimension; i += 16) {
    for (int j = 0; j < 4; j++) {
      float32x4_t difference = vsubq_f32(vld1q_f32(a + i + 4 * j), vld1q_f32(b + i + 4 * j));
      sums[j] = vfmaq_f32(sums[j], difference, difference);
    }
  }
  for (int j = 0; i < dimension; i += 4, j++) {
    float32x4_t difference =
        vsubq_f32(load_tail_neon(a + i, dimension - i), load_tail_neon(b + i, dimension - i));
    sums[j] = vfmaq_f32(sums[j], difference, difference);
  }
  return 0 - sum_neon(sums);
}

ROWS(dot_rows_neon, dot_neon, )
ROWS(negated_l2_rows_neon, negated_l2_neon, )

#endif

rag_distance_kernels rag_distance_kernels_at(rag_cpu_level level) {
#if defined(__x86_64__)
  if (level >= RAG_CPU_AVX512 && level < RAG_CPU_NEON) {
    return (rag_distance_kernels){RAG_CPU_AVX512, dot_avx512, dot_rows_avx512,
                                  negated_l2_avx512, negated_l2_rows_avx512};
  }
  if (level == RAG_CPU_AVX2) {
    return (rag_distance_kernels){RAG_CPU_AVX2, dot_avx2, dot_rows_avx2, negated_l2_avx2,
                                  negated_l2_rows_avx2};
  }
#elif defined(__aarch64__)
  if (level >= RAG_CPU_NEON) {
    return (rag_distance_kernels){RAG_CPU_NEON, dot_neon, dot_rows_neon, negated_l2_neon,
                                  negated_l2_rows_neon};
  }
#endif
  (void)level;
  return (rag_distance_kernels){RAG_CPU_SCALAR, dot_scalar, dot_rows_scalar, negated_l2_scalar,
                                negated_l2_rows_scalar};
}
