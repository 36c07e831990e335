#include "code_kernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Rounding must not depend on whether the CPU can fuse a multiplication with an addition.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// Rows fetched ahead of the one in work, and the bytes of a cache line.
enum { lookahead = 8, line = 64 };

INLINE void prefetch_bytes(const void *start, size_t count) {
  for (size_t at = 0; at < count; at += line) __builtin_prefetch((const char *)start + at, 0, 3);
}

// 2 (sum of nibbles times query) - 15 (sum of query) stands for the upper 4 bits: v is about
// 128 nibble + 63.5, and 2 v - 2047 is 128 (2 nibble - 15).
INLINE float coarse_score(const rag_code_query *query, rag_code_terms terms, int64_t product) {
  float sum = (float)((2 * product - 15 * query->high_sum) * (128 * 128));
  float score = query->base + query->factor * terms.scale * sum;
  return score - query->weight * terms.squared_length;
}

// The inner products of the four parts of a code with the two parts of a query.
typedef struct fine_products {
  int64_t high[4];
  int64_t low[4];
} fine_products;

INLINE int64_t joined(const int64_t parts[4]) {
  return 128 * parts[0] + 8 * parts[1] + 2 * parts[2] + parts[3];
}

INLINE float fine_score(const rag_code_query *query, rag_code_terms terms, fine_products parts) {
  int64_t sum = 2 * (128 * joined(parts.high) + joined(parts.low));
  sum -= 2047 * (128 * query->high_sum + query->low_sum);
  float score = query->base + query->factor * terms.scale * (float)sum;
  return score - query->weight * terms.squared_length;
}

// (2 a - 255)(2 b - 255) summed over the dimension, from the sum of a (b - 128).
INLINE float byte_product(int64_t product, int64_t sum_a, int64_t sum_b, size_t dimension) {
  int64_t both = product + 128 * sum_a;
  return (float)(4 * both - 510 * (sum_a + sum_b) + 255 * 255 * (int64_t)dimension);
}

