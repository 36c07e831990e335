#ifndef RAG_DISTANCE_KERNELS_H
#define RAG_DISTANCE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#pragma clang assume_nonnull begin

// The similarity of two vectors of `dimension` floats; higher is more alike.
typedef float (*rag_score_pair)(const float *a, const float *b, size_t dimension);

// The similarity of `query` to `count` rows of a matrix: `scores[i]` is that of the row that
// starts at `rows + slots[i] * stride`. Rows are prefetched ahead of their use. Each score is
// bit for bit that of the pair function.
typedef void (*rag_score_rows)(const float *query, const float *rows, size_t stride,
                               size_t dimension, const uint32_t *slots, size_t count,
                               float *scores);

// One family of kernels. The order of summation depends on the dimension alone, not on the
// alignment of the rows.
typedef struct rag_distance_kernels {
  rag_cpu_level level;
  // The inner product.
  rag_score_pair dot;
  rag_score_rows dot_rows;
  // The squared Euclidean distance, negated so that higher is more alike.
  rag_score_pair negated_l2;
  rag_score_rows negated_l2_rows;
} rag_distance_kernels;

// The kernels written for the given level or the nearest one below it. The caller makes sure
// that this CPU has the level (`rag_cpu_supports`).
rag_distance_kernels rag_distance_kernels_at(rag_cpu_level level);

#pragma clang assume_nonnull end

#endif
