// Winograd's loops for what every processor of the kind has.
#include "winograd.h"

#define WINOGRAD_TABLE gan_winograd_baseline
#define WIDTH 4
#define ROWS 6
#define OUTER_ROWS 4
#define EACH_ROWS(F) F(1) F(2) F(3) F(4) F(5) F(6)
#include "winograd_kernels.h"