// Defines the kernels of a family over its bodies: products of one row with a query or a code, and
// of four rows with a query.
#define FAMILY(name, attributes)                                                                  \
  attributes static void coarse_rows_##name(                                                      \
      const rag_code_query *query, const uint8_t *coarse, const rag_code_terms *terms,            \
      const uint32_t *slots, size_t count, float *scores) {                                       \
    size_t blocks = query->blocks, stride = blocks * RAG_COARSE_BLOCK_BYTES;                      \
    for (size_t i = 0; i < count && i < lookahead; i++) {                                         \
      prefetch_bytes(coarse + slots[i] * stride, stride);                                         \
      __builtin_prefetch(terms + slots[i], 0, 3);                                                 \
    }                                                                                             \
    size_t i = 0;                                                                                 \
    for (; i + 4 <= count; i += 4) {                                                              \
      for (size_t j = i + lookahead; j < i + lookahead + 4 && j < count; j++) {                   \
        prefetch_bytes(coarse + slots[j] * stride, stride);                                       \
        __builtin_prefetch(terms + slots[j], 0, 3);                                               \
      }                                                                                           \
      int32_t products[4];                                                                        \
      coarse_four_##name(query->high, blocks, coarse + slots[i] * stride,                         \
                         coarse + slots[i + 1] * stride, coarse + slots[i + 2] * stride,          \
                         coarse + slots[i + 3] * stride, products);                               \
      for (size_t j = 0; j < 4; j++) {                                                            \
        scores[i + j] = coarse_score(query, terms[slots[i + j]], products[j]);                    \
      }                                                                                           \
    }                                                                                             \
    for (; i < count; i++) {                                                                      \
      int32_t product = coarse_one_##name(query->high, blocks, coarse + slots[i] * stride);       \
      scores[i] = coarse_score(query, terms[slots[i]], product);                                  \
    }                                                                                             \
  }                                                                                               \
  attributes static void coarse_range_##name(                                                     \
      const rag_code_query *query, const uint8_t *coarse, const rag_code_terms *terms,            \
      size_t first, size_t count, float *scores) {                                                \
    size_t blocks = query->blocks, stride = blocks * RAG_COARSE_BLOCK_BYTES;                      \
    const uint8_t *row = coarse + first * stride;                                                 \
    size_t i = 0;                                                                                 \
    for (; i + 4 <= count; i += 4, row += 4 * stride) {                                           \
      int32_t products[4];                                                                        \
      coarse_four_##name(query->high, blocks, row, row + stride, row + 2 * stride,                \
                         row + 3 * stride, products);                                             \
      for (size_t j = 0; j < 4; j++) {                                                            \
        scores[i + j] = coarse_score(query, terms[first + i + j], products[j]);                   \
      }                                                                                           \
    }                                                                                             \
    for (; i < count; i++, row += stride) {                                                       \
      int32_t product = coarse_one_##name(query->high, blocks, row);                              \
      scores[i] = coarse_score(query, terms[first + i], product);                                 \
    }                                                                                             \
  }                                                                                               \
  attributes static void fine_rows_##name(                                                        \
      const rag_code_query *query, const uint8_t *coarse, const uint8_t *fine,                    \
      const rag_code_terms *terms, const uint32_t *slots, size_t count, float *scores) {          \
    size_t blocks = query->blocks;                                                                \
    size_t coarse_stride = blocks * RAG_COARSE_BLOCK_BYTES;                                       \
    size_t fine_stride = blocks * RAG_FINE_BLOCK_BYTES;                                           \
    for (size_t i = 0; i < count && i < lookahead; i++) {                                         \
      prefetch_bytes(fine + slots[i] * fine_stride, fine_stride);                                 \
    }                                                                                             \
    for (size_t i = 0; i < count; i++) {                                                          \
      if (i + lookahead < count) {                                                                \
        prefetch_bytes(fine + slots[i + lookahead] * fine_stride, fine_stride);                   \
      }                                                                                           \
      fine_products parts = fine_one_##name(query, coarse + slots[i] * coarse_stride,             \
                                            fine + slots[i] * fine_stride);                       \
      scores[i] = fine_score(query, terms[slots[i]], parts);                                      \
    }                                                                                             \
  }                                                                                               \
  attributes static void byte_rows_##name(                                                        \
      const uint8_t *code, int64_t sum, const uint8_t *rows, const uint32_t *sums, size_t blocks, \
      size_t dimension, const uint32_t *slots, size_t count, float *products) {                   \
    size_t stride = blocks * RAG_CODE_BLOCK;                                                      \
    for (size_t i = 0; i < count && i < lookahead; i++) {                                         \
      prefetch_bytes(rows + slots[i] * stride, stride);                                           \
    }                                                                                             \
    size_t i = 0;                                                                                 \
    for (; i + 4 <= count; i += 4) {                                                              \
      for (size_t j = i + lookahead; j < i + lookahead + 4 && j < count; j++) {                   \
        prefetch_bytes(rows + slots[j] * stride, stride);                                         \
      }                                                                                           \
      int32_t four[4];                                                                            \
      bytes_four_##name(code, rows + slots[i] * stride, rows + slots[i + 1] * stride,             \
                        rows + slots[i + 2] * stride, rows + slots[i + 3] * stride, stride,       \
                        four);                                                                    \
      for (size_t j = 0; j < 4; j++) {                                                            \
        products[i + j] = byte_product(four[j], sum, sums[slots[i + j]], dimension);              \
      }                                                                                           \
    }                                                                                             \
    for (; i < count; i++) {                                                                      \
      int32_t product = bytes_one_##name(code, rows + slots[i] * stride, stride);                 \
      products[i] = byte_product(product, sum, sums[slots[i]], dimension);                        \
    }                                                                                             \
  }

// One inner product at a time where a family has no body for four.
#define FOUR_BY_ONE(name, attributes)                                                             \
  attributes INLINE void coarse_four_##name(const int8_t *query, size_t blocks,                   \
                                            const uint8_t *a, const uint8_t *b,                   \
                                            const uint8_t *c, const uint8_t *d, int32_t *out) {   \
    out[0] = coarse_one_##name(query, blocks, a);                                                 \
    out[1] = coarse_one_##name(query, blocks, b);                                                 \
    out[2] = coarse_one_##name(query, blocks, c);                                                 \
    out[3] = coarse_one_##name(query, blocks, d);                                                 \
  }                                                                                               \
  attributes INLINE void bytes_four_##name(const uint8_t *code, const uint8_t *a,                 \
                                           const uint8_t *b, const uint8_t *c, const uint8_t *d,  \
                                           size_t count, int32_t *out) {                          \
    out[0] = bytes_one_##name(code, a, count);                                                    \
    out[1] = bytes_one_##name(code, b, count);                                                    \
    out[2] = bytes_one_##name(code, c, count);                                                    \
    out[3] = bytes_one_##name(code, d, count);                                                    \
  }

