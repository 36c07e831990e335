// Products of rows of bytes with weights of bytes. NAME(dot) adds the products of a row's inputs
// with those of 16 columns, of four inputs, or of two where inputs are of 16 bits: all sums are of
// integers, so every level gives the same.

// The weights as they meet the inputs: as they are, or every other one with 16 bits.
INLINE u8x64 NAME(part)(u8x64 weights, const int index) {
#if INPUT_BYTES == 1
  (void)index;
  return weights;
#else
  return index == 0 ? (u8x64)((u16x32)weights & 0xFF) : (u8x64)((u16x32)weights >> 8);
#endif
}

INLINE void NAME(byte_tile)(const int row_count, const int vector_count,
                            const rag_byte_linear *layer, size_t column, const int8_t *x,
                            size_t stride, const rag_row_code *codes, float *out,
                            size_t out_stride) {
  i32x16 sums[TILE_ROWS][TILE_VECTORS];
  UNROLLED for (int r = 0; r < row_count; r++) {
    UNROLLED for (int v = 0; v < vector_count; v++) sums[r][v] = (i32x16)(codes[r].start);
  }
  size_t groups = (layer->inputs + 3) / 4;
  size_t panel = column / RAG_PANEL;
  const uint8_t *w = layer->weights + (panel * groups * RAG_PANEL + column % RAG_PANEL) * 4;
  for (size_t k = 0; k < groups; k++, w += 4 * RAG_PANEL) {
    u8x64 weights[TILE_VECTORS];
    UNROLLED for (int v = 0; v < vector_count; v++) {
      weights[v] = *(const u8x64_unaligned *)(w + 64 * v);
    }
    UNROLLED for (int p = 0; p < INPUT_BYTES; p++, x += 4) {
      u8x64 part[TILE_VECTORS];
      UNROLLED for (int v = 0; v < vector_count; v++) part[v] = NAME(part)(weights[v], p);
      UNROLLED for (int r = 0; r < row_count; r++) {
        int32_t input;
        memcpy(&input, x + (size_t)r * stride, sizeof input);
        UNROLLED for (int v = 0; v < vector_count; v++) {
          sums[r][v] = NAME(dot)(sums[r][v], part[v], input);
        }
      }
    }
  }
  UNROLLED for (int v = 0; v < vector_count; v++) {
    f32x16 scale = NAME(load)(layer->scales + column + RAG_LANES * v);
    f32x16 sum = NAME(load)(layer->sums + column + RAG_LANES * v);
    f32x16 bias = NAME(load)(layer->bias + column + RAG_LANES * v);
    UNROLLED for (int r = 0; r < row_count; r++) {
      f32x16 product = __builtin_convertvector(sums[r][v], f32x16) * codes[r].scale;
      f32x16 shifted = NAME(fma)(NAME(splat)(codes[r].shift), sum, bias);
      NAME(store)(out + (size_t)r * out_stride + RAG_LANES * v,
                  NAME(fma)(product, scale, shifted));
    }
  }
}

#define TILE_CASE(n)                                                                              \
  case n: return NAME(byte_tile)(n, vector_count, layer, column, x, stride, codes, out, out_stride)

INLINE void NAME(byte_tile_rows)(size_t rows, const int vector_count,
                                 const rag_byte_linear *layer, size_t column, const int8_t *x,
                                 size_t stride, const rag_row_code *codes, float *out,
                                 size_t out_stride) {
  switch (rows) {
    TILE_CASE(1);
    TILE_CASE(2);
    TILE_CASE(3);
    TILE_CASE(4);
#if TILE_ROWS > 4
    TILE_CASE(5);
    TILE_CASE(6);
#endif
#if TILE_ROWS > 6
    TILE_CASE(7);
    TILE_CASE(8);
#endif
  }
}
#undef TILE_CASE

// Outputs of at most TILE_ROWS rows, for vectors of columns from `column` on.
NOINLINE void NAME(byte_block)(size_t rows, size_t vectors, const rag_byte_linear *layer,
                            size_t column, const int8_t *x, size_t stride,
                            const rag_row_code *codes, float *out, size_t out_stride) {
  while (vectors > 0) {
    size_t taken = vectors < TILE_VECTORS ? vectors : TILE_VECTORS;
    switch (taken) {
#if TILE_VECTORS > 1
    case 3:
      NAME(byte_tile_rows)(rows, 3, layer, column, x, stride, codes, out, out_stride);
      break;
    case 2:
      NAME(byte_tile_rows)(rows, 2, layer, column, x, stride, codes, out, out_stride);
      break;
#endif
    default: NAME(byte_tile_rows)(rows, 1, layer, column, x, stride, codes, out, out_stride);
    }
    vectors -= taken;
    column += RAG_LANES * taken;
    out += RAG_LANES * taken;
  }
}

static void NAME(byte_linear)(const rag_byte_linear *layer, const int8_t *x,
                              const rag_row_code *codes, size_t rows, rag_activation activation,
                              float *out, size_t out_stride) {
  size_t stride = layer->inputs * INPUT_BYTES;
  for (size_t column = 0; column < layer->outputs; column += RAG_PANEL) {
    size_t vectors = NAME(vectors)(layer->outputs - column);
    for (size_t r = 0, height; r < rows; r += height) {
      height = NAME(tile_height)(rows - r);
      float *target = out + r * out_stride + column;
      NAME(byte_block)(height, vectors, layer, column, x + r * stride, stride, codes + r, target,
                       out_stride);
      if (activation != RAG_ACTIVATION_NONE) {
        NAME(activate_block)(activation, height, vectors, target, out_stride);
      }
    }
  }
}
