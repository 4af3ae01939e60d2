// Sums of arrays in double precision.
#include "kernels.h"

typedef struct {
  double *sums;
  const float *part;
  float *rounded;
  int64_t count;
  unsigned threads;
  int begins;
} job;

static void share(const job *j, int64_t *from, int64_t *to) {
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  *from = j->count * thread / j->threads;
  *to = j->count * (thread + 1) / j->threads;
}

static void add_share(void *data) {
  const job *j = data;
  int64_t from, to;
  share(j, &from, &to);
  if (j->begins) {
    for (int64_t i = from; i < to; i++) j->sums[i] = j->part[i];
  } else {
    for (int64_t i = from; i < to; i++) j->sums[i] += j->part[i];
  }
}

static void round_share(void *data) {
  const job *j = data;
  int64_t from, to;
  share(j, &from, &to);
  for (int64_t i = from; i < to; i++) j->rounded[i] = (float)j->sums[i];
}

void gan_add_to_sums(double *sums, const float *part, int64_t count, int begins,
                     unsigned threads) {
  job j = {sums, part, 0, count, threads > 0 ? threads : 1, begins};
  gan_parallel(add_share, &j, j.threads);
}

void gan_round_sums(float *result, const double *sums, int64_t count, unsigned threads) {
  job j = {(double *)sums, 0, result, count, threads > 0 ? threads : 1, 0};
  gan_parallel(round_share, &j, j.threads);
}