// --- scalar ---------------------------------------------------------------------------------

INLINE int32_t coarse_one_scalar(const int8_t *query, size_t blocks, const uint8_t *code) {
  int32_t sum = 0;
  for (size_t b = 0; b < blocks; b++, query += RAG_CODE_BLOCK, code += RAG_COARSE_BLOCK_BYTES) {
    for (size_t j = 0; j < 64; j++) {
      sum += (code[j] & 15) * query[j] + (code[j] >> 4) * query[64 + j];
    }
  }
  return sum;
}

INLINE int32_t crumbs_scalar(const int8_t *query, const uint8_t *code) {
  int32_t sum = 0;
  for (size_t j = 0; j < RAG_CODE_BLOCK; j++) {
    sum += ((code[j % 32] >> (2 * (j / 32))) & 3) * query[j];
  }
  return sum;
}

INLINE int32_t bits_scalar(const int8_t *query, const uint8_t *code) {
  int32_t sum = 0;
  for (size_t j = 0; j < RAG_CODE_BLOCK; j++) sum += ((code[j / 8] >> (j % 8)) & 1) * query[j];
  return sum;
}

INLINE fine_products fine_one_scalar(const rag_code_query *query, const uint8_t *coarse,
                                     const uint8_t *fine) {
  fine_products parts = {{0, 0, 0, 0}, {0, 0, 0, 0}};
  for (size_t b = 0; b < query->blocks; b++) {
    const int8_t *high = query->high + b * RAG_CODE_BLOCK, *low = query->low + b * RAG_CODE_BLOCK;
    const uint8_t *top = coarse + b * RAG_COARSE_BLOCK_BYTES;
    const uint8_t *rest = fine + b * RAG_FINE_BLOCK_BYTES;
    parts.high[0] += coarse_one_scalar(high, 1, top);
    parts.high[1] += coarse_one_scalar(high, 1, rest);
    parts.high[2] += crumbs_scalar(high, rest + 64);
    parts.high[3] += bits_scalar(high, rest + 96);
    parts.low[0] += coarse_one_scalar(low, 1, top);
    parts.low[1] += coarse_one_scalar(low, 1, rest);
    parts.low[2] += crumbs_scalar(low, rest + 64);
    parts.low[3] += bits_scalar(low, rest + 96);
  }
  return parts;
}

INLINE int32_t bytes_one_scalar(const uint8_t *a, const uint8_t *b, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * ((int)b[i] - 128);
  return sum;
}

FOUR_BY_ONE(scalar, )
FAMILY(scalar, )

#if defined(__x86_64__)

// --- AVX2 -----------------------------------------------------------------------------------

#define AVX2 __attribute__((target("avx2,fma")))

// Adds the products of 32 unsigned values up to 15 and signed ones: pairs stay below 2^15.
AVX2 INLINE __m256i add_products_avx2(__m256i sum, __m256i small, __m256i values) {
  __m256i pairs = _mm256_maddubs_epi16(small, values);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

AVX2 INLINE int32_t sum_avx2(__m256i sums) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return _mm_cvtsi128_si32(half);
}

AVX2 INLINE __m256i load_avx2(const void *from) {
  return _mm256_loadu_si256((const __m256i *)from);
}

AVX2 INLINE __m256i nibbles_avx2(__m256i sum, const int8_t *query, const uint8_t *code) {
  const __m256i mask = _mm256_set1_epi8(15);
  for (size_t j = 0; j < 64; j += 32) {
    __m256i bytes = load_avx2(code + j);
    sum = add_products_avx2(sum, _mm256_and_si256(bytes, mask), load_avx2(query + j));
    sum = add_products_avx2(sum, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask),
                            load_avx2(query + 64 + j));
  }
  return sum;
}

