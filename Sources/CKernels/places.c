// Convolutions of few places, the deep layers of small images: what they read are weights, and these where they lie, once.
// Forwards and back to the image numbers are added up DEPTH at a time, then those of a tap, then taps: rounding is least where
// all three are about as many.
//
//   forward        y[place] += x[pixel] · w[tap]       rows are places, columns output channels
//   input gradient x[pixel] += w[tap] · y[place]       rows are image channels, columns places
//   weight gradient w[tap] = Σ x[pixel] ⊗ y[place]     rows are image channels, columns output channels
#include <string.h>

#include "winograd.h"

enum { PANEL = GAN_WINOGRAD_PANEL, DEPTH = 32, MOST_ROWS = 16 };

typedef struct {
  const gan_places *plan;
  const float *from, *with;
  float *to, *sides;
  unsigned threads;
} job;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t share(int64_t count, unsigned part, unsigned parts) { return count * part / parts; }
static unsigned this_thread(const job *j) { return j->threads > 1 ? gan_thread_index() : 0; }

static int64_t places_of(const gan_places *c) { return c->batch * c->outputHeight * c->outputWidth; }
static int64_t taps_of(const gan_places *c) { return c->kernelHeight * c->kernelWidth; }
/// Floats between rows of a side: what lies beside each other shall not fall on one line of the cache.
static int64_t apart(int64_t count) { return (count + 15) / 16 * 16 + 16; }
static int64_t place_groups(const gan_places *c) { return (places_of(c) + PANEL - 1) / PANEL; }

/// The pixel that a place meets with a tap; negative if it is outside.
static int64_t pixel_of(const gan_places *c, int64_t place, int64_t tap) {
  int64_t row = place / c->outputWidth, sample = row / c->outputHeight;
  int64_t y = row % c->outputHeight * c->strideHeight - c->padTop + tap / c->kernelWidth * c->dilationHeight;
  int64_t x = place % c->outputWidth * c->strideWidth - c->padLeft + tap % c->kernelWidth * c->dilationWidth;
  if (y < 0 || y >= c->height || x < 0 || x >= c->width) return -1;
  return (sample * c->height + y) * c->width + x;
}

/// The places that meet a pixel with a tap, and the pixels.
static int64_t pairs_of(const gan_places *c, int64_t tap, int64_t *places, int64_t *pixels) {
  int64_t count = 0;
  for (int64_t place = 0; place < places_of(c); place++) {
    int64_t pixel = pixel_of(c, place, tap);
    if (pixel < 0) continue;
    places[count] = place;
    pixels[count++] = pixel;
  }
  return count;
}

static void run(job *j, void (*kernel)(void *)) { gan_parallel(kernel, j, j->threads); }

// --- forward -------------------------------------------------------------------------------------

/// Of each tap the pixels of its places, one beside the other.
static void gather_pixels(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  int64_t places[GAN_MOST_PLACES], pixels[GAN_MOST_PLACES], stride = apart(c->channels);
  unsigned thread = this_thread(j);
  for (int64_t tap = share(taps_of(c), thread, j->threads); tap < share(taps_of(c), thread + 1, j->threads); tap++) {
    int64_t count = pairs_of(c, tap, places, pixels);
    for (int64_t r = 0; r < count; r++)
      memcpy(j->sides + (tap * places_of(c) + r) * stride, j->from + pixels[r] * c->channels,
             (size_t)c->channels * sizeof(float));
  }
}

static void multiply_pixels(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  int64_t places[GAN_MOST_PLACES], pixels[GAN_MOST_PLACES], stride = apart(c->channels), panel = kernels->panel;
  float sums[MOST_ROWS * PANEL] __attribute__((aligned(64)));
  unsigned thread = this_thread(j);
  int64_t begin = share(c->depth / panel, thread, j->threads) * panel;
  int64_t end = share(c->depth / panel, thread + 1, j->threads) * panel;
  for (int64_t place = 0; place < places_of(c); place++)
    memset(j->to + place * c->depth + begin, 0, (size_t)(end - begin) * sizeof(float));
  for (int64_t tap = 0; tap < taps_of(c); tap++) {
    int64_t count = pairs_of(c, tap, places, pixels), groups = (count + kernels->rows - 1) / kernels->rows;
    for (int64_t n = begin; n < end; n += panel)
      for (int64_t g = 0; g < groups; g++) {
        int64_t first = count * g / groups, rows = count * (g + 1) / groups - first;
        for (int64_t i = 0; i < c->channels; i += DEPTH)
          kernels->tiles[rows - 1](sums, panel, j->sides + (tap * places_of(c) + first) * stride + i, stride,
                                   j->with + (tap * c->channels + i) * c->depth + n, c->depth,
                                   least(DEPTH, c->channels - i), i == 0);
        for (int64_t r = 0; r < rows; r++) {
          float *to = j->to + places[first + r] * c->depth + n;
          for (int64_t k = 0; k < panel; k++) to[k] += sums[r * panel + k];
        }
      }
  }
}

/// Rows of outputs that are made at once.
static int64_t band_rows(const gan_places *c) {
  int64_t rows = GAN_MOST_PLACES / c->outputWidth;
  return places_of(c) <= GAN_MOST_PLACES || rows > c->outputHeight ? c->outputHeight : rows;
}
static int64_t bands_of(const gan_places *c) { return (c->outputHeight + band_rows(c) - 1) / band_rows(c); }
/// Floats of the pixels of a band.
static int64_t forward_room(const gan_places *c) {
  return taps_of(c) * c->batch * band_rows(c) * c->outputWidth * apart(c->channels);
}

