#pragma once
// The kernels of one instruction set: each works on a tile that lies in the first-level cache.
#include "include/kernels.h"

typedef void gan_tile_unary(float *d, const float *a, int64_t n);
typedef void gan_tile_binary(float *d, const float *a, const float *b, int64_t n);
typedef void gan_tile_select(float *d, const float *m, const float *a, const float *b, int64_t n);

/// Sixteen partial results, so that sums are the same for every width of vector.
typedef float gan_lanes __attribute__((vector_size(64)));

typedef struct gan_tile_table {
  gan_tile_unary *unary[GAN_EXPONENTIAL_LINEAR + 1];
  /// By operation, then by which operand is a scalar: none, the first, the second.
  gan_tile_binary *binary[GAN_NOT_EQUAL + 1][3];
  /// Bit 0: the first choice is a scalar; bit 1: the second.
  gan_tile_select *select[4];
  gan_tile_unary *copy;
  gan_tile_unary *splat;
  /// Folds `n` elements into 16 lanes.
  void (*foldLanes[3])(gan_lanes *lanes, const float *a, int64_t n);
  /// Folds four times 16 lanes to a number.
  float (*foldAll[3])(const gan_lanes *lanes);
  /// Folds each of `rows` rows of `width` to a number.
  void (*foldRows[3])(float *result, const float *a, int64_t rows, int64_t width);
  /// Folds `rows` rows of `width` into one row: a few sums a column in single precision, added up in double.
  void (*foldColumns[3])(double *row, const float *a, int64_t rows, int64_t width);
} gan_tile_table;

extern const gan_tile_table gan_tiles_baseline;
