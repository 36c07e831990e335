#include "encoder_kernels.h"

#include "encoder/constants.h"
#include "encoder/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// MARK: any CPU

#define NAME(x) x##_scalar
#define TILE_ROWS 4
#define TILE_VECTORS 1
#define INPUT_BYTES 1

// A fused addition without an instruction for it is slow; this is the level of another library's
// products, and differs by a rounding.
INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return a * b + c; }

INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  int8_t bytes[4];
  memcpy(bytes, &input, sizeof bytes);
  for (int i = 0; i < 16; i++) {
    for (int k = 0; k < 4; k++) sums[i] += (int32_t)weights[4 * i + k] * bytes[k];
  }
  return sums;
}

#include "encoder/family.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INPUT_BYTES

#if defined(__x86_64__)

// MARK: AVX2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx2
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define INPUT_BYTES 2

INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

// Products of bytes would saturate.
INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  __m256i pairs[2], parts[2];
  memcpy(pairs, &weights, sizeof pairs);
  memcpy(parts, &sums, sizeof parts);
  for (int i = 0; i < 2; i++) {
    __m256i products = _mm256_madd_epi16(pairs[i], _mm256_set1_epi32(input));
    parts[i] = _mm256_add_epi32(parts[i], products);
  }
  memcpy(&sums, parts, sizeof sums);
  return sums;
}

#include "encoder/family.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INPUT_BYTES
#pragma clang attribute pop

// MARK: AVX-512

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx512
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define INPUT_BYTES 2

INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  __m512i products = _mm512_madd_epi16((__m512i)weights, _mm512_set1_epi32(input));
  return (i32x16)_mm512_add_epi32((__m512i)sums, products);
}

#include "encoder/family.h"
#undef NAME
#undef INPUT_BYTES
#pragma clang attribute pop

// MARK: AVX-512 with VNNI

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))),            \
    apply_to = function)
#define NAME(x) x##_avx512vnni
#define INPUT_BYTES 1

INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  return (i32x16)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)weights, _mm512_set1_epi32(input));
}

#include "encoder/family.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INPUT_BYTES
#pragma clang attribute pop

#elif defined(__aarch64__)

// MARK: NEON

#define NAME(x) x##_neon
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define INPUT_BYTES 1

INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  int8x8_t bytes = vreinterpret_s8_s32(vdup_n_s32(input));
  int16x8_t inputs = vmovl_s8(bytes);
  uint8x16_t parts[4];
  int32x4_t totals[4];
  memcpy(parts, &weights, sizeof parts);
  memcpy(totals, &sums, sizeof totals);
  for (int i = 0; i < 4; i++) {
    int16x8_t low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(parts[i])));
    int16x8_t high = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(parts[i])));
    int32x4_t a = vmull_s16(vget_low_s16(low), vget_low_s16(inputs));
    int32x4_t b = vmull_s16(vget_high_s16(low), vget_low_s16(inputs));
    int32x4_t c = vmull_s16(vget_low_s16(high), vget_low_s16(inputs));
    int32x4_t d = vmull_s16(vget_high_s16(high), vget_low_s16(inputs));
    totals[i] = vaddq_s32(totals[i], vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d)));
  }
  memcpy(&sums, totals, sizeof sums);
  return sums;
}

#include "encoder/family.h"
#undef NAME

// MARK: NEON with dot products

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define NAME(x) x##_neon_dotprod

