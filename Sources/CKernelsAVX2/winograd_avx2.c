// Winograd's loops for AVX2 with fused multiply-add: 16 registers, 12 of them sums.
#include "winograd_avx2.h"

#if defined(__x86_64__)
#include "../CKernels/winograd.h"

#define WINOGRAD_TABLE gan_winograd_avx2
#define WIDTH 8
#define ROWS 6
#define OUTER_ROWS 4
#define EACH_ROWS(F) F(1) F(2) F(3) F(4) F(5) F(6)
#include "../CKernels/winograd_kernels.h"
#endif
