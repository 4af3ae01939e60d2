// Tile kernels for what every processor of the kind has.
#if defined(__x86_64__)
#include <immintrin.h>
#define VECTOR __m128
#define SLEEF(f) Sleef_##f##f4_u10sse2
#else
#include <arm_neon.h>
#define VECTOR float32x4_t
#define SLEEF(f) Sleef_##f##f4_u10advsimd
#endif
#define TABLE gan_tiles_baseline
#define WIDTH 4

VECTOR SLEEF(exp)(VECTOR);
VECTOR SLEEF(log)(VECTOR);
VECTOR SLEEF(log1p)(VECTOR);
VECTOR SLEEF(tanh)(VECTOR);
VECTOR SLEEF(pow)(VECTOR, VECTOR);

#include "tile_kernels.h"
