// Convolutions between an image of few channels and a deep one.
//
// The gradient of the image: of each place of the output one product with all taps and channels, whose numbers are added to
// the pixels that the place looked at. Samples are shared out, and bands of their rows where there are fewer samples than
// threads, because pixels are looked at by several places; a place next to two bands is computed for each. A convolution of
// stride 1 into few channels is the same, with the taps in the opposite order.
//
// Forwards, of one sample or a large kernel: products of pixels have a mean, and where a norm takes it away again, what is
// left of a hundred of them is largely their rounding. They are added up in double precision.
//
// The gradient of the weights: the pixels that a chunk of places looked at, a row for each tap and channel, times the output at
// those places.
#include <string.h>

#include "winograd.h"

enum {
  /// Places whose products stay in the first-level cache.
  PLACES = 56,
  /// Places of a chunk, over which a weight's gradient is added up in single precision, and floats of a row of them.
  CHUNK = 256,
  ROOM = CHUNK + 4,
  /// Runs of chunks that are added up on their own, so that any number of threads adds in one order.
  MOST_RUNS = 16,
  FEWEST_CHUNKS = 4,
};

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

/// Where the weight of a tap and channel lies for the first place of the depth; the next one is `weight_step` further.
static int64_t weight_at(const gan_columns *c, int64_t n) {
  if (!c->isMirrored) return n * c->depth;
  int64_t tap = c->kernelHeight * c->kernelWidth - 1 - n / c->channels;
  return tap * c->depth * c->channels + n % c->channels;
}
static int64_t weight_step(const gan_columns *c) { return c->isMirrored ? c->channels : 1; }

