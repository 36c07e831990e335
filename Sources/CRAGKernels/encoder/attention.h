// Attention of one text (Vaswani et al. 2017, equation 1), head by head: keys and values are laid
// out for the tiles of linear.h, then a few queries at a time make scores, weights and outputs
// while these stay in the first-level cache. The division by the sum of weights comes last.

// Turns 16 rows of 16 into columns: halves of twice the size change places each time.
INLINE void NAME(transpose)(f32x16 rows[16]) {
#define EXCHANGE(step, low, high)                                                                 \
  UNROLLED for (int i = 0; i < 16; i++) {                                                         \
    if (i & step) continue;                                                                       \
    f32x16 a = rows[i], b = rows[i + step];                                                       \
    rows[i] = __builtin_shufflevector(a, b, low);                                                 \
    rows[i + step] = __builtin_shufflevector(a, b, high);                                         \
  }
#define LIST(...) __VA_ARGS__
  EXCHANGE(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
           LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
  EXCHANGE(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
           LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
  EXCHANGE(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
           LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
  EXCHANGE(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
           LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#undef LIST
#undef EXCHANGE
}

// Keys as [panels][width][48], zeros behind the last.
static void NAME(pack_keys)(const float *keys, size_t stride, size_t length, size_t width,
                            float *packed) {
  for (size_t first = 0; first < length; first += RAG_LANES) {
    float *panel = packed + first / RAG_PANEL * RAG_PANEL * width + first % RAG_PANEL;
    for (size_t d = 0; d < width; d += RAG_LANES) {
      f32x16 block[16];
      UNROLLED for (int i = 0; i < 16; i++) {
        block[i] =
            first + i < length ? NAME(load)(keys + (first + i) * stride + d) : (f32x16)(0.0f);
      }
      NAME(transpose)(block);
      UNROLLED for (int i = 0; i < 16; i++) NAME(store)(panel + (d + i) * RAG_PANEL, block[i]);
    }
  }
}

// Turns scores, which are of base 2, into weights that are not divided by their sum yet, and
// returns that.
INLINE float NAME(exponentiate)(float *scores, size_t length) {
  f32x16 top = (f32x16)(-INFINITY);
  size_t last = (length - 1) / RAG_LANES * RAG_LANES;
  for (size_t j = 0; j < last; j += RAG_LANES) top = NAME(max)(top, NAME(load)(scores + j));
  NAME(store)(scores + last, NAME(keep_or)(NAME(load)(scores + last), length - last, -INFINITY));
  top = NAME(max)(top, NAME(load)(scores + last));
  f32x16 highest = (f32x16)(NAME(largest)(top));
  f32x16 sum = (f32x16)(0.0f);
  for (size_t j = 0; j < length; j += RAG_LANES) {
    f32x16 e = NAME(exp2)(NAME(load)(scores + j) - highest);
    if (j == last) e = NAME(keep_or)(e, length - last, 0.0f);
    NAME(store)(scores + j, e);
    sum += e;
  }
  return NAME(sum)(sum);
}

static void NAME(attention)(const rag_attention *sizes, const float *qkv, size_t length,
                            size_t first, size_t count, float *scratch, float *out) {
  static const float zeros[RAG_PANEL] = {0};
  size_t size = sizes->head_size, stride = sizes->stride;
  size_t width = rag_padded(size);
  size_t row = rag_panels(length) * RAG_PANEL;
  float *keys = scratch;
  float *values = keys + row * width;
  float *scores = values + length * width;
  float *outputs = scores + TILE_ROWS * row;
  for (size_t head = 0; head < sizes->heads; head++) {
    const float *query = qkv + head * size;
    NAME(pack_keys)(query + sizes->part, stride, length, width, keys);
    for (size_t j = 0; j < length; j++) {
      for (size_t d = 0; d < width; d += RAG_LANES) {
        NAME(store)(values + j * width + d, NAME(load)(query + 2 * sizes->part + j * stride + d));
      }
    }
    for (size_t i = first, height; i < first + count; i += height) {
      height = NAME(tile_height)(first + count - i);
      for (size_t j = 0; j < length; j += RAG_PANEL) {
        const float *start = zeros;
        if (sizes->bias) start = sizes->bias + head * sizes->bias_stride + sizes->reach - i + j;
        NAME(block)(height, NAME(vectors)(length - j), query + i * stride, stride,
                    keys + j * width, RAG_PANEL, 0, size, start, sizes->bias ? -1 : 0, scores + j,
                    row);
      }
      float totals[TILE_ROWS];
      for (size_t r = 0; r < height; r++) {
        totals[r] = NAME(exponentiate)(scores + r * row, length);
      }
      for (size_t d = 0; d < width; d += RAG_PANEL) {
        NAME(block)(height, NAME(vectors)(width - d), scores, row, values + d, width, 0, length,
                    zeros, 0, outputs + d, width);
      }
      for (size_t r = 0; r < height; r++) {
        float *target = out + (i + r) * sizes->out_stride + head * size;
        float factor = 1.0f / totals[r];
        for (size_t d = 0; d < size; d += RAG_LANES) {
          f32x16 value = NAME(load)(outputs + r * width + d) * factor;
          if (size - d >= RAG_LANES) {
            NAME(store)(target + d, value);
          } else {
            memcpy(target + d, &value, (size - d) * sizeof(float));
          }
        }
      }
    }
  }
}