AVX2 INLINE __m256i crumbs_avx2(__m256i sum, const int8_t *query, const uint8_t *code) {
  const __m256i mask = _mm256_set1_epi8(3);
  __m256i bytes = load_avx2(code);
  for (int j = 0; j < 4; j++) {
    __m256i crumbs = _mm256_and_si256(_mm256_srl_epi16(bytes, _mm_cvtsi32_si128(2 * j)), mask);
    sum = add_products_avx2(sum, crumbs, load_avx2(query + 32 * j));
  }
  return sum;
}

// Ones where the bits of four bytes are set, in the order of the bits.
AVX2 INLINE __m256i spread_avx2(const uint8_t *code) {
  int32_t bits;
  memcpy(&bits, code, sizeof bits);
  const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                                          0x0303030303030303);
  const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
  __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32(bits), byte);
  __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(all, bit), bit);
  return _mm256_and_si256(set, _mm256_set1_epi8(1));
}

AVX2 INLINE __m256i bits_avx2(__m256i sum, const int8_t *query, const uint8_t *code) {
  for (int j = 0; j < 4; j++) {
    sum = add_products_avx2(sum, spread_avx2(code + 4 * j), load_avx2(query + 32 * j));
  }
  return sum;
}

AVX2 INLINE int32_t coarse_one_avx2(const int8_t *query, size_t blocks, const uint8_t *code) {
  __m256i sum = _mm256_setzero_si256();
  for (size_t b = 0; b < blocks; b++, query += RAG_CODE_BLOCK, code += RAG_COARSE_BLOCK_BYTES) {
    sum = nibbles_avx2(sum, query, code);
  }
  return sum_avx2(sum);
}

AVX2 INLINE fine_products fine_one_avx2(const rag_code_query *query, const uint8_t *coarse,
                                        const uint8_t *fine) {
  __m256i high[4], low[4];
  for (int part = 0; part < 4; part++) high[part] = low[part] = _mm256_setzero_si256();
  for (size_t b = 0; b < query->blocks; b++) {
    const int8_t *upper = query->high + b * RAG_CODE_BLOCK;
    const int8_t *lower = query->low + b * RAG_CODE_BLOCK;
    const uint8_t *top = coarse + b * RAG_COARSE_BLOCK_BYTES;
    const uint8_t *rest = fine + b * RAG_FINE_BLOCK_BYTES;
    high[0] = nibbles_avx2(high[0], upper, top);
    high[1] = nibbles_avx2(high[1], upper, rest);
    high[2] = crumbs_avx2(high[2], upper, rest + 64);
    high[3] = bits_avx2(high[3], upper, rest + 96);
    low[0] = nibbles_avx2(low[0], lower, top);
    low[1] = nibbles_avx2(low[1], lower, rest);
    low[2] = crumbs_avx2(low[2], lower, rest + 64);
    low[3] = bits_avx2(low[3], lower, rest + 96);
  }
  fine_products parts;
  for (int part = 0; part < 4; part++) {
    parts.high[part] = sum_avx2(high[part]);
    parts.low[part] = sum_avx2(low[part]);
  }
  return parts;
}

AVX2 INLINE int32_t bytes_one_avx2(const uint8_t *a, const uint8_t *b, size_t count) {
  const __m256i mask = _mm256_set1_epi8(15), flip = _mm256_set1_epi8((char)0x80);
  __m256i low = _mm256_setzero_si256(), high = low;
  for (size_t i = 0; i < count; i += 32) {
    __m256i code = load_avx2(a + i), values = _mm256_xor_si256(load_avx2(b + i), flip);
    low = add_products_avx2(low, _mm256_and_si256(code, mask), values);
    high = add_products_avx2(high, _mm256_and_si256(_mm256_srli_epi16(code, 4), mask), values);
  }
  return sum_avx2(low) + 16 * sum_avx2(high);
}

FOUR_BY_ONE(avx2, AVX2)
FAMILY(avx2, AVX2)

// --- AVX-512 VNNI ---------------------------------------------------------------------------

#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

VNNI INLINE __m512i load_vnni(const void *from) { return _mm512_loadu_si512(from); }

VNNI INLINE __m512i nibbles_vnni(__m512i sum, __m512i query0, __m512i query1, __m512i bytes) {
  const __m512i mask = _mm512_set1_epi8(15);
  sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(bytes, mask), query0);
  return _mm512_dpbusd_epi32(sum, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask), query1);
}

