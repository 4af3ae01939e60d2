// Tile kernels for AVX2 with fused multiply-add. A target of its own, because vectors of this width
// are passed in registers only where the whole file is compiled for them.
#include "tiles_avx2.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TABLE gan_tiles_avx2
#define VECTOR __m256
#define WIDTH 8
#define SLEEF(f) Sleef_##f##f8_u10avx2

VECTOR SLEEF(exp)(VECTOR);
VECTOR SLEEF(log)(VECTOR);
VECTOR SLEEF(log1p)(VECTOR);
VECTOR SLEEF(tanh)(VECTOR);
VECTOR SLEEF(pow)(VECTOR, VECTOR);

#include "../CKernels/tile_kernels.h"
#endif
