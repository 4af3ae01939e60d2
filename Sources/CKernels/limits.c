// What the processor can do at most, for profiles to hold the kernels against.
#include "kernels.h"

#include <time.h>

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { CHAINS = 12, ROUNDS = 2048 };

// Read anew, so that nothing is known when this is compiled.
static volatile float half = 0.5f, one = 1.0f;

// As many sums at once as hide how long an addition takes.
#define MULTIPLY_ADD(NAME, WIDTH, TARGET)                                                 \
  TARGET static float NAME(void) {                                                        \
    typedef float vec __attribute__((vector_size(WIDTH * 4)));                            \
    vec sums[CHAINS], factor = (vec){} + half, addend = (vec){} + one;                    \
    for (int k = 0; k < CHAINS; k++) sums[k] = (vec){} + (float)k * one;                  \
    for (int round = 0; round < ROUNDS; round++)                                          \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < CHAINS; k++)                 \
          sums[k] = sums[k] * factor + addend;                                            \
    float total = 0;                                                                      \
    for (int k = 0; k < CHAINS; k++) total += sums[k][0];                                 \
    return total;                                                                         \
  }

#if defined(__x86_64__)
MULTIPLY_ADD(multiply_add_avx512, 16, __attribute__((target("avx512f,fma"))))
MULTIPLY_ADD(multiply_add_avx2, 8, __attribute__((target("avx2,fma"))))
#endif
MULTIPLY_ADD(multiply_add_baseline, 4, )

typedef struct {
  double until;
  float *memory;
  int64_t count;
  unsigned threads;
  int set;
  /// By thread: what was done.
  double *done;
} job;

static void multiply_and_add(void *data) {
  job *j = data;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  double operations = 0;
  float total = 0;
  do {
    for (int k = 0; k < 64; k++) {
#if defined(__x86_64__)
      total += j->set == 2   ? multiply_add_avx512()
               : j->set == 1 ? multiply_add_avx2()
                             : multiply_add_baseline();
#else
      total += multiply_add_baseline();
#endif
    }
    operations += 64.0 * 2 * CHAINS * ROUNDS * (j->set == 2 ? 16 : j->set == 1 ? 8 : 4);
  } while (seconds() < j->until);
  volatile float kept = total;
  (void)kept;
  j->done[thread] = operations;
}

double gan_multiply_add_rate(double *done, unsigned threads, double duration) {
  double start = seconds();
  job j = {.until = start + duration, .threads = threads, .set = gan_instruction_set(), .done = done};
  gan_parallel(multiply_and_add, &j, threads);
  double elapsed = seconds() - start, total = 0;
  for (unsigned k = 0; k < threads; k++) total += done[k];
  return total / elapsed;
}

static void add_one(void *data) {
  job *j = data;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t begin = j->count * thread / j->threads, end = j->count * (thread + 1) / j->threads;
  double bytes = 0;
  do {
    for (int64_t i = begin; i < end; i++) j->memory[i] += 1;
    bytes += 2.0 * (double)(end - begin) * sizeof(float);
  } while (seconds() < j->until);
  j->done[thread] = bytes;
}

double gan_memory_rate(float *memory, int64_t count, double *done, unsigned threads, double duration) {
  double start = seconds();
  job j = {.until = start + duration, .memory = memory, .count = count, .threads = threads, .done = done};
  gan_parallel(add_one, &j, threads);
  double elapsed = seconds() - start, total = 0;
  for (unsigned k = 0; k < threads; k++) total += done[k];
  return total / elapsed;
}