VNNI INLINE int32_t coarse_one_vnni(const int8_t *query, size_t blocks, const uint8_t *code) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t b = 0; b < blocks; b++, query += RAG_CODE_BLOCK, code += RAG_COARSE_BLOCK_BYTES) {
    sum = nibbles_vnni(sum, load_vnni(query), load_vnni(query + 64), load_vnni(code));
  }
  return _mm512_reduce_add_epi32(sum);
}

// Four sums across at once: a transposition by halves.
VNNI INLINE void store_sums_vnni(int32_t *out, __m512i a, __m512i b, __m512i c, __m512i d) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i half =
      _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  _mm_storeu_si128((__m128i *)out, _mm_add_epi32(_mm256_castsi256_si128(half),
                                                 _mm256_extracti128_si256(half, 1)));
}

VNNI INLINE void coarse_four_vnni(const int8_t *query, size_t blocks, const uint8_t *a,
                                  const uint8_t *b, const uint8_t *c, const uint8_t *d,
                                  int32_t *out) {
  __m512i sum_a = _mm512_setzero_si512(), sum_b = sum_a, sum_c = sum_a, sum_d = sum_a;
  for (size_t block = 0; block < blocks; block++) {
    __m512i query0 = load_vnni(query + block * RAG_CODE_BLOCK);
    __m512i query1 = load_vnni(query + block * RAG_CODE_BLOCK + 64);
    size_t at = block * RAG_COARSE_BLOCK_BYTES;
    sum_a = nibbles_vnni(sum_a, query0, query1, load_vnni(a + at));
    sum_b = nibbles_vnni(sum_b, query0, query1, load_vnni(b + at));
    sum_c = nibbles_vnni(sum_c, query0, query1, load_vnni(c + at));
    sum_d = nibbles_vnni(sum_d, query0, query1, load_vnni(d + at));
  }
  store_sums_vnni(out, sum_a, sum_b, sum_c, sum_d);
}

VNNI INLINE fine_products fine_one_vnni(const rag_code_query *query, const uint8_t *coarse,
                                        const uint8_t *fine) {
  const __m512i mask = _mm512_set1_epi8(3);
  // Bits 1-0 of elements 0-31 in one half and 32-63 in the other, then of 64-95 and 96-127.
  const __m512i shift0 = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(2), 1);
  const __m512i shift1 = _mm512_add_epi16(shift0, _mm512_set1_epi16(4));
  __m512i high[4], low[4];
  for (int part = 0; part < 4; part++) high[part] = low[part] = _mm512_setzero_si512();
  for (size_t b = 0; b < query->blocks; b++) {
    __m512i high0 = load_vnni(query->high + b * RAG_CODE_BLOCK);
    __m512i high1 = load_vnni(query->high + b * RAG_CODE_BLOCK + 64);
    __m512i low0 = load_vnni(query->low + b * RAG_CODE_BLOCK);
    __m512i low1 = load_vnni(query->low + b * RAG_CODE_BLOCK + 64);
    __m512i top = load_vnni(coarse + b * RAG_COARSE_BLOCK_BYTES);
    __m512i middle = load_vnni(fine + b * RAG_FINE_BLOCK_BYTES);
    __m512i rest = _mm512_broadcast_i64x4(
        _mm256_loadu_si256((const __m256i *)(fine + b * RAG_FINE_BLOCK_BYTES + 64)));
    __m512i rest0 = _mm512_and_si512(_mm512_srlv_epi16(rest, shift0), mask);
    __m512i rest1 = _mm512_and_si512(_mm512_srlv_epi16(rest, shift1), mask);
    high[0] = nibbles_vnni(high[0], high0, high1, top);
    high[1] = nibbles_vnni(high[1], high0, high1, middle);
    high[2] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(high[2], rest0, high0), rest1, high1);
    low[0] = nibbles_vnni(low[0], low0, low1, top);
    low[1] = nibbles_vnni(low[1], low0, low1, middle);
    low[2] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(low[2], rest0, low0), rest1, low1);
    uint64_t bits[2];
    memcpy(bits, fine + b * RAG_FINE_BLOCK_BYTES + 96, sizeof bits);
    __m512i bits0 = _mm512_maskz_set1_epi8(bits[0], 1), bits1 = _mm512_maskz_set1_epi8(bits[1], 1);
    high[3] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(high[3], bits0, high0), bits1, high1);
    low[3] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(low[3], bits0, low0), bits1, low1);
  }
  fine_products parts;
  for (int part = 0; part < 4; part++) {
    parts.high[part] = _mm512_reduce_add_epi32(high[part]);
    parts.low[part] = _mm512_reduce_add_epi32(low[part]);
  }
  return parts;
}

