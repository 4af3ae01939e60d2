// Three taps in both dimensions at stride 1: all 16 sums of a tile are made of one patch of 4×4 pixels while that lies in
// registers, and all its products are there before the first goes to the target. Included by winograd_kernels.h.
enum { PATCH = 4, POINTS = 16 };

static inline void store_some(float *to, vec all, int64_t n) {
  if (n >= WIDTH)
    *(vec *)to = all;
  else
    memcpy(to, &all, (size_t)n * sizeof(float));
}

/// The first `rows` rows of pixels of a tile's patch of `size` columns, and `nothing` in place of those that are outside.
static inline void patch_of(const float **pixels, const float *image, const gan_tiled_image *of, corner at,
                            gan_spot first, int rows, int size, const float *nothing) {
  int64_t row = at.row * of->rowStep + first.row, column = at.column * of->columnStep + first.column;
  int64_t line = of->width * of->channels, from = (at.sample * of->height + row) * line + column * of->channels;
  if (row >= 0 && row + rows <= of->height && column >= 0 && column + size <= of->width) {
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < size; j++)
      pixels[i * size + j] = image + (from + i * line + j * of->channels);
    return;
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < size; j++) {
    int isInside = ((uint64_t)(row + i) < (uint64_t)of->height) & ((uint64_t)(column + j) < (uint64_t)of->width);
    pixels[i * size + j] = isInside ? image + (from + i * line + j * of->channels) : nothing;
  }
}

/// The 16 sums of a patch, `WIDTH` channels of them from `at` on.
static inline void patch_sums(vec sums[POINTS], const float *const *pixels, int64_t at, int64_t n) {
  vec rows[PATCH][PATCH];
  UNROLL for (int j = 0; j < PATCH; j++) {
    vec a = load_some(pixels[j] + at, n), b = load_some(pixels[PATCH + j] + at, n);
    vec c = load_some(pixels[2 * PATCH + j] + at, n), d = load_some(pixels[3 * PATCH + j] + at, n);
    rows[0][j] = a - c, rows[1][j] = b + c, rows[2][j] = c - b, rows[3][j] = d - b;
  }
  UNROLL for (int i = 0; i < PATCH; i++) {
    vec a = rows[i][0], b = rows[i][1], c = rows[i][2], d = rows[i][3];
    sums[i * PATCH] = a - c, sums[i * PATCH + 1] = b + c, sums[i * PATCH + 2] = c - b, sums[i * PATCH + 3] = d - b;
  }
}

static inline gan_spot first_pixel(const gan_winograd *plan) { return plan->spots[plan->parts[0].source.first]; }

/// Fetches the places of the tiles first ..< end that will be written, channels at ..< stop.
static inline void fetch_targets(float *targets[][4], int64_t first, int64_t end, int64_t at, int64_t stop) {
  for (int64_t t = first; t < end; t++)
    for (int k = 0; k < 4; k++)
      for (int64_t n = at; n < stop && targets[t][k]; n += LINE / 4) __builtin_prefetch(targets[t][k] + n, 1, 2);
}

static void multiplyPatches(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels, wide = plan->target.channels, pitch = gan_winograd_pitch(wide);
  int64_t stride = gan_winograd_stride(deep), block = gan_winograd_patch_block(deep);
  float *left = job->left + thread * gan_winograd_patch_room(deep);
  float *products = left + POINTS * block * stride, *nothing = products + POINTS * block * PANEL;
  const float *pixels[POINTS];
  float *targets[BLOCK][4];
  memset(nothing, 0, (size_t)stride * sizeof(float));
  int64_t end = share(job->tiles, thread + 1, job->threads);
  corner at = corner_of(plan, share(job->tiles, thread, job->threads));
  for (int64_t tiles, begin = share(job->tiles, thread, job->threads); begin < end; begin += tiles) {
    tiles = least(block, end - begin);
    for (int64_t t = 0; t < tiles; t++, advance(plan, &at)) {
      patch_of(pixels, job->source, &plan->source, at, first_pixel(plan), PATCH, PATCH, nothing);
      patch_of((const float **)targets[t], job->target, &plan->target, at, (gan_spot){0}, 2, 2, 0);
      for (int64_t i = 0; i < deep; i += WIDTH) {
        vec sums[POINTS];
        patch_sums(sums, pixels, i, deep - i);
        UNROLL for (int p = 0; p < POINTS; p++) *(vec *)(left + (p * block + t) * stride + i) = sums[p];
      }
    }
    int64_t groups = (tiles + ROWS - 1) / ROWS;
    for (int64_t first = 0; first < wide; first += PANEL) {
      for (int64_t p = 0; p < POINTS; p++)
        for (int64_t g = 0; g < groups; g++) {
          int64_t t = tiles * g / groups, count = tiles * (g + 1) / groups - t;
          for (int64_t i = 0; i < deep; i += DEPTH)
            rowTiles[count - 1](products + (p * block + t) * PANEL, PANEL, left + (p * block + t) * stride + i, stride,
                                job->right + p * deep * pitch + first * deep + i * PANEL, PANEL, least(DEPTH, deep - i),
                                i == 0);
          int64_t call = p * groups + g, calls = POINTS * groups;
          fetch_targets(targets, tiles * call / calls, tiles * (call + 1) / calls, first, least(first + PANEL, wide));
        }
      for (int64_t t = 0; t < tiles; t++)
        for (int64_t v = 0; v < PANEL && first + v < wide; v += WIDTH) {
          vec rows[2][PATCH];
          UNROLL for (int j = 0; j < PATCH; j++) {
            const float *product = products + (j * block + t) * PANEL + v;
            vec a = *(const vec *)product, b = *(const vec *)(product + PATCH * block * PANEL);
            vec c = *(const vec *)(product + 2 * PATCH * block * PANEL);
            vec d = *(const vec *)(product + 3 * PATCH * block * PANEL);
            rows[0][j] = a + b + c, rows[1][j] = b - c + d;
          }
          UNROLL for (int i = 0; i < 2; i++) {
            vec a = rows[i][0], b = rows[i][1], c = rows[i][2], d = rows[i][3];
            float **to = targets[t] + 2 * i;
            if (to[0]) store_some(to[0] + first + v, a + b + c, wide - first - v);
            if (to[1]) store_some(to[1] + first + v, b - c + d, wide - first - v);
          }
        }
    }
  }
}

