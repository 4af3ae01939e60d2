// Winograd's loops for AVX-512: 32 registers, 28 of them sums.
#include "winograd_avx512.h"

#if defined(__x86_64__)
#include "../CKernels/winograd.h"

#define WINOGRAD_TABLE gan_winograd_avx512
#define WIDTH 16
#define ROWS 14
#define OUTER_ROWS 8
#define EACH_ROWS(F) \
  F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)
#include "../CKernels/winograd_kernels.h"
#endif
