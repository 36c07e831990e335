#include "encoder_kernels.h"

#include <math.h>

#include "encoder_constants.h"

#if defined(__x86_64__)
#include "encoder_x86.h"
#endif

// The scalar twins: what the SIMD bodies are tested against, and the code of every other CPU.
// Sums run over LANES partial sums so that a compiler may vectorise them for its baseline.
#define LANES 8

static inline float exp_scalar(float x) {
  if (x < EXP_LOWEST) x = EXP_LOWEST;
  if (x > EXP_HIGHEST) x = EXP_HIGHEST;
  float n = nearbyintf(x * EXP_LOG2E);
  float r = x - n * EXP_LN2_HIGH - n * EXP_LN2_LOW;
  float p = ((((EXP_E5 * r + EXP_E4) * r + EXP_E3) * r + EXP_E2) * r + EXP_E1) * r + EXP_E0;
  return ldexpf(1.0f + r * p, (int)n);
}

static inline float erf_scalar(float x) {
  if (x < -ERF_LIMIT) x = -ERF_LIMIT;
  if (x > ERF_LIMIT) x = ERF_LIMIT;
  float t = x * x;
  float p = ((((ERF_P5 * t + ERF_P4) * t + ERF_P3) * t + ERF_P2) * t + ERF_P1) * t + ERF_P0;
  float q = ((((ERF_Q5 * t + ERF_Q4) * t + ERF_Q3) * t + ERF_Q2) * t + ERF_Q1) * t + 1.0f;
  float e = x * p / q;
  return e > 1.0f ? 1.0f : e < -1.0f ? -1.0f : e;
}

static inline float activate_scalar(rag_activation activation, float x) {
  switch (activation) {
  case RAG_ACTIVATION_GELU_ERF: return 0.5f * x * (1.0f + erf_scalar(x * SQRT_HALF));
  case RAG_ACTIVATION_GELU_TANH: {
    float inner = x + GELU_CUBIC * x * x * x;
    return x / (1.0f + exp_scalar(-2.0f * SQRT_2_OVER_PI * inner));
  }
  case RAG_ACTIVATION_RELU: return x < 0.0f ? 0.0f : x;
  }
  return x;
}

static inline float total(const float *lanes) {
  float sum = 0.0f;
  for (size_t i = 0; i < LANES; i++) sum += lanes[i];
  return sum;
}

static void add_bias_scalar(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    for (size_t c = 0; c < columns; c++) x[c] += bias[c];
  }
}

static void bias_activation_scalar(rag_activation activation, float *x, const float *bias,
                                   size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    for (size_t c = 0; c < columns; c++) x[c] = activate_scalar(activation, x[c] + bias[c]);
  }
}

static void residual_layer_norm_scalar(float *out, const float *x, const float *bias,
                                       const float *residual, const float *gamma,
                                       const float *beta, float epsilon, size_t rows,
                                       size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, residual += columns, out += columns) {
    float sums[LANES] = {0};
    for (size_t c = 0; c < columns; c++) {
      out[c] = x[c] + bias[c] + residual[c];
      sums[c % LANES] += out[c];
    }
    float mean = total(sums) / (float)columns;
    float squares[LANES] = {0};
    for (size_t c = 0; c < columns; c++) {
      float d = out[c] - mean;
      squares[c % LANES] += d * d;
    }
    float scale = 1.0f / sqrtf(total(squares) / (float)columns + epsilon);
    for (size_t c = 0; c < columns; c++) out[c] = (out[c] - mean) * scale * gamma[c] + beta[c];
  }
}

static void softmax_scalar(float *x, size_t rows, size_t columns, size_t stride) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    float highest = x[0];
    for (size_t c = 1; c < columns; c++) highest = x[c] > highest ? x[c] : highest;
    float sums[LANES] = {0};
    for (size_t c = 0; c < columns; c++) {
      x[c] = exp_scalar(x[c] - highest);
      sums[c % LANES] += x[c];
    }
    float scale = 1.0f / total(sums);
    for (size_t c = 0; c < columns; c++) x[c] *= scale;
  }
}

// Calls the body of `name` for `level` with the arguments that follow.
#if defined(__x86_64__)
#define DISPATCH(name, ...)                                                                       \
  if (level >= RAG_CPU_AVX512) {                                                                  \
    name##_avx512(__VA_ARGS__);                                                                   \
  } else if (level >= RAG_CPU_AVX2) {                                                             \
    name##_avx2(__VA_ARGS__);                                                                     \
  } else {                                                                                        \
    name##_scalar(__VA_ARGS__);                                                                   \
  }
#else
#define DISPATCH(name, ...)                                                                       \
  (void)level;                                                                                    \
  name##_scalar(__VA_ARGS__);
#endif

void rag_add_bias(rag_cpu_level level, float *x, const float *bias, size_t rows, size_t columns) {
  DISPATCH(add_bias, x, bias, rows, columns)
}

void rag_bias_activation(rag_cpu_level level, rag_activation activation, float *x,
                         const float *bias, size_t rows, size_t columns) {
  DISPATCH(bias_activation, activation, x, bias, rows, columns)
}

void rag_residual_layer_norm(rag_cpu_level level, float *out, const float *x, const float *bias,
                             const float *residual, const float *gamma, const float *beta,
                             float epsilon, size_t rows, size_t columns) {
  DISPATCH(residual_layer_norm, out, x, bias, residual, gamma, beta, epsilon, rows, columns)
}

void rag_softmax(rag_cpu_level level, float *x, size_t rows, size_t columns, size_t stride) {
  if (columns == 0) return;
  DISPATCH(softmax, x, rows, columns, stride)
}
