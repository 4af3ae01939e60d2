#pragma once
// What CKernels takes from here: a `gan_tile_table`, declared in its tile.h.
extern const struct gan_tile_table gan_tiles_avx512;