VNNI INLINE int32_t bytes_one_vnni(const uint8_t *a, const uint8_t *b, size_t count) {
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  __m512i even = _mm512_setzero_si512(), odd = even;
  for (size_t i = 0; i < count; i += 128) {
    even = _mm512_dpbusd_epi32(even, load_vnni(a + i), _mm512_xor_si512(load_vnni(b + i), flip));
    odd = _mm512_dpbusd_epi32(odd, load_vnni(a + i + 64),
                              _mm512_xor_si512(load_vnni(b + i + 64), flip));
  }
  return _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));
}

VNNI INLINE void bytes_four_vnni(const uint8_t *code, const uint8_t *a, const uint8_t *b,
                                 const uint8_t *c, const uint8_t *d, size_t count,
                                 int32_t *out) {
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  __m512i sum_a = _mm512_setzero_si512(), sum_b = sum_a, sum_c = sum_a, sum_d = sum_a;
  for (size_t i = 0; i < count; i += 64) {
    __m512i own = load_vnni(code + i);
    sum_a = _mm512_dpbusd_epi32(sum_a, own, _mm512_xor_si512(load_vnni(a + i), flip));
    sum_b = _mm512_dpbusd_epi32(sum_b, own, _mm512_xor_si512(load_vnni(b + i), flip));
    sum_c = _mm512_dpbusd_epi32(sum_c, own, _mm512_xor_si512(load_vnni(c + i), flip));
    sum_d = _mm512_dpbusd_epi32(sum_d, own, _mm512_xor_si512(load_vnni(d + i), flip));
  }
  store_sums_vnni(out, sum_a, sum_b, sum_c, sum_d);
}

FAMILY(vnni, VNNI)

#elif defined(__aarch64__)

// --- NEON -----------------------------------------------------------------------------------

// Adds the products of 16 values up to 15 and signed ones.
INLINE int32x4_t add_products_neon(int32x4_t sum, uint8x16_t small, int8x16_t values) {
  int8x16_t code = vreinterpretq_s8_u8(small);
  sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(code), vget_low_s8(values)));
  return vpadalq_s16(sum, vmull_s8(vget_high_s8(code), vget_high_s8(values)));
}

INLINE int32x4_t nibbles_neon(int32x4_t sum, const int8_t *query, const uint8_t *code) {
  for (size_t j = 0; j < 64; j += 16) {
    uint8x16_t bytes = vld1q_u8(code + j);
    sum = add_products_neon(sum, vandq_u8(bytes, vdupq_n_u8(15)), vld1q_s8(query + j));
    sum = add_products_neon(sum, vshrq_n_u8(bytes, 4), vld1q_s8(query + 64 + j));
  }
  return sum;
}

INLINE int32x4_t crumbs_neon(int32x4_t sum, const int8_t *query, const uint8_t *code) {
  for (size_t j = 0; j < RAG_CODE_BLOCK; j += 16) {
    int8x16_t shift = vdupq_n_s8((int8_t)(-2 * (int)(j / 32)));
    uint8x16_t crumbs = vandq_u8(vshlq_u8(vld1q_u8(code + j % 32), shift), vdupq_n_u8(3));
    sum = add_products_neon(sum, crumbs, vld1q_s8(query + j));
  }
  return sum;
}

