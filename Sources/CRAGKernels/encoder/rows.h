// What is done to rows one by one.

static void NAME(add_norm)(const rag_norm *norm, const float *x, const float *residual,
                           size_t stride, size_t rows, float *out) {
  size_t columns = norm->columns;
  for (size_t r = 0; r < rows; r++, x += stride, residual += stride, out += stride) {
    f32x16 sum = (f32x16)(0.0f);
    for (size_t c = 0; c < columns; c += RAG_LANES) {
      f32x16 v = NAME(load)(x + c) + NAME(load)(residual + c);
      sum += v;
      NAME(store)(out + c, v);
    }
    float mean = NAME(sum)(sum) / (float)columns;
    f32x16 squares = (f32x16)(0.0f);
    for (size_t c = 0; c < columns; c += RAG_LANES) {
      f32x16 d = NAME(load)(out + c) - mean;
      if (columns - c < RAG_LANES) d = NAME(keep_or)(d, columns - c, 0.0f);
      squares = NAME(fma)(d, d, squares);
    }
    float scale = 1.0f / sqrtf(NAME(sum)(squares) / (float)columns + norm->epsilon);
    for (size_t c = 0; c < columns; c += RAG_LANES) {
      f32x16 d = (NAME(load)(out + c) - mean) * scale;
      NAME(store)(out + c, NAME(fma)(d, NAME(load)(norm->gamma + c), NAME(load)(norm->beta + c)));
    }
  }
}

static void NAME(bias_activation)(rag_activation activation, const float *bias, size_t columns,
                                  float *x, size_t stride, size_t rows) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    for (size_t c = 0; c < columns; c += RAG_LANES) {
      f32x16 v = NAME(load)(x + c) + NAME(load)(bias + c);
      NAME(store)(x + c, NAME(activate)(activation, v));
    }
  }
}

// Moves every lane `count` lanes down, the lowest to the top.
INLINE f32x16 NAME(rotate_lanes)(f32x16 x, const int count) {
#define LANES(n)                                                                                  \
  case n:                                                                                         \
    return __builtin_shufflevector(x, x, n, (n + 1) % 16, (n + 2) % 16, (n + 3) % 16,             \
                                   (n + 4) % 16, (n + 5) % 16, (n + 6) % 16, (n + 7) % 16,        \
                                   (n + 8) % 16, (n + 9) % 16, (n + 10) % 16, (n + 11) % 16,      \
                                   (n + 12) % 16, (n + 13) % 16, (n + 14) % 16, (n + 15) % 16)
  switch (count) {
    LANES(2);
    LANES(4);
    LANES(6);
    LANES(8);
    LANES(10);
    LANES(12);
    LANES(14);
  default: return x;
  }
#undef LANES
}

// A Walsh-Hadamard transform, without its factor, over `count` vectors, lane by lane.
INLINE void NAME(hadamard)(const int count, f32x16 *v) {
  UNROLLED for (int step = 1; step < count; step *= 2) {
    UNROLLED for (int i = 0; i < count; i++) {
      if (i & step) continue;
      f32x16 a = v[i], b = v[i + step];
      v[i] = a + b;
      v[i + step] = a - b;
    }
  }
}

// Rotates `count` vectors, 1, 2, 4 or 8, and widens the range to hold them: over the vectors, then,
// with each vector's lanes turned by another number, over them again.
INLINE void NAME(rotate_block)(const int count, const float *x, float *out, f32x16 *low,
                               f32x16 *high) {
  f32x16 v[8];
  UNROLLED for (int i = 0; i < count; i++) v[i] = NAME(load)(x + RAG_LANES * i);
  NAME(hadamard)(count, v);
  UNROLLED for (int i = 0; i < count; i++) v[i] = NAME(rotate_lanes)(v[i], i * RAG_LANES / count);
  NAME(hadamard)(count, v);
  UNROLLED for (int i = 0; i < count; i++) {
    NAME(store)(out + RAG_LANES * i, v[i]);
    *low = NAME(min)(*low, v[i]);
    *high = NAME(max)(*high, v[i]);
  }
}

INLINE void NAME(rotate)(const float *x, size_t columns, float *out, f32x16 *low, f32x16 *high) {
  switch (rag_rotation_vectors(columns)) {
#define ROTATE(count)                                                                             \
  case count:                                                                                     \
    for (size_t at = 0; at < columns; at += count * RAG_LANES) {                                  \
      NAME(rotate_block)(count, x + at, out + at, low, high);                                     \
    }                                                                                             \
    break
    ROTATE(1);
    ROTATE(2);
    ROTATE(4);
    ROTATE(8);
#undef ROTATE
  }
}

static void NAME(rotate_row)(const float *x, size_t columns, float *out) {
  f32x16 low, high;
  low = high = (f32x16)(0.0f);
  NAME(rotate)(x, columns, out, &low, &high);
}

INLINE void NAME(store_inputs)(int8_t *at, i32x16 bytes) {
#if INPUT_BYTES == 1
  *(i8x16_unaligned *)at = __builtin_convertvector(bytes, i8x16);
#else
  i16x16 x = __builtin_convertvector(bytes, i16x16);
  *(i16x16_unaligned *)at =
      __builtin_shufflevector(x, x, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
#endif
}

static void NAME(quantize)(const float *x, size_t stride, size_t columns, size_t rows,
                           float *scratch, int8_t *bytes, rag_row_code *codes) {
  size_t vectors = columns / RAG_LANES;
  for (size_t r = 0; r < rows; r++, x += stride, bytes += columns * INPUT_BYTES) {
    f32x16 low = (f32x16)(INFINITY), high = (f32x16)(-INFINITY);
    NAME(rotate)(x, columns, scratch, &low, &high);
    float least = NAME(least)(low), largest = NAME(largest)(high);
    float scale = (largest - least) * (1.0f / 255.0f);
    // Smaller steps have no inverse.
    float inverse = scale > 1e-30f ? 1.0f / scale : 0.0f;
    f32x16 offset = (f32x16)(-128.0f - least * inverse);
    // Stays 0 over numbers: the range forgets what is none, and bytes would hide it.
    f32x16 check = (f32x16)(0.0f);
    i32x16 sum = (i32x16)(0);
    for (size_t v = 0; v < vectors; v++) {
      f32x16 value = NAME(load)(scratch + RAG_LANES * v);
      check = NAME(fma)(value, (f32x16)(0.0f), check);
      // Where values differ by little of what they are, the offset's rounding leads out of bytes.
      f32x16 step = NAME(fma)(value, (f32x16)(inverse), offset);
      step = NAME(min)(NAME(max)(step, (f32x16)(-128.0f)), (f32x16)(127.0f));
      i32x16 byte = NAME(bits)(step + ROUNDING);
      sum += byte;
      NAME(store_inputs)(bytes + RAG_LANES * INPUT_BYTES * v, byte);
    }
    float spoiled = NAME(sum)(check);
    codes[r].scale = scale + spoiled;
    codes[r].shift = least + 128.0f * scale + spoiled;
    uint32_t total = (uint32_t)__builtin_reduce_add(sum);
    total -= (uint32_t)columns * ROUNDING_BITS;
    codes[r].start = (int32_t)(0u - 128u * total);
  }
}
