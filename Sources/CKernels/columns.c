// The gradient of an image with few channels: of each place of the output one product with all taps and channels, whose
// numbers are added to the pixels that the place looked at. Samples are shared out, and bands of their rows where there are
// fewer samples than threads, because pixels are looked at by several places; a place next to two bands is computed for each.
#include <string.h>

#include "winograd.h"

/// Places whose products stay in the first-level cache.
enum { PLACES = 56 };

typedef struct {
  const gan_columns *columns;
  const float *output, *weight;
  float *image, *right, *sums;
  unsigned threads;
} job;

static int64_t width(const gan_columns *c) { return c->kernelHeight * c->kernelWidth * c->channels; }
static int64_t pitch(const gan_columns *c) {
  return (width(c) + GAN_WINOGRAD_PANEL - 1) / GAN_WINOGRAD_PANEL * GAN_WINOGRAD_PANEL;
}

/// Weights `[taps and channels][depth]` as panels `[depth][panel]`.
static void arrange(const job *j) {
  int64_t panel = gan_winograd_kernels()->panel, depth = j->columns->depth;
  memset(j->right, 0, (size_t)(depth * pitch(j->columns)) * sizeof(float));
  for (int64_t n = 0; n < width(j->columns); n++) {
    float *to = j->right + n / panel * panel * depth + n % panel;
    for (int64_t k = 0; k < depth; k++) to[k * panel] = j->weight[n * depth + k];
  }
}

/// Rows `[begin, end)` of an image.
typedef struct {
  int64_t begin, end;
} band;

static void add_to_pixels(const gan_columns *c, band rows, float *image, int64_t place, const float *sums) {
  int64_t top = place / c->outputWidth * c->strideHeight - c->padTop;
  int64_t left = place % c->outputWidth * c->strideWidth - c->padLeft;
  int64_t first = left < 0 ? -left : 0;
  int64_t end = left + c->kernelWidth > c->width ? c->width - left : c->kernelWidth;
  for (int64_t tap = 0; tap < c->kernelHeight; tap++) {
    int64_t row = top + tap;
    if (row < rows.begin || row >= rows.end) continue;
    float *to = image + (row * c->width + left) * c->channels;
    const float *from = sums + tap * c->kernelWidth * c->channels;
    for (int64_t i = first * c->channels; i < end * c->channels; i++) to[i] += from[i];
  }
}

/// The rows of the output that look at a band.
static band seeing(const gan_columns *c, band rows) {
  int64_t first = rows.begin + c->padTop - c->kernelHeight + 1, last = rows.end - 1 + c->padTop;
  int64_t begin = first <= 0 ? 0 : (first + c->strideHeight - 1) / c->strideHeight;
  int64_t end = last / c->strideHeight + 1;
  return (band){begin, end < c->outputHeight ? end : c->outputHeight};
}

static void run_share(void *data) {
  const job *j = data;
  const gan_columns *c = j->columns;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t places = c->outputHeight * c->outputWidth, line = c->width * c->channels;
  int64_t panels = (width(c) + kernels->panel - 1) / kernels->panel;
  int64_t bands = c->batch < j->threads ? (j->threads + c->batch - 1) / c->batch : 1;
  int64_t units = c->batch * bands;
  float *sums = j->sums + thread * PLACES * pitch(c);
  for (int64_t unit = units * thread / j->threads; unit < units * (thread + 1) / j->threads; unit++) {
    int64_t sample = unit / bands, place = unit % bands;
    band rows = {c->height * place / bands, c->height * (place + 1) / bands};
    if (rows.begin == rows.end) continue;
    float *image = j->image + sample * c->height * line;
    memset(image + rows.begin * line, 0, (size_t)((rows.end - rows.begin) * line) * sizeof(float));
    band outputs = seeing(c, rows);
    int64_t end = outputs.end * c->outputWidth;
    for (int64_t first = outputs.begin * c->outputWidth; first < end; first += PLACES) {
      int64_t count = end - first < PLACES ? end - first : PLACES;
      const float *left = j->output + (sample * places + first) * c->depth;
      kernels->product(sums, pitch(c), left, c->depth, j->right, count, c->depth, panels);
      for (int64_t k = 0; k < count; k++) add_to_pixels(c, rows, image, first + k, sums + k * pitch(c));
    }
  }
}

int64_t gan_columns_scratch(const gan_columns *c, unsigned threads) {
  return (c->depth + threads * PLACES) * pitch(c);
}

void gan_columns_input_gradient(const gan_columns *c, const float *output, const float *weight,
                                float *image, float *scratch, unsigned threads) {
  job j = {c, output, weight, image, scratch, scratch + c->depth * pitch(c), threads};
  arrange(&j);
  gan_parallel(run_share, &j, j.threads);
}
