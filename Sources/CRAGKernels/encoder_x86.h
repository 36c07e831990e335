#ifndef RAG_ENCODER_X86_H
#define RAG_ENCODER_X86_H

// The vector operations of encoder_simd.h for AVX2 and AVX-512, and its two instances.

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define TARGET_AVX2 __attribute__((target("avx2,fma")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

TARGET_AVX2 static inline __m256 load_n_or_avx2(const float *p, size_t n, float other) {
  if (n >= 8) return _mm256_loadu_ps(p);
  float lanes[8] = {other, other, other, other, other, other, other, other};
  memcpy(lanes, p, n * sizeof(float));
  return _mm256_loadu_ps(lanes);
}

TARGET_AVX2 static inline void store_n_avx2(float *p, __m256 v, size_t n) {
  if (n >= 8) {
    _mm256_storeu_ps(p, v);
    return;
  }
  float lanes[8];
  _mm256_storeu_ps(lanes, v);
  memcpy(p, lanes, n * sizeof(float));
}

TARGET_AVX2 static inline __m256 keep_n_avx2(__m256 v, size_t n) {
  if (n >= 8) return v;
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  __m256i kept = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane);
  return _mm256_and_ps(v, _mm256_castsi256_ps(kept));
}

TARGET_AVX2 static inline float sum_avx2(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

TARGET_AVX2 static inline float largest_avx2(__m256 v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

TARGET_AVX2 static inline __m256 scale_avx2(__m256 v, __m256 n) {
  __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_mul_ps(v, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}

TARGET_AVX512 static inline __mmask16 mask_avx512(size_t n) {
  return n >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1u << n) - 1);
}

#define NAME(x) x##_avx2
#define TARGET TARGET_AVX2
#define V __m256
#define W 8
#define v_set1 _mm256_set1_ps
#define v_add _mm256_add_ps
#define v_sub _mm256_sub_ps
#define v_mul _mm256_mul_ps
#define v_div _mm256_div_ps
#define v_min _mm256_min_ps
#define v_max _mm256_max_ps
#define v_fma _mm256_fmadd_ps
#define v_round(x) _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_scale scale_avx2
#define v_load_n(p, n) load_n_or_avx2(p, n, 0.0f)
#define v_load_n_or load_n_or_avx2
#define v_store_n store_n_avx2
#define v_keep_n keep_n_avx2
#define v_sum sum_avx2
#define v_largest largest_avx2
#include "encoder_simd.h"

#undef NAME
#undef TARGET
#undef V
#undef W
#undef v_set1
#undef v_add
#undef v_sub
#undef v_mul
#undef v_div
#undef v_min
#undef v_max
#undef v_fma
#undef v_round
#undef v_scale
#undef v_load_n
#undef v_load_n_or
#undef v_store_n
#undef v_keep_n
#undef v_sum
#undef v_largest

#define NAME(x) x##_avx512
#define TARGET TARGET_AVX512
#define V __m512
#define W 16
#define v_set1 _mm512_set1_ps
#define v_add _mm512_add_ps
#define v_sub _mm512_sub_ps
#define v_mul _mm512_mul_ps
#define v_div _mm512_div_ps
#define v_min _mm512_min_ps
#define v_max _mm512_max_ps
#define v_fma _mm512_fmadd_ps
#define v_round(x) _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_scale _mm512_scalef_ps
#define v_load_n(p, n) _mm512_maskz_loadu_ps(mask_avx512(n), p)
#define v_load_n_or(p, n, other) _mm512_mask_loadu_ps(_mm512_set1_ps(other), mask_avx512(n), p)
#define v_store_n(p, v, n) _mm512_mask_storeu_ps(p, mask_avx512(n), v)
#define v_keep_n(v, n) _mm512_maskz_mov_ps(mask_avx512(n), v)
#define v_sum _mm512_reduce_add_ps
#define v_largest _mm512_reduce_max_ps
#include "encoder_simd.h"

#endif
