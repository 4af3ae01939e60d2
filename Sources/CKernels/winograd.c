// Convolutions as products of sums: Winograd's minimal filtering (Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2015), for any stride. What is added up is the plan's, which this file carries out point by point:
//
//   left[tile][part, c]  = Σ factor · source[tile's corner + spot][c]      (over the spots of a part)
//   right[part, c][n]    = Σ factor · weight[tap][c][n]
//   target[tile's corner + spot][n] += factor · (left · right)[tile][n]
//
// The gradient of the weights is the adjoint: left and target change places.
#include "winograd.h"

#include "winograd_avx2.h"
#include "winograd_avx512.h"

const gan_winograd_table *gan_winograd_kernels(void) {
#if defined(__x86_64__)
  if (gan_instruction_set() == 2) return &gan_winograd_avx512;
  if (gan_instruction_set() == 1) return &gan_winograd_avx2;
#endif
  return &gan_winograd_baseline;
}

typedef struct {
  gan_winograd_job job;
  void (*kernel)(const gan_winograd_job *, unsigned);
} region;

static void run_share(void *data) {
  const region *r = data;
  r->kernel(&r->job, r->job.threads > 1 ? gan_thread_index() : 0);
}

static void run(const gan_winograd_job *job, void (*kernel)(const gan_winograd_job *, unsigned)) {
  region r = {*job, kernel};
  gan_parallel(run_share, &r, job->threads);
}

static int64_t most_parts(const gan_winograd *plan) {
  int64_t most = 0;
  for (int32_t k = 0; k < plan->pointCount; k++)
    if (plan->points[k].parts.count > most) most = plan->points[k].parts.count;
  return most;
}

static int64_t columns(const gan_winograd *plan) {
  return (plan->source.channels + GAN_WINOGRAD_COLUMN - 1) / GAN_WINOGRAD_COLUMN * GAN_WINOGRAD_COLUMN;
}

/// Tiles of a chunk over which a weight's gradient is added up, and places for them: what lies beside each other shall not
/// fall on one line of the cache.
static int64_t chunk_of(const gan_winograd *plan) {
  if (!plan->isOfPatches) return GAN_WINOGRAD_CHUNK;
  int64_t side = GAN_WINOGRAD_POINTS / 4 * (columns(plan) + gan_winograd_pitch(plan->target.channels));
  int64_t tiles = GAN_WINOGRAD_PATCHES / side / 8 * 8;
  return tiles < 32 ? 32 : tiles < GAN_WINOGRAD_CHUNK ? tiles : GAN_WINOGRAD_CHUNK;
}
static int64_t room_of(const gan_winograd *plan) { return chunk_of(plan) + 4; }

/// Floats of the scratch memory's pieces: right sides, left sides, gradients, zeros.
static void pieces(const gan_winograd *plan, int ofGradient, unsigned threads, int64_t sizes[4]) {
  int64_t deep = plan->source.channels, pitch = gan_winograd_pitch(plan->target.channels);
  int64_t points = plan->isOfPatches ? GAN_WINOGRAD_POINTS / 4 : 1;
  int64_t block = plan->isOfPatches ? gan_winograd_patch_room(deep)
                                    : GAN_WINOGRAD_BLOCK * gan_winograd_stride(most_parts(plan) * deep);
  sizes[0] = ofGradient ? threads * points * room_of(plan) * pitch : 0;
  sizes[1] = threads * (ofGradient ? points * room_of(plan) * columns(plan) : block);
  sizes[2] = ofGradient ? plan->partCount * columns(plan) * pitch : 0;
  sizes[3] = ofGradient && plan->isOfPatches ? threads * gan_winograd_nothing(plan) : 0;
}

int64_t gan_winograd_scratch(const gan_winograd *plan, int ofGradient, unsigned threads) {
  int64_t sizes[4];
  pieces(plan, ofGradient, threads, sizes);
  return sizes[0] + sizes[1] + sizes[2] + sizes[3];
}

static gan_winograd_job begun(const gan_winograd *plan, int ofGradient, float *scratch, unsigned threads) {
  int64_t sizes[4];
  pieces(plan, ofGradient, threads, sizes);
  return (gan_winograd_job){
      .leftStride = gan_winograd_stride(most_parts(plan) * plan->source.channels),
      .chunk = chunk_of(plan), .room = room_of(plan), .plan = plan, .right = scratch,
      .left = scratch + sizes[0], .gradient = scratch + sizes[0] + sizes[1],
      .nothing = scratch + sizes[0] + sizes[1] + sizes[2],
      .tiles = plan->batch * plan->tileRows * plan->tileColumns, .threads = threads};
}

int64_t gan_winograd_weight_sums(const gan_winograd *plan) {
  return plan->partCount * plan->source.channels * gan_winograd_pitch(plan->target.channels);
}

void gan_winograd_add_weights(const gan_winograd *plan, const float *weight, float *sums, unsigned threads) {
  gan_winograd_job job = {.plan = plan, .weight = weight, .right = sums, .threads = threads};
  run(&job, gan_winograd_kernels()->makeRight);
}

void gan_winograd_product(const gan_winograd *plan, const float *source, const float *sums, float *target,
                          float *scratch, unsigned threads) {
  gan_winograd_job job = begun(plan, 0, scratch, threads);
  job.source = source;
  job.right = (float *)sums;
  job.target = target;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  run(&job, plan->isOfPatches ? kernels->multiplyPatches : kernels->multiply);
}

void gan_winograd_weight_gradient(const gan_winograd *plan, const float *source, const float *target, float *weight,
                                  float *scratch, unsigned threads) {
  gan_winograd_job job = begun(plan, 1, scratch, threads);
  job.source = source;
  job.target = (float *)target;
  job.result = weight;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  run(&job, plan->isOfPatches ? kernels->addPatchGradients : kernels->addGradients);
  run(&job, kernels->addUp);
}
