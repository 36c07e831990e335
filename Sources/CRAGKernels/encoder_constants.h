#ifndef RAG_ENCODER_CONSTANTS_H
#define RAG_ENCODER_CONSTANTS_H

// erf(x) = x P(x^2) / Q(x^2) on |x| <= ERF_LIMIT, beyond which erf is 1 in Float32.
// Coefficients by weighted least squares on Chebyshev nodes; largest absolute error 1.7e-8.
#define ERF_LIMIT 3.92f
#define ERF_P0 1.128378987312317e+00f
#define ERF_P1 1.927491575479507e-01f
#define ERF_P2 5.305852368474007e-02f
#define ERF_P3 3.867692314088345e-03f
#define ERF_P4 2.874655474442989e-04f
#define ERF_P5 2.034853423538152e-06f
#define ERF_Q1 5.041511654853821e-01f
#define ERF_Q2 1.150784716010094e-01f
#define ERF_Q3 1.517102494835854e-02f
#define ERF_Q4 1.187962014228106e-03f
#define ERF_Q5 3.807114990195259e-05f

// exp(r) = 1 + r E(r) on |r| <= ln(2) / 2, relative error 2e-9; the power of two is added to the
// exponent. Arguments below EXP_LOWEST give that of EXP_LOWEST, which is 1e-38.
#define EXP_LOWEST -87.3f
#define EXP_HIGHEST 88.0f
#define EXP_LOG2E 1.44269504088896341f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_E0 1.0f
#define EXP_E1 4.999999403953552e-01f
#define EXP_E2 1.666643172502518e-01f
#define EXP_E3 4.166800156235695e-02f
#define EXP_E4 8.374155499041080e-03f
#define EXP_E5 1.384365139529109e-03f

#define SQRT_HALF 0.70710678118654752f
#define SQRT_2_OVER_PI 0.79788456080286536f
#define GELU_CUBIC 0.044715f

#endif
