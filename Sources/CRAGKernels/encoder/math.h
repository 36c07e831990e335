// Elementary functions on vectors. NAME(fma) comes from the family.

INLINE f32x16 NAME(splat)(float x) { return (f32x16)(x); }
INLINE f32x16 NAME(load)(const float *p) { return *(const f32x16_unaligned *)p; }
INLINE void NAME(store)(float *p, f32x16 x) { *(f32x16_unaligned *)p = x; }
INLINE f32x16 NAME(min)(f32x16 a, f32x16 b) { return a < b ? a : b; }
// The second where either is no number.
INLINE f32x16 NAME(max)(f32x16 a, f32x16 b) { return a > b ? a : b; }

// Keeps the lanes before `count`, and `other` in the rest.
INLINE f32x16 NAME(keep_or)(f32x16 x, size_t count, float other) {
  const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (i32x16)((int32_t)count) ? x : (f32x16)(other);
}

INLINE float NAME(sum)(f32x16 x) {
  f32x8 a = x.lo + x.hi;
  f32x4 b = a.lo + a.hi;
  return (b.x + b.z) + (b.y + b.w);
}

INLINE float NAME(largest)(f32x16 x) {
  f32x8 a = x.lo > x.hi ? x.lo : x.hi;
  f32x4 b = a.lo > a.hi ? a.lo : a.hi;
  float even = b.x > b.z ? b.x : b.z, odd = b.y > b.w ? b.y : b.w;
  return even > odd ? even : odd;
}

INLINE float NAME(least)(f32x16 x) { return -NAME(largest)(-x); }

INLINE i32x16 NAME(bits)(f32x16 x) {
  i32x16 bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// The power of two of lanes that are at most EXP2_HIGHEST.
INLINE f32x16 NAME(exp2)(f32x16 x) {
  // What is no number passes through in the second place.
  x = NAME(max)((f32x16)(EXP2_LOWEST), x);
  f32x16 rounded = x + ROUNDING;
  f32x16 r = x - (rounded - ROUNDING);
  f32x16 p = (f32x16)(EXP2_E5);
  p = NAME(fma)(p, r, (f32x16)(EXP2_E4));
  p = NAME(fma)(p, r, (f32x16)(EXP2_E3));
  p = NAME(fma)(p, r, (f32x16)(EXP2_E2));
  p = NAME(fma)(p, r, (f32x16)(EXP2_E1));
  p = NAME(fma)(p, r, (f32x16)(EXP2_E0));
  p = NAME(fma)(p, r, (f32x16)(1.0f));
  // 2^n as a factor, so that what is no number stays so.
  i32x16 exponent = (NAME(bits)(rounded) + 127) << 23;
  f32x16 power;
  memcpy(&power, &exponent, sizeof power);
  return p * power;
}

// x times the normal distribution at x (Hendrycks & Gimpel 2016).
INLINE f32x16 NAME(gelu)(f32x16 x) {
  f32x16 z = NAME(min)((f32x16)(GELU_LIMIT), NAME(max)((f32x16)(-GELU_LIMIT), x));
  f32x16 u = NAME(fma)(z, z * GELU_SCALE, (f32x16)(-1.0f));
  f32x16 p = (f32x16)(GELU_C12);
  p = NAME(fma)(p, u, (f32x16)(GELU_C11));
  p = NAME(fma)(p, u, (f32x16)(GELU_C10));
  p = NAME(fma)(p, u, (f32x16)(GELU_C9));
  p = NAME(fma)(p, u, (f32x16)(GELU_C8));
  p = NAME(fma)(p, u, (f32x16)(GELU_C7));
  p = NAME(fma)(p, u, (f32x16)(GELU_C6));
  p = NAME(fma)(p, u, (f32x16)(GELU_C5));
  p = NAME(fma)(p, u, (f32x16)(GELU_C4));
  p = NAME(fma)(p, u, (f32x16)(GELU_C3));
  p = NAME(fma)(p, u, (f32x16)(GELU_C2));
  p = NAME(fma)(p, u, (f32x16)(GELU_C1));
  p = NAME(fma)(p, u, (f32x16)(GELU_C0));
  return x * NAME(fma)(z, p, (f32x16)(0.5f));
}

INLINE f32x16 NAME(activate)(rag_activation activation, f32x16 x) {
  switch (activation) {
  case RAG_ACTIVATION_NONE: return x;
  case RAG_ACTIVATION_GELU_ERF: return NAME(gelu)(x);
  case RAG_ACTIVATION_GELU_TANH: {
    // 0.5 (1 + tanh u) = 1 / (1 + exp(-2 u))
    f32x16 inner = NAME(fma)(x * x * GELU_CUBIC, x, x);
    f32x16 power = NAME(min)((f32x16)(EXP2_HIGHEST), inner * (-2.0f * SQRT_2_OVER_PI * LOG2_E));
    return x / (1.0f + NAME(exp2)(power));
  }
  case RAG_ACTIVATION_RELU: return NAME(max)((f32x16)(0.0f), x);
  }
  return x;
}