/// Both sides of a chunk, of the four points of a row: the source in columns, the target in panels.
static void makePatchSides(const gan_winograd_job *job, int64_t row, corner at, int64_t tiles, float *left, float *right,
                           const float *nothing) {
  // Row `row` of the sums is one row of pixels, and another one times a factor.
  static const struct {
    int first, second;
    float factor;
  } rows[PATCH] = {{0, 2, -1}, {1, 2, 1}, {2, 1, -1}, {3, 1, -1}};
  static const float slopes[PATCH][2] = {{1, 0}, {1, 1}, {1, -1}, {0, 1}};
  const gan_winograd *plan = job->plan;
  int64_t deep = plan->source.channels, wide = plan->target.channels;
  int64_t columns = (deep + COLUMN - 1) / COLUMN, pitch = gan_winograd_pitch(wide), room = job->room;
  const float *first[PATCH], *second[PATCH], *pixels[4];
  gan_spot one = first_pixel(plan), other = one;
  one.row += rows[row].first, other.row += rows[row].second;
  for (int64_t t = 0; t < tiles; t++, advance(plan, &at)) {
    patch_of(first, job->source, &plan->source, at, one, 1, PATCH, nothing);
    patch_of(second, job->source, &plan->source, at, other, 1, PATCH, nothing);
    for (int64_t i = 0; i < columns * COLUMN; i += WIDTH) {
      vec sums[PATCH];
      UNROLL for (int j = 0; j < PATCH; j++)
        sums[j] = load_some(first[j] + i, deep - i) + rows[row].factor * load_some(second[j] + i, deep - i);
      vec a = sums[0], b = sums[1], c = sums[2], d = sums[3];
      float *to = left + (i / COLUMN * room + t) * COLUMN + i % COLUMN;
      int64_t step = columns * COLUMN * room;
      *(vec *)to = a - c, *(vec *)(to + step) = b + c;
      *(vec *)(to + 2 * step) = c - b, *(vec *)(to + 3 * step) = d - b;
    }
    patch_of(pixels, job->target, &plan->target, at, (gan_spot){0}, 2, 2, nothing);
    for (int64_t i = 0; i < wide; i += WIDTH) {
      vec sums[2];
      UNROLL for (int j = 0; j < 2; j++)
        sums[j] = slopes[row][0] * load_some(pixels[j] + i, wide - i) +
                  slopes[row][1] * load_some(pixels[2 + j] + i, wide - i);
      float *to = right + (i / PANEL * room + t) * PANEL + i % PANEL;
      int64_t step = pitch * room;
      *(vec *)to = sums[0], *(vec *)(to + step) = sums[0] + sums[1];
      *(vec *)(to + 2 * step) = sums[0] - sums[1], *(vec *)(to + 3 * step) = sums[1];
    }
  }
}

static void addPatchGradients(const gan_winograd_job *job, unsigned thread) {
  const gan_winograd *plan = job->plan;
  int64_t columns = (plan->source.channels + COLUMN - 1) / COLUMN, each = columns * panels(plan->target.channels);
  int64_t leftRoom = job->room * columns * COLUMN, rightRoom = job->room * gan_winograd_pitch(plan->target.channels);
  float *left = job->left + thread * PATCH * leftRoom, *right = job->right + thread * PATCH * rightRoom;
  float *nothing = job->nothing + thread * gan_winograd_nothing(plan);
  memset(nothing, 0, (size_t)gan_winograd_nothing(plan) * sizeof(float));
  int64_t first = share(POINTS * each, thread, job->threads), end = share(POINTS * each, thread + 1, job->threads);
  for (int64_t begin = 0; begin < job->tiles; begin += job->chunk) {
    int64_t tiles = least(job->chunk, job->tiles - begin), row = -1, stop;
    for (int64_t unit = first; unit < end; unit = stop) {
      int64_t point = unit / each, column = point % PATCH;
      stop = least(end, (point + 1) * each);
      if (point / PATCH != row) {
        row = point / PATCH;
        makePatchSides(job, row, corner_of(plan, begin), tiles, left, right, nothing);
      }
      addProducts(job, point, unit - point * each, stop - point * each, left + column * leftRoom,
                  right + column * rightRoom, tiles, begin == 0);
    }
  }
}
