// Products with packed weights. A tile of TILE_ROWS rows and TILE_VECTORS vectors of columns stays
// in registers while the inputs go by; each output is one chain of fused additions in their order,
// so it does not depend on the tile it is in. `ahead` values behind a tile's columns lies the next
// panel, which the CPU is asked to fetch meanwhile: for few rows, weights come from memory no faster
// than they are used.

// Inputs between two stores of a tile: a panel's part of so many stays in the second-level cache
// while the rows go by, and the rows' part in the first.
#define DEPTH 384

INLINE void NAME(tile)(const int row_count, const int vector_count, const float *x, size_t stride,
                       const float *w, size_t w_stride, size_t ahead, size_t depth,
                       const float *start, ptrdiff_t start_stride, float *out,
                       size_t out_stride) {
  f32x16 sums[TILE_ROWS][TILE_VECTORS];
  UNROLLED for (int r = 0; r < row_count; r++) {
    UNROLLED for (int v = 0; v < vector_count; v++) {
      sums[r][v] = NAME(load)(start + r * start_stride + RAG_LANES * v);
    }
  }
  for (size_t k = 0; k < depth; k++, w += w_stride) {
    f32x16 column[TILE_VECTORS];
    UNROLLED for (int v = 0; v < vector_count; v++) {
      column[v] = NAME(load)(w + RAG_LANES * v);
      __builtin_prefetch(w + ahead + RAG_LANES * v, 0, 2);
    }
    UNROLLED for (int r = 0; r < row_count; r++) {
      f32x16 input = NAME(splat)(x[(size_t)r * stride + k]);
      UNROLLED for (int v = 0; v < vector_count; v++) {
        sums[r][v] = NAME(fma)(input, column[v], sums[r][v]);
      }
    }
  }
  UNROLLED for (int r = 0; r < row_count; r++) {
    UNROLLED for (int v = 0; v < vector_count; v++) {
      NAME(store)(out + (size_t)r * out_stride + RAG_LANES * v, sums[r][v]);
    }
  }
}

#define TILE_CASE(n)                                                                              \
  case n: return NAME(tile)(n, vector_count, x, stride, w, w_stride, ahead, depth, start,        \
                            start_stride, out, out_stride)

INLINE void NAME(tile_rows)(size_t rows, const int vector_count, const float *x, size_t stride,
                            const float *w, size_t w_stride, size_t ahead, size_t depth,
                            const float *start, ptrdiff_t start_stride, float *out,
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

// out[rows, 16 vectors] = start + x[rows, depth] w[depth, 16 vectors], for at most TILE_ROWS rows.
NOINLINE void NAME(block)(size_t rows, size_t vectors, const float *x, size_t stride,
                        const float *w, size_t w_stride, size_t ahead, size_t depth,
                        const float *start, ptrdiff_t start_stride, float *out,
                        size_t out_stride) {
  while (vectors > 0) {
    size_t taken = vectors < TILE_VECTORS ? vectors : TILE_VECTORS;
    switch (taken) {
#if TILE_VECTORS > 1
    case 3:
      NAME(tile_rows)(rows, 3, x, stride, w, w_stride, ahead, depth, start, start_stride, out,
                      out_stride);
      break;
    case 2:
      NAME(tile_rows)(rows, 2, x, stride, w, w_stride, ahead, depth, start, start_stride, out,
                      out_stride);
      break;
#endif
    default:
      NAME(tile_rows)(rows, 1, x, stride, w, w_stride, ahead, depth, start, start_stride, out,
                      out_stride);
    }
    vectors -= taken;
    w += RAG_LANES * taken;
    start += RAG_LANES * taken;
    out += RAG_LANES * taken;
  }
}

INLINE void NAME(activate_block)(rag_activation activation, size_t rows, size_t vectors, float *x,
                                 size_t stride) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t v = 0; v < vectors; v++) {
      float *at = x + r * stride + RAG_LANES * v;
      NAME(store)(at, NAME(activate)(activation, NAME(load)(at)));
    }
  }
}

// Rows of the next tile, so that no tile is much smaller than another.
INLINE size_t NAME(tile_height)(size_t rows) {
  size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  return (rows + tiles - 1) / tiles;
}

// Vectors of the next panel, of which `columns` are left.
INLINE size_t NAME(vectors)(size_t columns) {
  return columns < RAG_PANEL ? (columns + RAG_LANES - 1) / RAG_LANES : RAG_PANEL / RAG_LANES;
}

static void NAME(linear)(const rag_linear *layer, const float *x, size_t stride, size_t rows,
                         rag_activation activation, float *out, size_t out_stride) {
  for (size_t k = 0; k < layer->inputs; k += DEPTH) {
    size_t depth = layer->inputs - k < DEPTH ? layer->inputs - k : DEPTH;
    int is_last = k + depth == layer->inputs;
    for (size_t column = 0; column < layer->outputs; column += RAG_PANEL) {
      const float *w = layer->weights + column * layer->inputs + k * RAG_PANEL;
      size_t vectors = NAME(vectors)(layer->outputs - column);
      for (size_t r = 0, height; r < rows; r += height) {
        height = NAME(tile_height)(rows - r);
        float *target = out + r * out_stride + column;
        const float *start = k == 0 ? layer->bias + column : target;
        // The first rows of a panel make the CPU fetch the next one.
        size_t ahead = r == 0 ? RAG_PANEL * layer->inputs : 0;
        NAME(block)(height, vectors, x + r * stride + k, stride, w, RAG_PANEL, ahead, depth, start,
                    k == 0 ? 0 : (ptrdiff_t)out_stride, target, out_stride);
        if (is_last && activation != RAG_ACTIVATION_NONE) {
          NAME(activate_block)(activation, height, vectors, target, out_stride);
        }
      }
    }
  }
}
#undef DEPTH
