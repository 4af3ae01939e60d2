// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): element `i` is lane `i % 4` of the block
// with counter `(i / 4, step, stream, 0)`, so any thread can draw any part.
#include <math.h>

#include "kernels.h"

typedef struct {
  float *result;
  int64_t count;
  uint32_t seedLow, seedHigh, step, stream;
  int normal;
  unsigned threads;
} job;

static void philox(const job *j, uint32_t index, uint32_t c[4]) {
  uint32_t k0 = j->seedLow, k1 = j->seedHigh;
  c[0] = index, c[1] = j->step, c[2] = j->stream, c[3] = 0;
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)c[0] * 0xD2511F53u, p1 = (uint64_t)c[2] * 0xCD9E8D57u;
    uint32_t c0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0, c2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
    c[1] = (uint32_t)p1, c[3] = (uint32_t)p0, c[0] = c0, c[2] = c2;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
}

static void normal_pair(uint32_t w0, uint32_t w1, float *pair) {
  double radius = sqrt(-2 * log(((w0 >> 8) + 1) * 0x1p-24));
  double angle = 2 * M_PI * ((w1 >> 8) * 0x1p-24);
  pair[0] = (float)(radius * cos(angle));
  pair[1] = (float)(radius * sin(angle));
}

static void run_share(void *data) {
  const job *j = data;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t blocks = (j->count + 3) / 4, end = blocks * (thread + 1) / j->threads;
  for (int64_t block = blocks * thread / j->threads; block < end; block++) {
    uint32_t words[4];
    float lanes[4];
    philox(j, (uint32_t)block, words);
    if (j->normal) {
      normal_pair(words[0], words[1], lanes);
      normal_pair(words[2], words[3], lanes + 2);
    } else {
      for (int lane = 0; lane < 4; lane++) lanes[lane] = (float)(words[lane] >> 8) * 0x1p-24f;
    }
    for (int64_t i = 4 * block; i < 4 * block + 4 && i < j->count; i++)
      j->result[i] = lanes[i - 4 * block];
  }
}

static void draw(float *result, int64_t count, const int32_t *key, uint32_t stream, int normal,
                 unsigned threads) {
  job j = {result, count, (uint32_t)key[0], (uint32_t)key[1], (uint32_t)key[2], stream, normal,
           threads > 0 ? threads : 1};
  gan_parallel(run_share, &j, j.threads);
}

void gan_random_uniform(float *result, int64_t count, const int32_t *key, uint32_t stream,
                        unsigned threads) {
  draw(result, count, key, stream, 0, threads);
}
void gan_random_normal(float *result, int64_t count, const int32_t *key, uint32_t stream,
                       unsigned threads) {
  draw(result, count, key, stream, 1, threads);
}
