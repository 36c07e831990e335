#ifndef RAG_ENCODER_KERNELS_H
#define RAG_ENCODER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#pragma clang assume_nonnull begin

// The parts of a transformer encoder, on row-major matrices with a row a token.
//
// Rows of Float32 lie a multiple of 16 values apart and are filled up with zeros, as all vectors of
// parameters are; what is behind the last head of attention's inputs may be anything. A row's
// result depends on that row alone (attention: on its text alone), never on the number of rows, and
// every level but the scalar one gives the same bits.

enum {
  // Values a vector: what rows and parameters are filled up to.
  RAG_LANES = 16,
  // Output columns that lie together in packed weights.
  RAG_PANEL = 48,
  // What `input_bytes` is at most.
  RAG_MOST_INPUT_BYTES = 2,
};

typedef enum rag_activation {
  RAG_ACTIVATION_NONE = 0,
  // 0.5 x (1 + erf(x / sqrt 2))
  RAG_ACTIVATION_GELU_ERF = 1,
  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  RAG_ACTIVATION_GELU_TANH = 2,
  RAG_ACTIVATION_RELU = 3,
} rag_activation;

// A linear layer y = W x + b, of Float32.
typedef struct rag_linear {
  size_t inputs;
  size_t outputs;
  // [panels][inputs][48]: output columns side by side, zeros behind the last.
  const float *weights;
  // [panels * 48]
  const float *bias;
} rag_linear;

// A linear layer whose weights are bytes: weight = scale (byte - 128), a scale an output. They
// stand for the weights of inputs that were rotated.
typedef struct rag_byte_linear {
  size_t inputs;
  size_t outputs;
  // [panels][inputs / 4][48][4]; `inputs` is a multiple of 16, and columns behind the last output
  // have the scale 0.
  const uint8_t *weights;
  // [panels * 48]
  const float *bias;
  const float *scales;
  // Each output's scale times the sum of (byte - 128): what a row's shift is multiplied by.
  const float *sums;
} rag_byte_linear;

// What the bytes of one row of inputs stand for: value = scale byte + shift.
typedef struct rag_row_code {
  float scale;
  float shift;
  // -128 times the sum of the bytes, where products start.
  int32_t start;
} rag_row_code;

// The sizes of an attention layer.
typedef struct rag_attention {
  size_t heads;
  size_t head_size;
  // Query, key and value of a token start this many values apart, as do a row's and the next one's.
  size_t part;
  size_t stride;
  size_t out_stride;
  // What is added to the score of key j for query i, at [head][reach + j - i], or NULL; as scores,
  // times log2(e). Readable for 48 values behind the last.
  const float *_Nullable bias;
  size_t bias_stride;
  size_t reach;
} rag_attention;

// The parameters of a LayerNorm.
typedef struct rag_norm {
  size_t columns;
  const float *gamma;
  const float *beta;
  float epsilon;
} rag_norm;

typedef struct rag_encoder_kernels {
  rag_cpu_level level;

  // Of each input of byte_linear: 1, or 2 where the CPU has no products of bytes, only of 16 bits;
  // then four inputs lie as the first, the third, the second and the fourth.
  size_t input_bytes;

  // out[r] = activation(W x[r] + b).
  void (*linear)(const rag_linear *layer, const float *x, size_t stride, size_t rows,
                 rag_activation activation, float *out, size_t out_stride);

  // The same over rows that were made bytes, [rows, inputs, input_bytes].
  void (*byte_linear)(const rag_byte_linear *layer, const int8_t *x, const rag_row_code *codes,
                      size_t rows, rag_activation activation, float *out, size_t out_stride);

  // Dot-product attention, of queries that are already multiplied by log2(e) / sqrt(head_size), for
  // `first` to `first + count - 1` of one text of `length` tokens: `qkv` and `out` are at its first
  // token. Up to 15 values behind a row are read. `scratch` has room for
  // rag_attention_scratch(sizes, length) values.
  void (*attention)(const rag_attention *sizes, const float *qkv, size_t length, size_t first,
                    size_t count, float *scratch, float *out);

  // out[r] = LayerNorm(x[r] + residual[r]) gamma + beta; `out` may be `x` or `residual`.
  void (*add_norm)(const rag_norm *norm, const float *x, const float *residual, size_t stride,
                   size_t rows, float *out);

  // x[r] = activation(x[r] + bias), for products of another library.
  void (*bias_activation)(rag_activation activation, const float *bias, size_t columns, float *x,
                          size_t stride, size_t rows);

  // out = H x for one row of `columns` values, a multiple of 16: rows and columns of H are
  // orthogonal, of length rag_rotation_vectors(columns). It spreads what is far out, so that fewer
  // steps are lost to it (Ashkboos et al. 2024, QuaRot).
  void (*rotate)(const float *x, size_t columns, float *out);

  // The bytes that stand for H x[r], rounded to the nearest of 255 steps from the least to the
  // largest value of the row: [rows, columns, input_bytes]. `scratch` has room for a row.
  void (*quantize)(const float *x, size_t stride, size_t columns, size_t rows, float *scratch,
                   int8_t *bytes, rag_row_code *codes);
} rag_encoder_kernels;

// The kernels written for the given level or the nearest one below it, of this architecture. The
// caller makes sure that this CPU has the level (`rag_cpu_supports`).
rag_encoder_kernels rag_encoder_kernels_at(rag_cpu_level level);

// Float32 values that attention over a text of `length` tokens needs beside its arguments.
size_t rag_attention_scratch(const rag_attention *sizes, size_t length);

// The vectors that are rotated together in rows of `columns` values, a multiple of 16: the largest
// power of two up to 8 that divides them. Each value is a sum or difference of as many squared.
static inline size_t rag_rotation_vectors(size_t columns) {
  size_t count = 1;
  while (count < 8 && columns / RAG_LANES % (2 * count) == 0) count *= 2;
  return count;
}

// The length of a row of `columns` values in memory.
static inline size_t rag_padded(size_t columns) {
  return (columns + RAG_LANES - 1) / RAG_LANES * RAG_LANES;
}

// The panels of `outputs` columns.
static inline size_t rag_panels(size_t outputs) { return (outputs + RAG_PANEL - 1) / RAG_PANEL; }

// Packs columns of a linear layer: row o of `weights`, [outputs, inputs], becomes column
// `first + o` of `packed`, [ceil(columns / panel)][inputs][panel].
void rag_pack(const float *weights, size_t outputs, size_t inputs, size_t first, size_t panel,
              float *packed);

// The same for bytes: row o of `weights`, [outputs, inputs], all finite, of 16 inputs or a
// multiple, is rounded to the nearest of 255 steps to either side of zero. Fills in the columns'
// scales and sums.
void rag_pack_bytes(const float *weights, size_t outputs, size_t inputs, size_t first,
                    uint8_t *packed, float *scales, float *sums);

#pragma clang assume_nonnull end

#endif
