// The inner loops of winograd.c for one instruction set. Before it are defined: `WINOGRAD_TABLE`, the name of what it
// defines; `WIDTH`, floats of a vector; `ROWS` and `OUTER_ROWS`, rows of a tile of registers; `EACH_ROWS`, a list.
#include <string.h>

typedef float vec __attribute__((vector_size(WIDTH * 4), aligned(4), may_alias));
typedef double wide __attribute__((vector_size(WIDTH * 4), aligned(8), may_alias));
enum {
  PANEL = 2 * WIDTH,
  COLUMN = GAN_WINOGRAD_COLUMN,
  BLOCK = GAN_WINOGRAD_BLOCK,
  DEPTH = GAN_WINOGRAD_DEPTH,
  MOST_SPOTS = 16,
  MOST_TARGETS = 4,
  LINE = 64,
};
#define UNROLL _Pragma("clang loop unroll(full)")

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t panels(int64_t channels) { return (channels + PANEL - 1) / PANEL; }
static inline int64_t share(int64_t count, unsigned part, unsigned parts) { return count * part / parts; }

/// `n` numbers, of which there may be none or more than a vector holds.
static inline vec load_some(const float *from, int64_t n) {
  vec all = {};
  if (n >= WIDTH) return *(const vec *)from;
  if (n > 0) memcpy(&all, from, (size_t)n * sizeof(float));
  return all;
}

#if WIDTH == 16
#define FIRST_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SECOND_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif WIDTH == 8
#define FIRST_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define SECOND_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define FIRST_HALVES 0, 4, 1, 5
#define SECOND_HALVES 2, 6, 3, 7
#endif

/// Rows become columns: each round mixes rows that are half of all apart, number by number.
static inline void transpose(vec rows[WIDTH]) {
  UNROLL for (int round = 1; round < WIDTH; round *= 2) {
    vec mixed[WIDTH];
    UNROLL for (int r = 0; r < WIDTH / 2; r++) {
      mixed[2 * r] = __builtin_shufflevector(rows[r], rows[r + WIDTH / 2], FIRST_HALVES);
      mixed[2 * r + 1] = __builtin_shufflevector(rows[r], rows[r + WIDTH / 2], SECOND_HALVES);
    }
    UNROLL for (int r = 0; r < WIDTH; r++) rows[r] = mixed[r];
  }
}

static float one(const float *const *rows, const float *factors, int64_t count, int64_t at) {
  float sum = 0;
  for (int64_t k = 0; k < count; k++) sum += factors[k] * rows[k][at];
  return sum;
}

/// `to[i] = Σ factors[k] · rows[k][i]`, in runs of `run` floats that begin `step` floats apart; what is left of the
/// last one becomes 0.
static void combine(float *to, int64_t run, int64_t step, const float *const *rows, const float *factors, int64_t count,
                    int64_t length) {
  int64_t vectors = run / WIDTH * WIDTH, begin = 0;
#define EACH_VECTOR(SUM)                                                                   \
  for (; begin + run <= length && count > 0; begin += run, to += step) {                   \
    for (int64_t i = 0; i < vectors; i += WIDTH) {                                         \
      vec sum = factors[0] * *(const vec *)(rows[0] + begin + i);                          \
      SUM;                                                                                 \
      *(vec *)(to + i) = sum;                                                              \
    }                                                                                      \
    for (int64_t i = vectors; i < run; i++) to[i] = one(rows, factors, count, begin + i);  \
  }
#define ADD(k) sum += factors[k] * *(const vec *)(rows[k] + begin + i)
  switch (count) {
    case 1: EACH_VECTOR(); break;
    case 2: EACH_VECTOR(ADD(1)); break;
    case 4: EACH_VECTOR(ADD(1); ADD(2); ADD(3)); break;
    default: EACH_VECTOR(for (int64_t j = 1; j < count; j++) ADD(j)); break;
  }
#undef ADD
#undef EACH_VECTOR
  for (; begin < length; begin += run, to += step)
    for (int64_t i = 0; i < run; i++) to[i] = begin + i < length ? one(rows, factors, count, begin + i) : 0;
}