INLINE int32x4_t bits_neon(int32x4_t sum, const int8_t *query, const uint8_t *code) {
  static const uint8_t order[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t bit = vld1q_u8(order);
  for (size_t j = 0; j < RAG_CODE_BLOCK; j += 16) {
    uint8x16_t all = vcombine_u8(vdup_n_u8(code[j / 8]), vdup_n_u8(code[j / 8 + 1]));
    uint8x16_t ones = vandq_u8(vtstq_u8(all, bit), vdupq_n_u8(1));
    sum = add_products_neon(sum, ones, vld1q_s8(query + j));
  }
  return sum;
}

INLINE int32_t coarse_one_neon(const int8_t *query, size_t blocks, const uint8_t *code) {
  int32x4_t sum = vdupq_n_s32(0);
  for (size_t b = 0; b < blocks; b++, query += RAG_CODE_BLOCK, code += RAG_COARSE_BLOCK_BYTES) {
    sum = nibbles_neon(sum, query, code);
  }
  return vaddvq_s32(sum);
}

INLINE fine_products fine_one_neon(const rag_code_query *query, const uint8_t *coarse,
                                   const uint8_t *fine) {
  int32x4_t high[4], low[4];
  for (int part = 0; part < 4; part++) high[part] = low[part] = vdupq_n_s32(0);
  for (size_t b = 0; b < query->blocks; b++) {
    const int8_t *upper = query->high + b * RAG_CODE_BLOCK;
    const int8_t *lower = query->low + b * RAG_CODE_BLOCK;
    const uint8_t *top = coarse + b * RAG_COARSE_BLOCK_BYTES;
    const uint8_t *rest = fine + b * RAG_FINE_BLOCK_BYTES;
    high[0] = nibbles_neon(high[0], upper, top);
    high[1] = nibbles_neon(high[1], upper, rest);
    high[2] = crumbs_neon(high[2], upper, rest + 64);
    high[3] = bits_neon(high[3], upper, rest + 96);
    low[0] = nibbles_neon(low[0], lower, top);
    low[1] = nibbles_neon(low[1], lower, rest);
    low[2] = crumbs_neon(low[2], lower, rest + 64);
    low[3] = bits_neon(low[3], lower, rest + 96);
  }
  fine_products parts;
  for (int part = 0; part < 4; part++) {
    parts.high[part] = vaddvq_s32(high[part]);
    parts.low[part] = vaddvq_s32(low[part]);
  }
  return parts;
}

INLINE int32_t bytes_one_neon(const uint8_t *a, const uint8_t *b, size_t count) {
  int32x4_t low = vdupq_n_s32(0), high = low;
  for (size_t i = 0; i < count; i += 16) {
    uint8x16_t code = vld1q_u8(a + i);
    int8x16_t values = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(b + i), vdupq_n_u8(0x80)));
    low = add_products_neon(low, vandq_u8(code, vdupq_n_u8(15)), values);
    high = add_products_neon(high, vshrq_n_u8(code, 4), values);
  }
  return vaddvq_s32(low) + 16 * vaddvq_s32(high);
}

FOUR_BY_ONE(neon, )
FAMILY(neon, )

#endif

#define KERNELS(level, name)                                                                      \
  (rag_code_kernels) {                                                                            \
    level, coarse_rows_##name, coarse_range_##name, fine_rows_##name, byte_rows_##name            \
  }

rag_code_kernels rag_code_kernels_at(rag_cpu_level level) {
#if defined(__x86_64__)
  if (level == RAG_CPU_AVX512VNNI) return KERNELS(RAG_CPU_AVX512VNNI, vnni);
  if (level == RAG_CPU_AVX512 || level == RAG_CPU_AVX2) return KERNELS(RAG_CPU_AVX2, avx2);
#elif defined(__aarch64__)
  if (level >= RAG_CPU_NEON) return KERNELS(RAG_CPU_NEON, neon);
#endif
  (void)level;
  return KERNELS(RAG_CPU_SCALAR, scalar);
}

// --- Coding ---------------------------------------------------------------------------------

// Four floats at any address.
typedef float floats __attribute__((vector_size(16), aligned(4), may_alias));

