#ifndef RAG_ENCODER_KERNELS_H
#define RAG_ENCODER_KERNELS_H

#include <stddef.h>

#include "cpu.h"

// The element-wise and row-wise parts of a transformer encoder, on row-major Float32 matrices.
//
// Each function runs the body for `level`, which must be one that this CPU supports; levels agree
// within rounding. A row's result depends on that row alone. Columns need no alignment and may be
// any number.

typedef enum rag_activation {
  // 0.5 x (1 + erf(x / sqrt 2))
  RAG_ACTIVATION_GELU_ERF = 0,
  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  RAG_ACTIVATION_GELU_TANH = 1,
  RAG_ACTIVATION_RELU = 2,
} rag_activation;

// x[r][c] += bias[c]
void rag_add_bias(rag_cpu_level level, float *x, const float *bias, size_t rows, size_t columns);

// x[r][c] = activation(x[r][c] + bias[c]). The absolute error of GELU is below 1e-6 max(1, |x|).
void rag_bias_activation(rag_cpu_level level, rag_activation activation, float *x,
                         const float *bias, size_t rows, size_t columns);

// out[r] = LayerNorm(x[r] + bias + residual[r]) gamma + beta, with the variance of the whole row
// plus `epsilon` under the root. `out` may be `x` or `residual`.
void rag_residual_layer_norm(rag_cpu_level level, float *out, const float *x, const float *bias,
                             const float *residual, const float *gamma, const float *beta,
                             float epsilon, size_t rows, size_t columns);

// Softmax of the first `columns` values of each row; rows lie `stride` values apart.
void rag_softmax(rag_cpu_level level, float *x, size_t rows, size_t columns, size_t stride);

#endif