/// `sums[r][0 ..< PANEL] (+)= Σ LEFT(r, i) · right[i][0 ..< PANEL]`, rows of the right side STEP apart.
#define TILE(NAME, R, LEFT, STEP, AHEAD)                                                               \
  static void NAME(float *sums, int64_t pitch, const float *left, int64_t stride, const float *right,  \
                   int64_t step, int64_t depth, int begins) {                                                        \
    vec sum[R][2];                                                                                     \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < 2; v++) sum[r][v] = (vec){};         \
    (void)step;                                                                                        \
    for (int64_t i = 0; i < depth; i++) {                                                              \
      AHEAD;                                                                                           \
      vec b0 = *(const vec *)(right + i * STEP), b1 = *(const vec *)(right + i * STEP + WIDTH);        \
      UNROLL for (int r = 0; r < R; r++) {                                                             \
        float a = LEFT;                                                                                \
        sum[r][0] += a * b0;                                                                           \
        sum[r][1] += a * b1;                                                                           \
      }                                                                                                \
    }                                                                                                  \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < 2; v++) {                            \
      vec *to = (vec *)(sums + r * pitch + v * WIDTH);                                                 \
      *to = begins ? sum[r][v] : *to + sum[r][v];                                                      \
    }                                                                                                  \
  }

typedef gan_row_tile tile;
// The right side comes from beyond the second-level cache.
#define FETCH(STEP)                                    \
  __builtin_prefetch(right + (i + 24) * STEP, 0, 3);   \
  __builtin_prefetch(right + (i + 24) * STEP + WIDTH, 0, 3)
#define ROW_TILES(R)                                              \
  TILE(rows_##R, R, left[r * stride + i], PANEL, FETCH(PANEL))    \
  TILE(apart_##R, R, left[r * stride + i], step, FETCH(step))
EACH_ROWS(ROW_TILES)
/// `sums[r][0 ..< WIDTH] (+)= Σ left[r · stride + i] · right[i][0 ..< WIDTH]` in double precision.
#define WIDE_TILE(R)                                                                                       \
  static void wide_##R(double *sums, const double *left, int64_t stride, const double *right,              \
                       int64_t depth, int begins) {                                                        \
    wide sum[R][2];                                                                                        \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < 2; v++) {                                \
      const wide *from = (const wide *)(sums + r * WIDTH + v * WIDTH / 2);                                 \
      sum[r][v] = begins ? (wide){} : *from;                                                               \
    }                                                                                                      \
    for (int64_t i = 0; i < depth; i++) {                                                                  \
      wide b0 = *(const wide *)(right + i * WIDTH), b1 = *(const wide *)(right + i * WIDTH + WIDTH / 2);   \
      UNROLL for (int r = 0; r < R; r++) {                                                                 \
        double a = left[r * stride + i];                                                                   \
        sum[r][0] += a * b0;                                                                               \
        sum[r][1] += a * b1;                                                                               \
      }                                                                                                    \
    }                                                                                                      \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < 2; v++)                                  \
      *(wide *)(sums + r * WIDTH + v * WIDTH / 2) = sum[r][v];                                             \
  }
EACH_ROWS(WIDE_TILE)
#define WIDE_NAME(R) wide_##R,
static gan_wide_tile *const wideTiles[] = {EACH_ROWS(WIDE_NAME)};

#define ROW_NAME(R) rows_##R,
#define APART_NAME(R) apart_##R,
static tile *const rowTiles[] = {EACH_ROWS(ROW_NAME)};
static tile *const apartTiles[] = {EACH_ROWS(APART_NAME)};
TILE(outer, OUTER_ROWS, left[i * stride + r], PANEL, )

/// A tile: its sample, and its row and column among the tiles of that.
typedef struct {
  int64_t sample, row, column;
} corner;

static corner corner_of(const gan_winograd *plan, int64_t tile) {
  int64_t row = tile / plan->tileColumns;
  return (corner){row / plan->tileRows, row % plan->tileRows, tile % plan->tileColumns};
}

static void advance(const gan_winograd *plan, corner *at) {
  if (++at->column < plan->tileColumns) return;
  at->column = 0;
  if (++at->row < plan->tileRows) return;
  at->row = 0;
  at->sample++;
}

/// Where a spot of a tile lies in an image; null if outside.
static inline float *place(const float *image, const gan_tiled_image *of, corner at, const gan_spot *spot) {
  int64_t row = at.row * of->rowStep + spot->row, column = at.column * of->columnStep + spot->column;
  if (row < 0 || row >= of->height || column < 0 || column >= of->width) return 0;
  return (float *)image + ((at.sample * of->height + row) * of->width + column) * of->channels;
}

