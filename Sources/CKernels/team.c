#include "kernels.h"

void GOMP_parallel(void (*fn)(void *), void *data, unsigned num_threads, unsigned flags);

void gan_parallel(void (*body)(void *), void *data, unsigned threads) {
  GOMP_parallel(body, data, threads, 0);
}
