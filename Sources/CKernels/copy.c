// Moving elements: a strided view into a strided place.
#include "kernels.h"

#include <string.h>

typedef struct {
  const gan_copy *copy;
  unsigned threads;
  /// The axis along which the source is contiguous while the destination's is another, or -1.
  int64_t crossed;
} job;

enum { BLOCK = 16 };

static void copy_run(char *d, int64_t ds, const char *s, int64_t ss, int64_t n, int64_t size) {
  if (size == 4) {
    uint32_t *to = (uint32_t *)d;
    const uint32_t *from = (const uint32_t *)s;
    if (ds == 1 && ss == 1) {
      memcpy(to, from, (size_t)n * 4);
    } else if (ds == 1 && ss == 0) {
      uint32_t x = *from;
      for (int64_t i = 0; i < n; i++) to[i] = x;
    } else {
      for (int64_t i = 0; i < n; i++) to[i * ds] = from[i * ss];
    }
  } else {
    for (int64_t i = 0; i < n; i++) d[i * ds] = s[i * ss];
  }
}

/// A block transpose: the source is contiguous along `columns`, the destination along `rows`.
static void copy_crossed(char *d, int64_t dColumn, const char *s, int64_t sRow, int64_t columns,
                         int64_t rows, int64_t size) {
  for (int64_t c0 = 0; c0 < columns; c0 += BLOCK) {
    int64_t c1 = c0 + BLOCK < columns ? c0 + BLOCK : columns;
    for (int64_t r0 = 0; r0 < rows; r0 += BLOCK) {
      int64_t r1 = r0 + BLOCK < rows ? r0 + BLOCK : rows;
      if (size == 4) {
        uint32_t *to = (uint32_t *)d;
        const uint32_t *from = (const uint32_t *)s;
        for (int64_t c = c0; c < c1; c++)
          for (int64_t r = r0; r < r1; r++) to[c * dColumn + r] = from[r * sRow + c];
      } else {
        for (int64_t c = c0; c < c1; c++)
          for (int64_t r = r0; r < r1; r++) d[c * dColumn + r] = s[r * sRow + c];
      }
    }
  }
}

static void run_share(void *data) {
  const job *j = data;
  const gan_copy *k = j->copy;
  int64_t last = k->rank - 1, size = k->elementSize, runs = 1;
  for (int64_t axis = 0; axis < last; axis++)
    if (axis != j->crossed) runs *= k->extents[axis];
  // With few runs the crossed axis is shared out, else the runs.
  int64_t columns = j->crossed >= 0 ? k->extents[j->crossed] : 1, firstColumn = 0;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t first = 0, end = runs;
  if (j->crossed >= 0 && runs < 4 * (int64_t)j->threads) {
    firstColumn = columns * thread / j->threads;
    columns = columns * (thread + 1) / j->threads - firstColumn;
  } else {
    first = runs * thread / j->threads;
    end = runs * (thread + 1) / j->threads;
  }
  for (int64_t run = first; run < end; run++) {
    int64_t rest = run, from = 0, to = 0;
    for (int64_t axis = last - 1; axis >= 0; axis--) {
      if (axis == j->crossed) continue;
      int64_t digit = rest % k->extents[axis];
      rest /= k->extents[axis];
      from += digit * k->sourceStrides[axis];
      to += digit * k->destinationStrides[axis];
    }
    if (j->crossed >= 0) {
      from += firstColumn;
      to += firstColumn * k->destinationStrides[j->crossed];
    }
    const char *s = (const char *)k->source + from * size;
    char *d = (char *)k->destination + to * size;
    if (j->crossed >= 0) {
      copy_crossed(d, k->destinationStrides[j->crossed], s, k->sourceStrides[last], columns,
                   k->extents[last], size);
    } else {
      copy_run(d, k->destinationStrides[last], s, k->sourceStrides[last], k->extents[last], size);
    }
  }
}

void gan_run_copy(const gan_copy *copy, unsigned threads) {
  job j = {copy, threads > 0 ? threads : 1, -1};
  int64_t last = copy->rank - 1;
  if (copy->destinationStrides[last] == 1 && copy->sourceStrides[last] > 1)
    for (int64_t axis = 0; axis < last; axis++)
      if (copy->sourceStrides[axis] == 1 && copy->extents[axis] > 1) j.crossed = axis;
  gan_parallel(run_share, &j, j.threads);
}

static uint8_t saturated(double x) { return x > 0 ? x < 255 ? (uint8_t)x : 255 : 0; }
static int32_t cut(float x) {
  return x >= 0x1p31f ? INT32_MAX : x >= -0x1p31f ? (int32_t)x : x != x ? 0 : INT32_MIN;
}

void gan_convert(void *destination, int32_t to, const void *source, int32_t from, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    switch (to) {
      case GAN_FLOAT32:
        ((float *)destination)[i] = from == GAN_INT32   ? (float)((const int32_t *)source)[i]
                                    : from == GAN_UINT8 ? (float)((const uint8_t *)source)[i]
                                                        : ((const float *)source)[i];
        break;
      case GAN_INT32:
        ((int32_t *)destination)[i] = from == GAN_FLOAT32 ? cut(((const float *)source)[i])
                                      : from == GAN_UINT8 ? ((const uint8_t *)source)[i]
                                                          : ((const int32_t *)source)[i];
        break;
      case GAN_UINT8:
        ((uint8_t *)destination)[i] = from == GAN_FLOAT32 ? saturated(((const float *)source)[i])
                                      : from == GAN_INT32 ? saturated(((const int32_t *)source)[i])
                                                          : ((const uint8_t *)source)[i];
        break;
    }
  }
}