/// The spots of a tile that lie in the image.
static int64_t gathered(const float **rows, float *factors, const float *image, const gan_tiled_image *of,
                        const gan_winograd *plan, corner at, gan_span span) {
  int64_t count = 0, line = of->width * of->channels;
  int64_t top = at.row * of->rowStep, left = at.column * of->columnStep;
  image += (at.sample * of->height + top) * line + left * of->channels;
  for (int32_t k = span.first; k < span.first + span.count; k++) {
    const gan_spot *spot = &plan->spots[k];
    // What lies before the first row or column is a very large number.
    if ((uint64_t)(top + spot->row) >= (uint64_t)of->height || (uint64_t)(left + spot->column) >= (uint64_t)of->width)
      continue;
    rows[count] = image + spot->row * line + spot->column * of->channels;
    factors[count++] = spot->factor;
  }
  return count;
}

/// The spots of a part as distances from a tile's corner, and how far beyond it they reach.
typedef struct {
  int32_t count;
  int64_t distances[MOST_SPOTS];
  float factors[MOST_SPOTS];
  int32_t firstRow, lastRow, firstColumn, lastColumn;
} stencil;

static stencil stencil_of(const gan_winograd *plan, const gan_tiled_image *of, gan_span span) {
  const gan_spot *first = &plan->spots[span.first];
  stencil s = {span.count, {}, {}, first->row, first->row, first->column, first->column};
  for (int32_t k = 0; k < span.count; k++) {
    const gan_spot *spot = first + k;
    s.distances[k] = (spot->row * of->width + spot->column) * of->channels;
    s.factors[k] = spot->factor;
    if (spot->row < s.firstRow) s.firstRow = spot->row;
    if (spot->row > s.lastRow) s.lastRow = spot->row;
    if (spot->column < s.firstColumn) s.firstColumn = spot->column;
    if (spot->column > s.lastColumn) s.lastColumn = spot->column;
  }
  return s;
}

/// Sums of a part's spots, of tiles one after another: channels in runs of `run`, which begin `step` floats apart; a tile's
/// `stride` from that of the tile before.
static void sum_spots(float *to, int64_t stride, int64_t run, int64_t step, const float *image, const gan_tiled_image *of,
                      const gan_winograd *plan, corner at, int64_t tiles, gan_span span) {
  const stencil s = stencil_of(plan, of, span);
  const float *rows[MOST_SPOTS];
  float factors[MOST_SPOTS];
  int64_t channels = of->channels;
  int isWhole = channels % run == 0 && run % WIDTH == 0 && (s.count == 1 || s.count == 2 || s.count == 4);
  for (int64_t t = 0; t < tiles; t++, to += stride, advance(plan, &at)) {
    int64_t top = at.row * of->rowStep, left = at.column * of->columnStep;
    int isInside = top + s.firstRow >= 0 && top + s.lastRow < of->height && left + s.firstColumn >= 0 &&
                   left + s.lastColumn < of->width;
    if (!isWhole || !isInside) {
      int64_t count = gathered(rows, factors, image, of, plan, at, span);
      combine(to, run, step, rows, factors, count, channels);
      continue;
    }
    const float *from = image + ((at.sample * of->height + top) * of->width + left) * channels;
    float *sum = to;
#define AT(k) *(const vec *)(from + s.distances[k] + begin + i)
#define EACH_SUM(...)                                                     \
  for (int64_t begin = 0; begin < channels; begin += run, sum += step)    \
    for (int64_t i = 0; i < run; i += WIDTH) {                            \
      vec x = s.factors[0] * AT(0);                                       \
      __VA_ARGS__;                                                        \
      *(vec *)(sum + i) = x;                                              \
    }
    if (s.count == 1) EACH_SUM()
    else if (s.count == 2) EACH_SUM(x += s.factors[1] * AT(1))
    else EACH_SUM(x += s.factors[1] * AT(1), x += s.factors[2] * AT(2), x += s.factors[3] * AT(3))
#undef EACH_SUM
#undef AT
  }
}

