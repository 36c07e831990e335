// Vectors of 16 lanes, whatever the CPU's registers hold: the compiler maps them to one register
// or several, so all levels do the same operations in the same order.

#ifndef RAG_ENCODER_VECTOR_H
#define RAG_ENCODER_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Vectors pass between inlined functions only, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

// Every rounding is written out, so that no level fuses what another does not.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
// For tiles: what is inlined beside them would take registers from them.
#define NOINLINE static __attribute__((noinline))
// The most rows of a tile at any level.
enum { MOST_TILE_ROWS = 8 };

#define UNROLLED _Pragma("clang loop unroll(full)")

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x16_unaligned __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x16_unaligned __attribute__((ext_vector_type(16), aligned(1)));
typedef int16_t i16x16 __attribute__((ext_vector_type(16)));
typedef int16_t i16x16_unaligned __attribute__((ext_vector_type(16), aligned(1)));
typedef uint16_t u16x32 __attribute__((ext_vector_type(32)));
typedef uint8_t u8x64 __attribute__((ext_vector_type(64)));
typedef uint8_t u8x64_unaligned __attribute__((ext_vector_type(64), aligned(1)));

#endif
