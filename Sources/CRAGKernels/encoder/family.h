// One family of kernels. The including file defines NAME(x), the tile's size, INPUT_BYTES,
// NAME(fma) and NAME(dot).

_Static_assert(TILE_ROWS <= MOST_TILE_ROWS, "rag_attention_scratch leaves room for no more");

enum { NAME(input_bytes) = INPUT_BYTES };

#include "math.h"
#include "linear.h"
#include "byte_linear.h"
#include "attention.h"
#include "rows.h"