/// `Σ factor · weights[tap][0 ..< n]` of a part's taps; a tap's weights begin `step` floats behind those of the one before.
static inline vec sum_taps(const gan_winograd *plan, gan_span taps, const float *weights, int64_t step, int64_t n) {
  vec sum = {};
  for (int32_t k = taps.first; k < taps.first + taps.count; k++) {
    const gan_spot *tap = &plan->spots[k];
    sum += tap->factor * load_some(weights + (tap->row * plan->kernelWidth + tap->column) * step, n);
  }
  return sum;
}

/// To an aligned address; whole lines of what is larger than the second-level cache past it.
static inline void store_right(float *to, vec all, int isLarge) {
  typedef float aligned __attribute__((vector_size(WIDTH * 4), may_alias));
  if (isLarge)
    __builtin_nontemporal_store((aligned)all, (aligned *)to);
  else
    *(aligned *)to = (aligned)all;
}

static void makeRight(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels, wide = plan->target.channels, pitch = gan_winograd_pitch(wide);
  int isLarge = WIDTH * sizeof(float) == LINE && plan->partCount * deep * pitch > GAN_WINOGRAD_CACHE;
  if (plan->isTransposed) {
    int64_t squares = pitch / WIDTH, units = (deep + WIDTH - 1) / WIDTH * squares;
    for (int64_t unit = share(units, thread, job->threads); unit < share(units, thread + 1, job->threads); unit++) {
      int64_t n = unit % squares * WIDTH, begin = unit / squares * WIDTH, rows = least(WIDTH, deep - begin);
      for (int32_t part = 0; part < plan->partCount; part++) {
        vec square[WIDTH];
        for (int64_t r = 0; r < WIDTH; r++)
          square[r] = sum_taps(plan, plan->parts[part].kernel, job->weight + (n + r) * deep + begin, deep * wide,
                               n + r < wide ? rows : 0);
        transpose(square);
        float *to = job->right + part * deep * pitch + n / PANEL * PANEL * deep + begin * PANEL + n % PANEL;
        for (int64_t i = 0; i < rows; i++) store_right(to + i * PANEL, square[i], isLarge);
      }
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);  // Stores past the cache are in no order.
    return;
  }
  const float *rows[MOST_SPOTS];
  float factors[MOST_SPOTS];
  int64_t units = plan->partCount * panels(wide);
  for (int64_t unit = share(units, thread, job->threads); unit < share(units, thread + 1, job->threads); unit++) {
    int64_t part = unit / panels(wide), first = unit % panels(wide) * PANEL;
    gan_span taps = plan->parts[part].kernel;
    float *to = job->right + part * deep * pitch + first * deep;
    for (int64_t i = 0; i < deep; i++, to += PANEL) {
      for (int32_t k = 0; k < taps.count; k++) {
        const gan_spot *tap = &plan->spots[taps.first + k];
        rows[k] = job->weight + ((tap->row * plan->kernelWidth + tap->column) * deep + i) * wide + first;
        factors[k] = tap->factor;
      }
      combine(to, PANEL, PANEL, rows, factors, taps.count, least(PANEL, wide - first));
    }
  }
}

/// Adds rows of sums to places of the target, those that there are.
static inline void deliver(float *const *targets, int64_t first, const gan_spot *spot, const float *sums, int64_t rows,
                           int64_t width) {
  float factor = spot->factor;
#define EACH_TARGET(a, b, one)                                              \
  for (int64_t r = 0; r < rows; r++, sums += PANEL) {                       \
    float *to = targets[r] + first;                                         \
    if (!targets[r]) continue;                                              \
    if (width == PANEL) {                                                   \
      *(vec *)to = a + factor * *(const vec *)sums;                         \
      *(vec *)(to + WIDTH) = b + factor * *(const vec *)(sums + WIDTH);     \
    } else {                                                                \
      for (int64_t i = 0; i < width; i++) to[i] = one + factor * sums[i];   \
    }                                                                       \
  }
  if (spot->begins)
    EACH_TARGET(0, 0, 0)
  else
    EACH_TARGET(*(const vec *)to, *(const vec *)(to + WIDTH), to[i])
#undef EACH_TARGET
}

