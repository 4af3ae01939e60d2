#pragma once
// What winograd.c hands to the loops of an instruction set.
#include "include/kernels.h"

enum {
  /// The most floats of a right side that lie beside each other; every instruction set's panel divides it.
  GAN_WINOGRAD_PANEL = 32,
  /// Rows of a left side that lie beside each other where a weight's gradient is made.
  GAN_WINOGRAD_COLUMN = 16,
  /// Tiles of a block whose left side stays in the second-level cache.
  GAN_WINOGRAD_BLOCK = 98,
  /// The most tiles over which a weight's gradient is added up in registers.
  GAN_WINOGRAD_CHUNK = 256,
  /// Floats of the second-level cache.
  GAN_WINOGRAD_CACHE = 1 << 18,
  /// Products that are added up in registers: fewer round less, and take longer.
  GAN_WINOGRAD_DEPTH = 64,
  /// Sums of a patch of 4×4 pixels.
  GAN_WINOGRAD_POINTS = 16,
  /// Floats of both sides of a chunk of patches, of one row of points.
  GAN_WINOGRAD_PATCHES = 1 << 17,
};

typedef struct {
  const gan_winograd *plan;
  const float *source, *weight;
  float *target, *result;
  /// The right sides of all points in panels; of a weight's gradient those of a thread's chunk of tiles.
  float *right;
  /// Left sides: of a thread's block, or of its chunk of tiles.
  float *left;
  /// Of all points one after another: gradients of the right sides.
  float *gradient;
  /// Of each thread: a row of zeros, for pixels outside an image.
  float *nothing;
  /// Floats of a row of the widest left side.
  int64_t leftStride;
  /// Tiles of a chunk over which a weight's gradient is added up, and from one column of it to the next.
  int64_t chunk, room;
  int64_t tiles;
  unsigned threads;
} gan_winograd_job;

/// `sums[r][0 ..< panel] (+)= Σ left[r][i] · right[i][0 ..< panel]`; rows of sums are `pitch` floats apart, of the left side
/// `stride`, of the right side `step`.
typedef void gan_row_tile(float *sums, int64_t pitch, const float *left, int64_t stride, const float *right,
                          int64_t step, int64_t depth, int begins);

/// The same in double precision, of panels half as wide, whose rows of sums and of the right side lie one behind the other.
typedef void gan_wide_tile(double *sums, const double *left, int64_t stride, const double *right, int64_t depth,
                           int begins);

typedef struct gan_winograd_table {
  /// Makes this thread's share of all right sides from the weights.
  void (*makeRight)(const gan_winograd_job *job, unsigned thread);
  /// Multiplies this thread's tiles with them, point by point, and adds the products to the target.
  void (*multiply)(const gan_winograd_job *job, unsigned thread);
  /// The same for a plan of patches.
  void (*multiplyPatches)(const gan_winograd_job *job, unsigned thread);
  /// Makes sides of its own and multiplies them, for this thread's share of the gradients of all right sides: threads that
  /// read what another one wrote wait for it, longest where they have no cache in common.
  void (*addGradients)(const gan_winograd_job *job, unsigned thread);
  /// The same for a plan of patches.
  void (*addPatchGradients)(const gan_winograd_job *job, unsigned thread);
  /// Adds up this thread's share of the gradient of the weights.
  void (*addUp)(const gan_winograd_job *job, unsigned thread);
  /// `sums[row][0 ..< panels · panel] = left[row] · right`, of `rows` rows, `pitch` floats apart; `right` in panels of
  /// `[depth][panel]`.
  void (*product)(float *sums, int64_t pitch, const float *left, int64_t stride, const float *right,
                  int64_t rows, int64_t depth, int64_t panels);
  /// Tiles of 1 ... rows rows.
  gan_row_tile *const *tiles;
  gan_wide_tile *const *wideTiles;
  int64_t rows, panel;
} gan_winograd_table;

/// Floats from a row of a left side to the next: not a multiple of 4096 bytes, else they fall on one line of the cache.
static inline int64_t gan_winograd_stride(int64_t depth) { return (depth + 15) / 16 * 16 + 16; }
/// Floats from a row of a gradient of a right side to the next.
static inline int64_t gan_winograd_pitch(int64_t channels) {
  return (channels + GAN_WINOGRAD_PANEL - 1) / GAN_WINOGRAD_PANEL * GAN_WINOGRAD_PANEL;
}

/// Tiles of patches of so many channels whose left side stays in the second-level cache, 112 thousand floats of it.
static inline int64_t gan_winograd_patch_block(int64_t channels) {
  int64_t groups = 114688 / (GAN_WINOGRAD_POINTS * 14 * gan_winograd_stride(channels));
  return groups < 1 ? 14 : groups < GAN_WINOGRAD_BLOCK / 14 ? groups * 14 : GAN_WINOGRAD_BLOCK;
}
/// Floats of a thread's left side and products of a block of patches.
static inline int64_t gan_winograd_patch_room(int64_t channels) {
  int64_t stride = gan_winograd_stride(channels);
  return GAN_WINOGRAD_POINTS * gan_winograd_patch_block(channels) * (stride + GAN_WINOGRAD_PANEL) + stride;
}
/// Floats of a row of zeros as long as a pixel of either image.
static inline int64_t gan_winograd_nothing(const gan_winograd *plan) {
  int64_t source = plan->source.channels, target = plan->target.channels;
  return gan_winograd_stride(source > target ? source : target);
}

extern const gan_winograd_table gan_winograd_baseline;
/// That of the instruction set in use.
const gan_winograd_table *gan_winograd_kernels(void);
