#include "crc32c.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && (defined(__linux__) || defined(__APPLE__))
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1UL << 7)
#endif
#endif
#endif

// The CRC of each value of four bits: a table small enough to read here.
static const uint32_t nibbles[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
    0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
    0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

uint32_t rag_crc32c_scalar(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  crc = ~crc;
  for (size_t i = 0; i < count; i++) {
    crc ^= next[i];
    crc = (crc >> 4) ^ nibbles[crc & 15];
    crc = (crc >> 4) ^ nibbles[crc & 15];
  }
  return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint64_t extended(uint64_t crc, const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return _mm_crc32_u64(crc, word);
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *bytes,
                                                               size_t count) {
  const uint8_t *next = bytes;
  uint64_t wide = (uint32_t)~crc;
  for (; count >= 8; count -= 8, next += 8) wide = extended(wide, next);
  crc = (uint32_t)wide;
  for (; count > 0; count--, next++) crc = _mm_crc32_u8(crc, *next);
  return ~crc;
}

// Bytes of each of three streams, whose instructions overlap: three of them are all of a page of 4 KiB
// but its end.
enum { stream = 1360 };

// x^(8 * bytes - 33) modulo the polynomial, bits reversed, for one and for two streams of bytes.
static const uint32_t past_one = 0x3F70CC6F, past_two = 0x5AA1F3CF;

// The register behind so many more bytes of zeros (Gopal et al. 2011, "Fast CRC computation for
// iSCSI polynomial using CRC32 instruction"): the product has one power too many, and the
// instruction multiplies by 32 more.
__attribute__((target("sse4.2,pclmul"))) static uint32_t shifted(uint64_t crc, uint32_t power) {
  __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi32_si128((int)power), 0);
  return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc32c_pclmul(uint32_t crc,
                                                                       const void *bytes,
                                                                       size_t count) {
  const uint8_t *next = bytes;
  for (; count >= 3 * stream; count -= 3 * stream, next += 3 * stream) {
    uint64_t a = (uint32_t)~crc, b = 0, c = 0;
    for (size_t i = 0; i < stream; i += 8) {
      a = extended(a, next + i);
      b = extended(b, next + stream + i);
      c = extended(c, next + 2 * stream + i);
    }
    crc = ~(shifted(a, past_two) ^ shifted(b, past_one) ^ (uint32_t)c);
  }
  return crc32c_sse42(crc, next, count);
}

uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("sse4.2")) return rag_crc32c_scalar(crc, bytes, count);
  return __builtin_cpu_supports("pclmul") ? crc32c_pclmul(crc, bytes, count)
                                          : crc32c_sse42(crc, bytes, count);
}

#elif defined(__aarch64__) && (defined(__linux__) || defined(__APPLE__))

__attribute__((target("crc"))) static uint32_t crc32c_arm(uint32_t crc, const void *bytes,
                                                         size_t count) {
  const uint8_t *next = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    crc = __crc32cd(crc, word);
  }
  for (; count > 0; count--, next++) crc = __crc32cb(crc, *next);
  return ~crc;
}

uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__linux__)
  if (!(getauxval(AT_HWCAP) & HWCAP_CRC32)) return rag_crc32c_scalar(crc, bytes, count);
#endif
  return crc32c_arm(crc, bytes, count);
}

#else

uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return rag_crc32c_scalar(crc, bytes, count);
}

#endif
