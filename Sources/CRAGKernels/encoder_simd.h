// The SIMD bodies of encoder_kernels.h, written once for every vector width. The including file
// defines NAME(x), TARGET, V (a vector of Float32), W (its lanes) and the operations v_*, and
// includes this file once per level. v_load_n and v_keep_n treat lanes from n on as 0.

TARGET static inline V NAME(exp)(V x) {
  // The argument comes second, so that NaN passes through.
  x = v_min(v_set1(EXP_HIGHEST), v_max(v_set1(EXP_LOWEST), x));
  V n = v_round(v_mul(x, v_set1(EXP_LOG2E)));
  V r = v_fma(n, v_set1(-EXP_LN2_HIGH), x);
  r = v_fma(n, v_set1(-EXP_LN2_LOW), r);
  V p = v_set1(EXP_E5);
  p = v_fma(p, r, v_set1(EXP_E4));
  p = v_fma(p, r, v_set1(EXP_E3));
  p = v_fma(p, r, v_set1(EXP_E2));
  p = v_fma(p, r, v_set1(EXP_E1));
  p = v_fma(p, r, v_set1(EXP_E0));
  return v_scale(v_fma(p, r, v_set1(1.0f)), n);
}

TARGET static inline V NAME(erf)(V x) {
  x = v_min(v_set1(ERF_LIMIT), v_max(v_set1(-ERF_LIMIT), x));
  V t = v_mul(x, x);
  V p = v_set1(ERF_P5);
  p = v_fma(p, t, v_set1(ERF_P4));
  p = v_fma(p, t, v_set1(ERF_P3));
  p = v_fma(p, t, v_set1(ERF_P2));
  p = v_fma(p, t, v_set1(ERF_P1));
  p = v_fma(p, t, v_set1(ERF_P0));
  V q = v_set1(ERF_Q5);
  q = v_fma(q, t, v_set1(ERF_Q4));
  q = v_fma(q, t, v_set1(ERF_Q3));
  q = v_fma(q, t, v_set1(ERF_Q2));
  q = v_fma(q, t, v_set1(ERF_Q1));
  q = v_fma(q, t, v_set1(1.0f));
  V e = v_div(v_mul(x, p), q);
  return v_min(v_set1(1.0f), v_max(v_set1(-1.0f), e));
}

TARGET static inline V NAME(activate)(rag_activation activation, V x) {
  switch (activation) {
  case RAG_ACTIVATION_GELU_ERF: {
    V half = v_mul(v_set1(0.5f), x);
    return v_fma(half, NAME(erf)(v_mul(x, v_set1(SQRT_HALF))), half);
  }
  case RAG_ACTIVATION_GELU_TANH: {
    // 0.5 (1 + tanh u) = 1 / (1 + exp(-2 u))
    V inner = v_fma(v_mul(v_set1(GELU_CUBIC), v_mul(x, x)), x, x);
    V e = NAME(exp)(v_mul(v_set1(-2.0f * SQRT_2_OVER_PI), inner));
    return v_div(x, v_add(v_set1(1.0f), e));
  }
  case RAG_ACTIVATION_RELU:
    return v_max(v_set1(0.0f), x);
  }
  return x;
}

TARGET static void NAME(add_bias)(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      v_store_n(x + c, v_add(v_load_n(x + c, n), v_load_n(bias + c, n)), n);
    }
  }
}

TARGET static void NAME(bias_activation)(rag_activation activation, float *x, const float *bias,
                                         size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      V v = v_add(v_load_n(x + c, n), v_load_n(bias + c, n));
      v_store_n(x + c, NAME(activate)(activation, v), n);
    }
  }
}

TARGET static void NAME(residual_layer_norm)(float *out, const float *x, const float *bias,
                                             const float *residual, const float *gamma,
                                             const float *beta, float epsilon, size_t rows,
                                             size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, residual += columns, out += columns) {
    V sum = v_set1(0.0f);
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      V v = v_add(v_add(v_load_n(x + c, n), v_load_n(bias + c, n)), v_load_n(residual + c, n));
      sum = v_add(sum, v);
      v_store_n(out + c, v, n);
    }
    V mean = v_set1(v_sum(sum) / (float)columns);
    V squares = v_set1(0.0f);
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      V d = v_keep_n(v_sub(v_load_n(out + c, n), mean), n);
      squares = v_fma(d, d, squares);
    }
    V scale = v_set1(1.0f / sqrtf(v_sum(squares) / (float)columns + epsilon));
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      V d = v_mul(v_sub(v_load_n(out + c, n), mean), scale);
      v_store_n(out + c, v_fma(d, v_load_n(gamma + c, n), v_load_n(beta + c, n)), n);
    }
  }
}

TARGET static void NAME(softmax)(float *x, size_t rows, size_t columns, size_t stride) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    // Lanes past the row repeat its first value, which changes no maximum.
    V top = v_set1(x[0]);
    for (size_t c = 0; c < columns; c += W) {
      top = v_max(top, v_load_n_or(x + c, columns - c, x[0]));
    }
    V highest = v_set1(v_largest(top));
    V sum = v_set1(0.0f);
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      V e = v_keep_n(NAME(exp)(v_sub(v_load_n(x + c, n), highest)), n);
      sum = v_add(sum, e);
      v_store_n(x + c, e, n);
    }
    V scale = v_set1(1.0f / v_sum(sum));
    for (size_t c = 0; c < columns; c += W) {
      size_t n = columns - c;
      v_store_n(x + c, v_mul(v_load_n(x + c, n), scale), n);
    }
  }
}
