#ifndef RAG_CRC32C_H
#define RAG_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of `count` bytes. Start with 0; the result of one
// call is the start of the next for a text in pieces. Uses the CPU's own instruction where it has
// one.
uint32_t rag_crc32c(uint32_t crc, const void *bytes, size_t count);

// The same by a table, on any CPU.
uint32_t rag_crc32c_scalar(uint32_t crc, const void *bytes, size_t count);

#pragma clang assume_nonnull end

#endif