// Two steps at a time, as far as there are two: each value is read and written half as often.
static void hadamard(float *x, size_t count) {
  size_t half = 1;
  for (size_t i = 0; i + 4 <= count; i += 4) {
    float ab = x[i] + x[i + 1], a_b = x[i] - x[i + 1];
    float cd = x[i + 2] + x[i + 3], c_d = x[i + 2] - x[i + 3];
    *(floats *)(x + i) = (floats){ab + cd, a_b + c_d, ab - cd, a_b - c_d};
    half = 4;
  }
  for (; 4 * half <= count; half *= 4) {
    for (size_t start = 0; start < count; start += 4 * half) {
      for (size_t i = start; i < start + half; i += 4) {
        floats *a = (floats *)(x + i), *b = (floats *)(x + i + half);
        floats *c = (floats *)(x + i + 2 * half), *d = (floats *)(x + i + 3 * half);
        floats ab = *a + *b, a_b = *a - *b, cd = *c + *d, c_d = *c - *d;
        *a = ab + cd;
        *b = a_b + c_d;
        *c = ab - cd;
        *d = a_b - c_d;
      }
    }
  }
  for (size_t i = 0; 2 * half <= count && i < half; i++) {
    float a = x[i], b = x[i + half];
    x[i] = a + b;
    x[i + half] = a - b;
  }
}

void rag_rotate(float *vector, const float *signs, size_t dimension) {
  size_t power = 1;
  while (2 * power <= dimension) power *= 2;
  float unit = 1 / sqrtf((float)power);
  for (int round = 0; round < 3; round++, signs += dimension) {
    for (size_t i = 0; i < dimension; i++) vector[i] *= signs[i];
    float *part = round % 2 == 0 ? vector : vector + (dimension - power);
    hadamard(part, power);
    for (size_t i = 0; i < power; i++) part[i] *= unit;
  }
}

void rag_encode(const float *vector, size_t dimension, size_t blocks, uint8_t *coarse,
                uint8_t *fine, float *scale) {
  float largest = 0;
  for (size_t i = 0; i < dimension; i++) {
    float size = fabsf(vector[i]);
    if (size > largest) largest = size;
  }
  float step = largest / 1023.5f;
  float inverse = step > 0 ? 1023.5f / largest : 0;
  // A step so small that its inverse overflows is as good as none.
  if (!(inverse < INFINITY)) step = inverse = 0;
  *scale = step;
  for (size_t block = 0; block < blocks; block++) {
    size_t first = block * RAG_CODE_BLOCK;
    uint16_t values[RAG_CODE_BLOCK] = {0};
    for (size_t i = 0; i < RAG_CODE_BLOCK && first + i < dimension; i++) {
      float place = vector[first + i] * inverse + 1024.0f;
      // Written so that what is not a number becomes 0.
      values[i] = (uint16_t)(place >= 0 ? (place < 2047 ? (int)place : 2047) : 0);
    }
    uint8_t *top = coarse + block * RAG_COARSE_BLOCK_BYTES;
    uint8_t *rest = fine + block * RAG_FINE_BLOCK_BYTES;
    for (size_t i = 0; i < 64; i++) {
      top[i] = (uint8_t)(values[i] >> 7 | values[i + 64] >> 7 << 4);
      rest[i] = (uint8_t)((values[i] >> 3 & 15) | (values[i + 64] >> 3 & 15) << 4);
    }
    for (size_t i = 0; i < 32; i++) {
      rest[64 + i] = (uint8_t)((values[i] >> 1 & 3) | (values[i + 32] >> 1 & 3) << 2 |
                               (values[i + 64] >> 1 & 3) << 4 | (values[i + 96] >> 1 & 3) << 6);
    }
    for (size_t i = 0; i < 16; i++) {
      uint8_t bits = 0;
      for (size_t bit = 0; bit < 8; bit++) {
        bits |= (uint8_t)((values[8 * i + bit] & 1) << bit);
      }
      rest[96 + i] = bits;
    }
  }
}

uint32_t rag_byte_code(const uint8_t *coarse, const uint8_t *fine, size_t dimension,
                       size_t blocks, uint8_t *bytes) {
  uint32_t sum = 0;
  memset(bytes, 0, blocks * RAG_CODE_BLOCK);
  for (size_t i = 0; i < dimension; i++) {
    size_t block = i / RAG_CODE_BLOCK, at = i % RAG_CODE_BLOCK;
    int shift = at < 64 ? 0 : 4;
    int top = (coarse[block * RAG_COARSE_BLOCK_BYTES + at % 64] >> shift) & 15;
    int rest = (fine[block * RAG_FINE_BLOCK_BYTES + at % 64] >> shift) & 15;
    bytes[i] = (uint8_t)(16 * top + rest);
    sum += bytes[i];
  }
  return sum;
}
