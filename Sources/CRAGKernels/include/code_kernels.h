#ifndef RAG_CODE_KERNELS_H
#define RAG_CODE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#pragma clang assume_nonnull begin

// Codes of vectors: each element is a number v from 0 to 2047, which stands for
// scale (v - 1023.5) with a scale of the vector's own. Elements come in blocks of 128, the last
// block filled up; what fills it meets zeros of the query.
//
// * The coarse code holds the upper 4 bits of v, 64 bytes a block: byte j holds element j in its
//   low half and element 64 + j in its high half.
// * The fine code holds the lower 7 bits, 112 bytes a block: bits 6-3 in 64 bytes as above; bits
//   2-1 in 32 bytes, of which byte j holds elements j, 32 + j, 64 + j, 96 + j, lowest first; bit 0
//   in 16 bytes, element j in bit j % 8 of byte j / 8.
// * The byte code holds the upper 8 bits, one byte an element, in order.
//
// All sums are of integers and all floating-point steps are single operations, so every CPU gives
// the same bits.
enum {
  RAG_CODE_BLOCK = 128,
  RAG_COARSE_BLOCK_BYTES = 64,
  RAG_FINE_BLOCK_BYTES = 112,
};

// What a stored vector's scores need besides its code.
typedef struct rag_code_terms {
  float scale;
  // The squared length of what is coded.
  float squared_length;
} rag_code_terms;

// A query, rotated: its elements are step (128 high + low).
typedef struct rag_code_query {
  // [blocks * 128], aligned to 64 bytes, zeros behind the dimension.
  const int8_t *high;
  const int8_t *low;
  size_t blocks;
  int64_t high_sum;
  int64_t low_sum;
  // score = base + factor scale D - weight squared_length, where D is the sum of
  // (2 v - 2047) q over the elements, q the integers of the query.
  float base;
  float factor;
  float weight;
} rag_code_query;

// Scores by coarse codes and the upper part of the query: `scores[i]` is that of row `slots[i]` of
// `coarse`, [rows, blocks * 64], 64-byte aligned. Rows are prefetched ahead of their use.
typedef void (*rag_coarse_rows)(const rag_code_query *query, const uint8_t *coarse,
                                const rag_code_terms *terms, const uint32_t *slots, size_t count,
                                float *scores);

// The same for rows `first` to `first + count - 1`.
typedef void (*rag_coarse_range)(const rag_code_query *query, const uint8_t *coarse,
                                 const rag_code_terms *terms, size_t first, size_t count,
                                 float *scores);

// Scores by all 11 bits: `fine` is [rows, blocks * 112].
typedef void (*rag_fine_rows)(const rag_code_query *query, const uint8_t *coarse,
                              const uint8_t *fine, const rag_code_terms *terms,
                              const uint32_t *slots, size_t count, float *scores);

// Inner products of one byte code with rows of others, each byte b taken as 2 b - 255:
// `products[i]` is that of `code` and row `slots[i]` of `rows`, [rows, blocks * 128]. `sums` are the sums of each row's bytes, `sum` that of `code`, over `dimension` elements; the
// bytes behind the dimension are zero.
typedef void (*rag_byte_rows)(const uint8_t *code, int64_t sum, const uint8_t *rows,
                              const uint32_t *sums, size_t blocks, size_t dimension,
                              const uint32_t *slots, size_t count, float *products);

typedef struct rag_code_kernels {
  rag_cpu_level level;
  rag_coarse_rows coarse_rows;
  rag_coarse_range coarse_range;
  rag_fine_rows fine_rows;
  rag_byte_rows byte_rows;
} rag_code_kernels;

// The kernels written for the given level or the nearest one below it. The caller makes sure
// that this CPU has the level (`rag_cpu_supports`).
rag_code_kernels rag_code_kernels_at(rag_cpu_level level);

// Applies an orthogonal map that mixes all elements: three rounds of signs and of a Walsh-Hadamard
// transform of the largest power of two that fits, at the start and the end of the vector in turn.
// `signs` are [3, dimension], each 1 or -1.
void rag_rotate(float *vector, const float *signs, size_t dimension);

// Codes a rotated vector: writes [blocks * 64], [blocks * 112] bytes and the scale. A vector of
// zeros gets the scale 0.
void rag_encode(const float *vector, size_t dimension, size_t blocks, uint8_t *coarse,
                uint8_t *fine, float *scale);

// Writes the byte code [blocks * 128], zeros behind the dimension, and returns its sum.
uint32_t rag_byte_code(const uint8_t *coarse, const uint8_t *fine, size_t dimension,
                       size_t blocks, uint8_t *bytes);

#pragma clang assume_nonnull end

#endif
