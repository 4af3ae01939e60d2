// Pooling windows: a window is clipped to the image, so what lies outside does not count. Each
// thread takes whole images, because the windows of one image may overlap.
#include "kernels.h"

#include <string.h>

typedef void image_kernel(const gan_window *, const float *, const float *, float *);

typedef struct {
  const gan_window *window;
  image_kernel *kernel;
  /// Two operands and the result, and the elements of one image of each.
  const float *first, *second;
  float *result;
  int64_t firstSize, secondSize, resultSize;
  unsigned threads;
} job;

static void run_share(void *data) {
  const job *j = data;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  int64_t batch = j->window->batch;
  int64_t end = batch * (thread + 1) / j->threads;
  for (int64_t n = batch * thread / j->threads; n < end; n++)
    j->kernel(j->window, j->first + n * j->firstSize, j->second + n * j->secondSize,
              j->result + n * j->resultSize);
}

static int64_t image_size(const gan_window *w) { return w->height * w->width * w->channels; }
static int64_t output_size(const gan_window *w) {
  return w->outputHeight * w->outputWidth * w->channels;
}

static void run(job j, unsigned threads) {
  j.threads = threads < 1 ? 1 : threads > j.window->batch ? (unsigned)j.window->batch : threads;
  gan_parallel(run_share, &j, j.threads);
}

/// The part of a window that lies in the image.
typedef struct {
  int64_t top, bottom, left, right;
} rectangle;

static rectangle clipped(const gan_window *w, int64_t row, int64_t column) {
  int64_t top = row * w->strideHeight - w->padTop, left = column * w->strideWidth - w->padLeft;
  int64_t bottom = top + w->windowHeight, right = left + w->windowWidth;
  return (rectangle){top > 0 ? top : 0, bottom < w->height ? bottom : w->height,
                     left > 0 ? left : 0, right < w->width ? right : w->width};
}

#define EACH_OUTPUT(w)                                       \
  for (int64_t row = 0; row < w->outputHeight; row++)        \
    for (int64_t column = 0; column < w->outputWidth; column++)
#define EACH_PLACE(r)                                        \
  for (int64_t h = r.top; h < r.bottom; h++)                 \
    for (int64_t v = r.left; v < r.right; v++)
#define EACH_CHANNEL(w) for (int64_t c = 0; c < w->channels; c++)
#define PLACE(w) ((h * w->width + v) * w->channels)
#define OUTPUT(w) ((row * w->outputWidth + column) * w->channels)

static void sum(const gan_window *w, const float *x, const float *unused, float *y) {
  (void)unused;
  memset(y, 0, (size_t)output_size(w) * sizeof(float));
  EACH_OUTPUT(w) {
    rectangle r = clipped(w, row, column);
    float *to = y + OUTPUT(w);
    EACH_PLACE(r) {
      const float *from = x + PLACE(w);
      EACH_CHANNEL(w) to[c] += from[c];
    }
  }
}

static void sum_gradient(const gan_window *w, const float *y, const float *unused, float *x) {
  (void)unused;
  memset(x, 0, (size_t)image_size(w) * sizeof(float));
  EACH_OUTPUT(w) {
    rectangle r = clipped(w, row, column);
    const float *from = y + OUTPUT(w);
    EACH_PLACE(r) {
      float *to = x + PLACE(w);
      EACH_CHANNEL(w) to[c] += from[c];
    }
  }
}

/// Where the first largest element of a window is, for one channel, NaN being larger than any
/// number; -1 if the window is empty.
static int64_t first_maximum(const gan_window *w, rectangle r, const float *x, int64_t c) {
  int64_t best = -1;
  EACH_PLACE(r) {
    int64_t place = PLACE(w) + c;
    if (best < 0 || x[place] > x[best] || (x[place] != x[place] && x[best] == x[best]))
      best = place;
  }
  return best;
}

static void maximum(const gan_window *w, const float *x, const float *unused, float *y) {
  (void)unused;
  EACH_OUTPUT(w) {
    rectangle r = clipped(w, row, column);
    float *to = y + OUTPUT(w);
    EACH_CHANNEL(w) to[c] = -__builtin_inff();
    EACH_PLACE(r) {
      const float *from = x + PLACE(w);
      EACH_CHANNEL(w) to[c] = ((from[c] > to[c]) | (from[c] != from[c])) ? from[c] : to[c];
    }
  }
}

static void maximum_gradient(const gan_window *w, const float *x, const float *y, float *result) {
  memset(result, 0, (size_t)image_size(w) * sizeof(float));
  EACH_OUTPUT(w) {
    rectangle r = clipped(w, row, column);
    EACH_CHANNEL(w) {
      int64_t best = first_maximum(w, r, x, c);
      if (best >= 0) result[best] += y[OUTPUT(w) + c];
    }
  }
}

static void maximum_select(const gan_window *w, const float *x, const float *v, float *y) {
  EACH_OUTPUT(w) {
    rectangle r = clipped(w, row, column);
    EACH_CHANNEL(w) {
      int64_t best = first_maximum(w, r, x, c);
      y[OUTPUT(w) + c] = best >= 0 ? v[best] : 0;
    }
  }
}

void gan_window_sum(const gan_window *w, const float *x, float *y, unsigned threads) {
  run((job){w, sum, x, x, y, image_size(w), 0, output_size(w), 1}, threads);
}
void gan_window_sum_gradient(const gan_window *w, const float *y, float *x, unsigned threads) {
  run((job){w, sum_gradient, y, y, x, output_size(w), 0, image_size(w), 1}, threads);
}
void gan_window_maximum(const gan_window *w, const float *x, float *y, unsigned threads) {
  run((job){w, maximum, x, x, y, image_size(w), 0, output_size(w), 1}, threads);
}
void gan_window_maximum_gradient(const gan_window *w, const float *x, const float *y,
                                 float *gradient, unsigned threads) {
  run((job){w, maximum_gradient, x, y, gradient, image_size(w), output_size(w), image_size(w), 1},
      threads);
}
void gan_window_maximum_select(const gan_window *w, const float *x, const float *v, float *y,
                               unsigned threads) {
  run((job){w, maximum_select, x, v, y, image_size(w), image_size(w), output_size(w), 1}, threads);
}
