// Tile kernels for AVX2 with fused multiply-add.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "tile.h"

#define TABLE gan_tiles_avx2
#define VECTOR __m256
#define WIDTH 8
#define SLEEF(f) Sleef_##f##f8_u10avx2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), \
                             apply_to = function)
VECTOR SLEEF(exp)(VECTOR);
VECTOR SLEEF(expm1)(VECTOR);
VECTOR SLEEF(log)(VECTOR);
VECTOR SLEEF(log1p)(VECTOR);
VECTOR SLEEF(tanh)(VECTOR);
VECTOR SLEEF(pow)(VECTOR, VECTOR);
#include "tile_kernels.h"
#pragma clang attribute pop
#endif
