// Tile kernels for AVX-512. A target of its own, because vectors of this width are passed in
// registers only where the whole file is compiled for them.
#include "tiles_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TABLE gan_tiles_avx512
#define VECTOR __m512
#define WIDTH 16
#define SLEEF(f) Sleef_##f##f16_u10avx512f

VECTOR SLEEF(exp)(VECTOR);
VECTOR SLEEF(log)(VECTOR);
VECTOR SLEEF(log1p)(VECTOR);
VECTOR SLEEF(tanh)(VECTOR);
VECTOR SLEEF(pow)(VECTOR, VECTOR);

#include "../CKernels/tile_kernels.h"
#endif
