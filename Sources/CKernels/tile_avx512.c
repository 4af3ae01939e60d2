// Tile kernels for AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "tile.h"

#define TABLE gan_tiles_avx512
#define VECTOR __m512
#define WIDTH 16
#define SLEEF(f) Sleef_##f##f16_u10avx512f

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), \
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