INLINE f32x16 NAME(fma)(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

INLINE i32x16 NAME(dot)(i32x16 sums, u8x64 weights, int32_t input) {
  // The weights are taken as (byte - 128), and 128 times the inputs added.
  int8x16_t inputs = vreinterpretq_s8_s32(vdupq_n_s32(input));
  int8x16_t offset = vdupq_n_s8(64);
  uint8x16_t parts[4];
  int32x4_t totals[4];
  memcpy(parts, &weights, sizeof parts);
  memcpy(totals, &sums, sizeof totals);
  for (int i = 0; i < 4; i++) {
    int8x16_t signed_part = vreinterpretq_s8_u8(veorq_u8(parts[i], vdupq_n_u8(0x80)));
    totals[i] = vdotq_s32(totals[i], signed_part, inputs);
    totals[i] = vdotq_s32(vdotq_s32(totals[i], offset, inputs), offset, inputs);
  }
  memcpy(&sums, totals, sizeof sums);
  return sums;
}

#include "encoder/family.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_VECTORS
#undef INPUT_BYTES
#pragma clang attribute pop

#endif

// MARK: choice

#define KERNELS(name, its_level)                                                                  \
  (rag_encoder_kernels) {                                                                         \
    .level = its_level, .input_bytes = input_bytes_##name, .linear = linear_##name,               \
    .byte_linear = byte_linear_##name, .attention = attention_##name,                             \
    .add_norm = add_norm_##name,                                                                  \
    .bias_activation = bias_activation_##name, .rotate = rotate_row_##name,                       \
    .quantize = quantize_##name                                                                   \
  }

rag_encoder_kernels rag_encoder_kernels_at(rag_cpu_level level) {
#if defined(__x86_64__)
  if (level >= RAG_CPU_AVX512VNNI) return KERNELS(avx512vnni, RAG_CPU_AVX512VNNI);
  if (level >= RAG_CPU_AVX512) return KERNELS(avx512, RAG_CPU_AVX512);
  if (level >= RAG_CPU_AVX2) return KERNELS(avx2, RAG_CPU_AVX2);
#elif defined(__aarch64__)
  if (level >= RAG_CPU_NEON_DOTPROD) return KERNELS(neon_dotprod, RAG_CPU_NEON_DOTPROD);
  if (level >= RAG_CPU_NEON) return KERNELS(neon, RAG_CPU_NEON);
#endif
  (void)level;
  return KERNELS(scalar, RAG_CPU_SCALAR);
}

size_t rag_attention_scratch(const rag_attention *sizes, size_t length) {
  size_t width = rag_padded(sizes->head_size);
  size_t row = rag_panels(length) * RAG_PANEL;
  return row * width + length * width + MOST_TILE_ROWS * (row + width);
}

void rag_pack(const float *weights, size_t outputs, size_t inputs, size_t first, size_t panel,
              float *packed) {
  // By blocks of 16 inputs, which are a cache line of each row.
  for (size_t start = 0; start < inputs; start += RAG_LANES) {
    size_t end = inputs - start < RAG_LANES ? inputs : start + RAG_LANES;
    for (size_t o = 0; o < outputs; o++) {
      size_t column = first + o;
      float *at = packed + column / panel * panel * inputs + column % panel;
      const float *row = weights + o * inputs;
      for (size_t k = start; k < end; k++) at[k * panel] = row[k];
    }
  }
}

void rag_pack_bytes(const float *weights, size_t outputs, size_t inputs, size_t first,
                    uint8_t *packed, float *scales, float *sums) {
  for (size_t o = 0; o < outputs; o++) {
    size_t column = first + o;
    uint8_t *at = packed + (column / RAG_PANEL * RAG_PANEL * inputs + column % RAG_PANEL * 4);
    const float *row = weights + o * inputs;
    float largest = 0.0f;
    for (size_t k = 0; k < inputs; k++) {
      float magnitude = fabsf(row[k]);
      largest = magnitude > largest ? magnitude : largest;
    }
    // Below this, steps have no inverse.
    float scale = largest > 1e-30f ? largest / 127.0f : 0.0f;
    float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
    int64_t sum = 0;
    for (size_t k = 0; k < inputs; k++) {
      int32_t value = (int32_t)rintf(row[k] * inverse);
      value = value > 127 ? 127 : value < -127 ? -127 : value;
      sum += value;
      at[k / 4 * RAG_PANEL * 4 + k % 4] = (uint8_t)(value + 128);
    }
    scales[column] = scale;
    sums[column] = scale * (float)sum;
  }
}