/// The left side of a block of tiles, and where its products go.
static void gather(const gan_winograd_job *job, const gan_winograd_point *point, corner at, int64_t tiles,
                   float *left, int64_t stride, float *targets[MOST_TARGETS][BLOCK]) {
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels;
  for (int64_t p = 0; p < point->parts.count; p++)
    sum_spots(left + p * deep, stride, deep, 0, job->source, &plan->source, plan, at, tiles,
              plan->parts[point->parts.first + p].source);
  for (int64_t t = 0; t < tiles; t++, advance(plan, &at))
    for (int32_t k = 0; k < point->target.count; k++)
      targets[k][t] = place(job->target, &plan->target, at, &plan->spots[point->target.first + k]);
}

/// Memory that the next block will look at, of which every call of a tile fetches its share.
typedef struct {
  const char *at, *end;
  int64_t share;
} lookahead;

/// The rows of the source that hold the tiles first ..< end, in so many calls.
static lookahead look_ahead(const gan_winograd_job *job, int64_t first, int64_t end, int64_t calls) {
  const gan_tiled_image *of = &job->plan->source;
  if (first >= end) return (lookahead){0, 0, 0};
  int64_t line = of->width * of->channels;
  corner a = corner_of(job->plan, first), b = corner_of(job->plan, end - 1);
  int64_t from = a.sample * of->height + least(of->height, a.row * of->rowStep);
  int64_t to = b.sample * of->height + least(of->height, (b.row + 1) * of->rowStep);
  lookahead next = {(const char *)(job->source + from * line), (const char *)(job->source + to * line), 0};
  next.share = ((next.end - next.at) / calls + LINE) / LINE * LINE;
  return next;
}

static inline void fetch(lookahead *next) {
  const char *stop = next->at + least(next->share, next->end - next->at);
  for (; next->at < stop; next->at += LINE) __builtin_prefetch(next->at, 0, 2);
}

static void multiply(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels, wide = plan->target.channels, pitch = gan_winograd_pitch(wide);
  float *left = job->left + thread * BLOCK * job->leftStride;
  float sums[ROWS * PANEL] __attribute__((aligned(64)));
  float *targets[MOST_TARGETS][BLOCK];
  int64_t end = share(job->tiles, thread + 1, job->threads);
  for (int64_t tiles, begin = share(job->tiles, thread, job->threads); begin < end; begin += tiles) {
    tiles = least(BLOCK, end - begin);
    int64_t groups = (tiles + ROWS - 1) / ROWS;
    int64_t stop = least(end, begin + tiles + BLOCK);
    lookahead next = look_ahead(job, begin + tiles, stop, plan->pointCount * panels(wide) * groups);
    for (int32_t k = 0; k < plan->pointCount; k++) {
      const gan_winograd_point *point = &plan->points[k];
      int64_t stride = gan_winograd_stride(point->parts.count * deep);
      gather(job, point, corner_of(plan, begin), tiles, left, stride, targets);
      for (int64_t first = 0; first < wide; first += PANEL) {
        int64_t width = least(PANEL, wide - first);
        for (int64_t g = 0; g < groups; g++) {
          int64_t t = tiles * g / groups, count = tiles * (g + 1) / groups - t;
          for (int64_t p = 0; p < point->parts.count; p++)
            for (int64_t i = 0; i < deep; i += DEPTH)
              rowTiles[count - 1](
                  sums, PANEL, left + t * stride + p * deep + i, stride,
                  job->right + (point->parts.first + p) * deep * pitch + first * deep + i * PANEL, PANEL,
                  least(DEPTH, deep - i), p == 0 && i == 0);
          fetch(&next);
          for (int32_t s = 0; s < point->target.count; s++)
            deliver(targets[s] + t, first, &plan->spots[point->target.first + s], sums, count, width);
        }
      }
    }
  }
}

/// A side of a weight's gradient, of a chunk of tiles: sums of an image's spots, `run` channels of all tiles beside each
/// other. Of the source those are columns, of the target panels.
static void makeSide(const gan_winograd_job *job, const float *image, const gan_tiled_image *of, gan_span spots,
                     corner at, int64_t tiles, int64_t run, float *side) {
  sum_spots(side, run, run, job->room * run, image, of, job->plan, at, tiles, spots);
}

