// Tables of rows: embeddings and their gradient.
#include "kernels.h"

#include <string.h>

static int outside(const int32_t *indices, int64_t count, int64_t rows) {
  int bad = 0;
  for (int64_t i = 0; i < count; i++) bad |= indices[i] < 0 || indices[i] >= rows;
  return bad;
}

int gan_gather(float *result, const float *table, const int32_t *indices, int64_t count,
               int64_t rows, int64_t width) {
  if (outside(indices, count, rows)) return 1;
  for (int64_t i = 0; i < count; i++)
    memcpy(result + i * width, table + indices[i] * width, (size_t)width * sizeof(float));
  return 0;
}

int gan_scatter_add(float *table, const float *updates, const int32_t *indices, int64_t count,
                    int64_t rows, int64_t width) {
  if (outside(indices, count, rows)) return 1;
  memset(table, 0, (size_t)(rows * width) * sizeof(float));
  for (int64_t i = 0; i < count; i++) {
    float *row = table + indices[i] * width;
    const float *update = updates + i * width;
    for (int64_t c = 0; c < width; c++) row[c] += update[c];
  }
  return 0;
}