static void multiply_bands(void *data) {
  const job *j = data;
  unsigned thread = this_thread(j);
  int64_t bands = bands_of(j->plan), rows = band_rows(j->plan);
  for (int64_t band = share(bands, thread, j->threads); band < share(bands, thread + 1, j->threads); band++) {
    gan_places c = *j->plan;
    int64_t first = band * rows;
    c.outputHeight = least(rows, c.outputHeight - first);
    c.padTop -= first * c.strideHeight;
    job own = {&c, j->from, j->with, j->to + first * c.outputWidth * c.depth, j->sides + thread * forward_room(j->plan), 1};
    gather_pixels(&own);
    multiply_pixels(&own);
  }
}

void gan_places_forward(const gan_places *c, const float *image, const float *weight, float *output, float *scratch,
                        unsigned threads) {
  job j = {c, image, weight, output, scratch, threads};
  if (bands_of(c) > 1) {
    run(&j, multiply_bands);
    return;
  }
  run(&j, gather_pixels);
  run(&j, multiply_pixels);
}

// --- the gradient of the image -------------------------------------------------------------------

/// Slopes as panels `[depth][panel]` of places.
static void turn_slopes(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  int64_t panel = gan_winograd_kernels()->panel, count = (places_of(c) + panel - 1) / panel * panel;
  unsigned thread = this_thread(j);
  for (int64_t n = share(c->depth, thread, j->threads); n < share(c->depth, thread + 1, j->threads); n++)
    for (int64_t place = 0; place < count; place++)
      j->sides[(place / panel * c->depth + n) * panel + place % panel] =
          place < places_of(c) ? j->from[place * c->depth + n] : 0;
}

static void multiply_slopes(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  int64_t places[GAN_MOST_PLACES], pixels[GAN_MOST_PLACES], panel = kernels->panel;
  float sums[MOST_ROWS * PANEL] __attribute__((aligned(64)));
  unsigned thread = this_thread(j);
  int64_t begin = share(c->channels, thread, j->threads), end = share(c->channels, thread + 1, j->threads);
  for (int64_t pixel = 0; pixel < c->batch * c->height * c->width; pixel++)
    memset(j->to + pixel * c->channels + begin, 0, (size_t)(end - begin) * sizeof(float));
  for (int64_t tap = 0; tap < taps_of(c); tap++) {
    int64_t count = pairs_of(c, tap, places, pixels);
    if (count == 0) continue;
    for (int64_t first = begin, rows; first < end; first += rows) {
      rows = least(kernels->rows, end - first);
      for (int64_t pair = 0, group; pair < count;) {
        group = places[pair] / panel;
        for (int64_t i = 0; i < c->depth; i += DEPTH)
          kernels->tiles[rows - 1](sums, panel, j->with + (tap * c->channels + first) * c->depth + i, c->depth,
                                   j->sides + (group * c->depth + i) * panel, panel, least(DEPTH, c->depth - i), i == 0);
        for (; pair < count && places[pair] / panel == group; pair++)
          for (int64_t r = 0; r < rows; r++)
            j->to[pixels[pair] * c->channels + first + r] += sums[r * panel + places[pair] % panel];
      }
    }
  }
}

void gan_places_input_gradient(const gan_places *c, const float *output, const float *weight, float *image,
                               float *scratch, unsigned threads) {
  job j = {c, output, weight, image, scratch, threads};
  run(&j, turn_slopes);
  run(&j, multiply_slopes);
}

// --- the gradient of the weights -----------------------------------------------------------------

/// Of each tap and channel the pixels of all places; 0 for those that are outside.
static void turn_pixels(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  int64_t stride = apart(places_of(c));
  unsigned thread = this_thread(j);
  for (int64_t tap = share(taps_of(c), thread, j->threads); tap < share(taps_of(c), thread + 1, j->threads); tap++)
    for (int64_t place = 0; place < places_of(c); place++) {
      int64_t pixel = pixel_of(c, place, tap);
      float *to = j->sides + tap * c->channels * stride + place;
      for (int64_t k = 0; k < c->channels; k++) to[k * stride] = pixel < 0 ? 0 : j->from[pixel * c->channels + k];
    }
}

static void multiply_both(void *data) {
  const job *j = data;
  const gan_places *c = j->plan;
  const gan_winograd_table *kernels = gan_winograd_kernels();
  int64_t stride = apart(places_of(c)), panel = kernels->panel;
  unsigned thread = this_thread(j);
  int64_t all = taps_of(c) * c->channels, end = share(all, thread + 1, j->threads);
  for (int64_t first = share(all, thread, j->threads), rows; first < end; first += rows) {
    rows = least(kernels->rows, end - first);
    for (int64_t n = 0; n < c->depth; n += panel)
      kernels->tiles[rows - 1](j->to + first * c->depth + n, c->depth, j->sides + first * stride, stride, j->with + n,
                               c->depth, places_of(c), 1);
  }
}

void gan_places_weight_gradient(const gan_places *c, const float *image, const float *output, float *weight,
                                float *scratch, unsigned threads) {
  job j = {c, image, output, weight, scratch, threads};
  run(&j, turn_pixels);
  run(&j, multiply_both);
}

int64_t gan_places_scratch(const gan_places *c, unsigned threads) {
  int64_t bands = bands_of(c), forward = forward_room(c) * (bands > 1 ? threads : 1);
  if (bands > 1) return forward;
  int64_t slopes = place_groups(c) * PANEL * c->depth;
  int64_t gradient = taps_of(c) * c->channels * apart(places_of(c));
  int64_t most = forward > slopes ? forward : slopes;
  return most > gradient ? most : gradient;
}