/// Adds the products of a chunk's sides to the gradient of a part's right side, in its units `first ..< end`: columns of
/// the source within panels of the target.
static void addProducts(const gan_winograd_job *job, int64_t part, int64_t first, int64_t end, const float *left,
                        const float *right, int64_t tiles, int begins) {
  int64_t columns = (job->plan->source.channels + COLUMN - 1) / COLUMN;
  int64_t pitch = gan_winograd_pitch(job->plan->target.channels), room = job->room;
  for (int64_t unit = first; unit < end; unit++) {
    int64_t c = unit % columns, panel = unit / columns;
    float *to = job->gradient + (part * columns + c) * COLUMN * pitch + panel * PANEL;
    for (int r = 0; r < COLUMN; r += OUTER_ROWS) {
      // Of all parts they do not stay in the second-level cache from one chunk to the next.
      for (int i = 0; i < OUTER_ROWS; i++)
        for (int64_t n = 0; n < PANEL; n += LINE / 4) __builtin_prefetch(to + (r + i) * pitch + n, 1, 3);
      outer(to + r * pitch, pitch, left + c * room * COLUMN + r, COLUMN, right + panel * room * PANEL, PANEL, tiles, begins);
    }
  }
}

static void addGradients(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t columns = (plan->source.channels + COLUMN - 1) / COLUMN, each = columns * panels(plan->target.channels);
  float *left = job->left + thread * job->room * columns * COLUMN;
  float *right = job->right + thread * job->room * gan_winograd_pitch(plan->target.channels);
  int64_t first = share(plan->partCount * each, thread, job->threads);
  int64_t end = share(plan->partCount * each, thread + 1, job->threads);
  for (int64_t begin = 0; begin < job->tiles; begin += job->chunk) {
    int64_t tiles = least(job->chunk, job->tiles - begin), stop;
    int32_t point = -1;
    for (int64_t unit = first; unit < end; unit = stop) {
      int64_t part = unit / each;
      stop = least(end, (part + 1) * each);
      int32_t before = point;
      while (point < 0 || part >= plan->points[point].parts.first + plan->points[point].parts.count) point++;
      corner at = corner_of(plan, begin);
      if (point != before)
        makeSide(job, job->target, &plan->target, plan->points[point].target, at, tiles, PANEL, right);
      makeSide(job, job->source, &plan->source, plan->parts[part].source, at, tiles, COLUMN, left);
      addProducts(job, part, unit - part * each, stop - part * each, left, right, tiles, begin == 0);
    }
  }
}

static void addUp(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels, wide = plan->target.channels, pitch = gan_winograd_pitch(wide);
  int64_t columns = (deep + COLUMN - 1) / COLUMN, taps = plan->kernelHeight * plan->kernelWidth;
  const float *firsts[MOST_SPOTS], *rows[MOST_SPOTS];
  float factors[MOST_SPOTS];
  for (int64_t tap = share(taps, thread, job->threads); tap < share(taps, thread + 1, job->threads); tap++) {
    int64_t count = 0;
    for (int32_t p = 0; p < plan->partCount; p++) {
      gan_span span = plan->parts[p].kernel;
      for (int32_t k = span.first; k < span.first + span.count; k++) {
        const gan_spot *spot = &plan->spots[k];
        if (spot->row * plan->kernelWidth + spot->column != tap) continue;
        firsts[count] = job->gradient + p * columns * COLUMN * pitch;
        factors[count++] = spot->factor;
      }
    }
    for (int64_t i = 0; i < deep; i++) {
      for (int64_t k = 0; k < count; k++) rows[k] = firsts[k] + i * pitch;
      combine(job->result + (tap * deep + i) * wide, wide, 0, rows, factors, count, wide);
    }
  }
}

static void product(float *sums, int64_t pitch, const float *left, int64_t stride, const float *right, int64_t rows,
                    int64_t depth, int64_t count) {
  int64_t groups = (rows + ROWS - 1) / ROWS;
  for (int64_t panel = 0; panel < count; panel++)
    for (int64_t i = 0; i < depth; i += DEPTH)
      for (int64_t g = 0; g < groups; g++) {
        int64_t r = rows * g / groups;
        rowTiles[rows * (g + 1) / groups - r - 1](
            sums + r * pitch + panel * PANEL, pitch, left + r * stride + i, stride,
            right + (panel * depth + i) * PANEL, PANEL, least(DEPTH, depth - i), i == 0);
      }
}

#include "winograd_patches.h"

const gan_winograd_table WINOGRAD_TABLE = {
    makeRight, multiply, multiplyPatches, addGradients, addPatchGradients, addUp, product, apartTiles, wideTiles,
    ROWS, PANEL};