/// Weights as panels `[depth][panel]` of taps and channels.
static void arrange(const job *j) {
  int64_t panel = gan_winograd_kernels()->panel, depth = j->columns->depth, step = weight_step(j->columns);
  memset(j->right, 0, (size_t)(depth * pitch(j->columns)) * sizeof(float));
  for (int64_t n = 0; n < width(j->columns); n++) {
    float *to = j->right + n / panel * panel * depth + n % panel;
    const float *from = j->weight + weight_at(j->columns, n);
    for (int64_t k = 0; k < depth; k++) to[k * panel] = from[k * step];
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

// --- forwards ------------------------------------------------------------------------------------

enum { MOST_ROWS = 16, MOST_WIDTH = GAN_WINOGRAD_PANEL / 2 };

typedef struct {
  const gan_columns *columns;
  const float *image, *weight;
  float *output;
  /// Weights as panels `[taps and channels][half a panel]`, and each thread's pixels.
  double *right, *lines;
  unsigned threads;
} forward_job;

/// Numbers of a row of the image that places look at, its borders included.
static int64_t line_of(const gan_columns *c) {
  return ((c->outputWidth - 1) * c->strideWidth + c->kernelWidth) * c->channels;
}
static int64_t depth_room(const gan_columns *c) { return (c->depth + MOST_WIDTH - 1) / MOST_WIDTH * MOST_WIDTH; }

static void arrange_wide(const forward_job *j) {
  const gan_columns *c = j->columns;
  int64_t half = gan_winograd_kernels()->panel / 2, rows = width(c);
  for (int64_t n = 0; n < rows; n++)
    for (int64_t k = 0; k < depth_room(c); k++)
      j->right[(k / half * rows + n) * half + k % half] = k < c->depth ? j->weight[n * c->depth + k] : 0;
}

/// The rows of the image that a row of outputs looks at, with zeros around them.
static void widen(const gan_columns *c, const float *image, int64_t row, double *lines) {
  int64_t top = row % c->outputHeight * c->strideHeight - c->padTop, sample = row / c->outputHeight;
  int64_t line = line_of(c), before = c->padLeft * c->channels, filled = c->width * c->channels;
  if (before + filled > line) filled = line - before;
  for (int64_t tap = 0; tap < c->kernelHeight; tap++, lines += line) {
    int64_t y = top + tap;
    memset(lines, 0, (size_t)line * sizeof(double));
    if (y < 0 || y >= c->height) continue;
    const float *from = image + (sample * c->height + y) * c->width * c->channels;
    for (int64_t i = 0; i < filled; i++) lines[before + i] = from[i];
  }
}

static void forward_share(void *data) {
  const forward_job *j = data;
  const gan_columns *c = j->columns;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t half = kernels->panel / 2, taps = c->kernelWidth * c->channels, step = c->strideWidth * c->channels;
  int64_t line = line_of(c), all = c->batch * c->outputHeight;
  double *lines = j->lines + thread * c->kernelHeight * line, sums[MOST_ROWS * MOST_WIDTH];
  for (int64_t row = all * thread / j->threads; row < all * (thread + 1) / j->threads; row++) {
    widen(c, j->image, row, lines);
    for (int64_t first = 0; first < c->depth; first += half) {
      int64_t present = c->depth - first < half ? c->depth - first : half;
      for (int64_t place = 0, count; place < c->outputWidth; place += count) {
        count = c->outputWidth - place < kernels->rows ? c->outputWidth - place : kernels->rows;
        for (int64_t tap = 0; tap < c->kernelHeight; tap++)
          kernels->wideTiles[count - 1](sums, lines + tap * line + place * step, step,
                                        j->right + first * width(c) + tap * taps * half, taps, tap == 0);
        float *to = j->output + (row * c->outputWidth + place) * c->depth + first;
        for (int64_t r = 0; r < count; r++)
          for (int64_t k = 0; k < present; k++) to[r * c->depth + k] = (float)sums[r * half + k];
      }
    }
  }
}

int64_t gan_columns_forward_scratch(const gan_columns *c, unsigned threads) {
  return 2 * (width(c) * depth_room(c) + threads * c->kernelHeight * line_of(c));
}

void gan_columns_forward(const gan_columns *c, const float *image, const float *weight, float *output, float *scratch,
                         unsigned threads) {
  double *right = (double *)scratch;
  forward_job j = {c, image, weight, output, right, right + width(c) * depth_room(c), threads};
  arrange_wide(&j);
  gan_parallel(forward_share, &j, j.threads);
}

// --- the gradient of the weights -----------------------------------------------------------------

typedef struct {
  const gan_columns *columns;
  const float *image, *output;
  float *weight, *scratch;
  double *sums;
  int64_t runs;
  unsigned threads;
} gradient_job;

static int64_t places_of(const gan_columns *c) { return c->batch * c->outputHeight * c->outputWidth; }
static int64_t runs_of(const gan_columns *c) {
  int64_t runs = places_of(c) / (FEWEST_CHUNKS * CHUNK);
  return runs < 1 ? 1 : runs < MOST_RUNS ? runs : MOST_RUNS;
}
static int64_t depth_pitch(const gan_columns *c) { return gan_winograd_pitch(c->depth); }
/// Floats of a thread: pixels of a chunk, outputs of it, their products.
static int64_t room_of(const gan_columns *c) {
  return width(c) * ROOM + (CHUNK + width(c)) * depth_pitch(c);
}

/// `to[tap and channel][place]` of `count` places in one row of outputs.
static void gather_row(const gan_columns *c, const float *image, int64_t place, int64_t count, float *to) {
  int64_t row = place / c->outputWidth, sample = row / c->outputHeight, column = place % c->outputWidth;
  int64_t step = c->strideWidth * c->channels;
  for (int64_t i = 0; i < c->kernelHeight; i++) {
    int64_t y = row % c->outputHeight * c->strideHeight - c->padTop + i;
    const float *line = image + (sample * c->height + y) * c->width * c->channels;
    for (int64_t j = 0; j < c->kernelWidth; j++) {
      int64_t x = column * c->strideWidth - c->padLeft + j, first = 0, end = 0;
      if (y >= 0 && y < c->height) {
        first = x < 0 ? (-x + c->strideWidth - 1) / c->strideWidth : 0;
        end = x < c->width ? (c->width - 1 - x) / c->strideWidth + 1 : 0;
        if (first > count) first = count;
        end = end < first ? first : end < count ? end : count;
      }
      for (int64_t k = 0; k < c->channels; k++, to += ROOM) {
        for (int64_t p = 0; p < first; p++) to[p] = 0;
        for (int64_t p = first; p < end; p++) to[p] = line[x * c->channels + k + p * step];
        for (int64_t p = end; p < count; p++) to[p] = 0;
      }
    }
  }
}

static void add_share(void *data) {
  const gradient_job *j = data;
  const gan_columns *c = j->columns;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t panel = kernels->panel, panels = (c->depth + panel - 1) / panel, pitch = depth_pitch(c);
  float *left = j->scratch + thread * room_of(c), *right = left + width(c) * ROOM, *products = right + CHUNK * pitch;
  memset(right, 0, (size_t)(CHUNK * pitch) * sizeof(float));
  for (int64_t run = j->runs * thread / j->threads; run < j->runs * (thread + 1) / j->threads; run++) {
    double *sums = j->sums + run * width(c) * c->depth;
    memset(sums, 0, (size_t)(width(c) * c->depth) * sizeof(double));
    int64_t end = places_of(c) * (run + 1) / j->runs, count;
    for (int64_t first = places_of(c) * run / j->runs; first < end; first += count) {
      count = end - first < CHUNK ? end - first : CHUNK;
      for (int64_t p = 0, length; p < count; p += length) {
        int64_t rest = c->outputWidth - (first + p) % c->outputWidth;
        length = rest < count - p ? rest : count - p;
        gather_row(c, j->image, first + p, length, left + p);
      }
      for (int64_t p = 0; p < count; p++)
        for (int64_t k = 0; k < c->depth; k += panel)
          memcpy(right + (k / panel * count + p) * panel, j->output + (first + p) * c->depth + k,
                 (size_t)(c->depth - k < panel ? c->depth - k : panel) * sizeof(float));
      kernels->product(products, pitch, left, ROOM, right, width(c), count, panels);
      for (int64_t n = 0; n < width(c); n++)
        for (int64_t k = 0; k < c->depth; k++) sums[n * c->depth + k] += products[n * pitch + k];
    }
  }
}

int64_t gan_columns_gradient_scratch(const gan_columns *c, unsigned threads) {
  return threads * room_of(c) + 2 * runs_of(c) * width(c) * c->depth + 16;
}

void gan_columns_weight_gradient(const gan_columns *c, const float *image, const float *output,
                                 float *weight, float *scratch, unsigned threads) {
  int64_t count = width(c) * c->depth, sums = (threads * room_of(c) + 1) / 2 * 2;
  gradient_job j = {c, image, output, weight, scratch, (double *)(scratch + sums), runs_of(c), threads};
  gan_parallel(add_share, &j, j.threads);
  for (int64_t run = 1; run < j.runs; run++)
    for (int64_t i = 0; i < count; i++) j.sums[i] += j.sums[run * count + i];
  for (int64_t n = 0; n < width(c); n++) {
    float *to = weight + weight_at(c, n);
    for (int64_t k = 0; k < c->depth; k++) to[k * weight_step(c)] = (float)j.sums[n * c->depth + k];
  }
}
