#ifndef RAG_ENCODER_CONSTANTS_H
#define RAG_ENCODER_CONSTANTS_H

// The normal distribution is 1/2 + x P(u), where u = x^2 / 12.5 - 1, on |x| <= GELU_LIMIT, beyond
// which it is that of the limit. Coefficients by reweighted least squares on Chebyshev nodes: the
// error of x (1/2 + x P(u)) is at most 1.4e-7 max(1, |x|), and 3e-7 max(1, |x|) in Float32.
#define GELU_LIMIT 5.0f
#define GELU_SCALE 0.08f
#define GELU_C0 1.413637866018124e-01f
#define GELU_C1 -7.029636128849349e-02f
#define GELU_C2 5.152067439617390e-02f
#define GELU_C3 -4.044046340063734e-02f
#define GELU_C4 3.143920471438122e-02f
#define GELU_C5 -2.328411523006219e-02f
#define GELU_C6 1.642112620359618e-02f
#define GELU_C7 -1.111992997566981e-02f
#define GELU_C8 6.359389049321401e-03f
#define GELU_C9 -2.740274216036346e-03f
#define GELU_C10 1.783478010917175e-03f
#define GELU_C11 -1.589167863405738e-03f
#define GELU_C12 5.826229577115590e-04f

// 2^r = 1 + r E(r) on |r| <= 1/2, relative error 2e-9; coefficients by reweighted least squares on
// Chebyshev nodes. Powers beyond the limits give those of the limits.
#define EXP2_LOWEST -126.0f
#define EXP2_HIGHEST 127.0f
#define EXP2_E0 6.931472028550086e-01f
#define EXP2_E1 2.402264791354720e-01f
#define EXP2_E2 5.550332471147412e-02f
#define EXP2_E3 9.618437366108349e-03f
#define EXP2_E4 1.339887441611211e-03f
#define EXP2_E5 1.535335981148172e-04f

// Added to a number of less than 2^22, this rounds it to an integer (ties to even) and leaves that
// in the low bits.
#define ROUNDING 12582912.0f
#define ROUNDING_BITS 0x4B400000u

#define LOG2_E 1.44269504088896341f
#define SQRT_2_OVER_PI 0.79788456080286536f
#define GELU_CUBIC 0.044715f

#endif
