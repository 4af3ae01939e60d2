#pragma once
// What CKernels takes from here: a `gan_winograd_table`, declared in its winograd.h.
extern const struct gan_winograd_table gan_winograd_avx512;
