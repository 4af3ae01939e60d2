// Fused groups: the domain is cut by position into tiles that stay in the first-level cache. Runs of arithmetic
// have machine code (group_code.cpp); of all else every instruction runs over a tile before the next begins.
#include "kernels.h"

#include <math.h>
#include <string.h>

#include "group_code.h"
#include "tile.h"
#include "tiles_avx2.h"
#include "tiles_avx512.h"

static int forced_set = 2;

int gan_instruction_set(void) {
#if defined(__x86_64__)
  if (forced_set >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return 2;
  if (forced_set >= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  return 0;
}

int gan_use_instruction_set(int set) {
  forced_set = set;
  return gan_instruction_set();
}

static const gan_tile_table *tiles(void) {
#if defined(__x86_64__)
  switch (gan_instruction_set()) {
    case 2: return &gan_tiles_avx512;
    case 1: return &gan_tiles_avx2;
  }
#endif
  return &gan_tiles_baseline;
}

static int64_t rounded(int64_t floats) { return (floats + 15) / 16 * 16; }
static int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }

// A line between tiles keeps them out of each other's cache sets.
int64_t gan_group_scratch(int64_t slots, int64_t tile) { return slots * (rounded(tile) + 16); }

// --- sources ---------------------------------------------------------------------------------

static void load_run(float *d, const void *base, int64_t at, int64_t stride, int64_t n,
                     int32_t element) {
  switch (element) {
    case GAN_FLOAT32: {
      const float *a = (const float *)base + at;
      if (stride == 1) {
        memcpy(d, a, (size_t)n * sizeof(float));
      } else if (stride == 0) {
        float x = *a;
        for (int64_t i = 0; i < n; i++) d[i] = x;
      } else {
        for (int64_t i = 0; i < n; i++) d[i] = a[i * stride];
      }
      break;
    }
    case GAN_INT32: {
      const int32_t *a = (const int32_t *)base + at;
      for (int64_t i = 0; i < n; i++) d[i] = (float)a[i * stride];
      break;
    }
    case GAN_UINT8: {
      const uint8_t *a = (const uint8_t *)base + at;
      for (int64_t i = 0; i < n; i++) d[i] = (float)a[i * stride];
      break;
    }
  }
}

static void load_strided(float *d, const gan_source *s, int64_t start, int64_t n) {
  int64_t digits[GAN_MAX_RANK] = {0}, at = 0, rest = start;
  for (int64_t k = s->rank - 1; k >= 0; k--) {
    digits[k] = rest % s->extents[k];
    rest /= s->extents[k];
    at += digits[k] * s->strides[k];
  }
  int64_t last = s->rank - 1;
  while (n > 0) {
    int64_t run = minimum(n, s->extents[last] - digits[last]);
    load_run(d, s->base, at, s->strides[last], run, s->element);
    d += run;
    n -= run;
    at += run * s->strides[last];
    digits[last] += run;
    for (int64_t k = last; k > 0 && digits[k] == s->extents[k]; k--) {
      at += s->strides[k - 1] - digits[k] * s->strides[k];
      digits[k] = 0;
      digits[k - 1]++;
    }
  }
}

/// What a thread knows between tiles.
typedef struct {
  const gan_group *group;
  const gan_tile_table *table;
  unsigned thread;
  float *slots;
  int64_t slotStride;
  float *registers[GAN_MAX_REGISTERS];
  /// For each periodic source that had to be copied: from which phase, and how much of it.
  int64_t phase[GAN_MAX_REGISTERS], filled[GAN_MAX_REGISTERS];
} worker;

static void load(worker *w, const gan_source *s, int64_t start, int64_t n) {
  switch (s->kind) {
    case GAN_DIRECT: {
      w->registers[s->reg] = (float *)s->base + start;
      return;
    }
    case GAN_PERIODIC: {
      int64_t phase = start % s->period;
      if (phase + n <= s->period) {
        w->registers[s->reg] = (float *)s->base + phase;
        return;
      }
      float *slot = w->slots + s->slot * w->slotStride;
      w->registers[s->reg] = slot;
      if (w->phase[s->slot] == phase && w->filled[s->slot] >= n) return;
      for (int64_t i = 0, from = phase; i < n; from = 0) {
        int64_t run = minimum(n - i, s->period - from);
        memcpy(slot + i, (const float *)s->base + from, (size_t)run * sizeof(float));
        i += run;
      }
      w->phase[s->slot] = phase;
      w->filled[s->slot] = n;
      return;
    }
    case GAN_STRIDED: {
      float *slot = w->slots + s->slot * w->slotStride;
      w->registers[s->reg] = slot;
      load_strided(slot, s, start, n);
      return;
    }
  }
}

// --- sinks -----------------------------------------------------------------------------------

static void store(worker *w, const gan_sink *s, int64_t start, int64_t n) {
  const float *a = w->registers[s->reg];
  switch (s->element) {
    case GAN_FLOAT32:
      memcpy((float *)s->base + start, a, (size_t)n * sizeof(float));
      break;
    case GAN_INT32: gan_convert((int32_t *)s->base + start, GAN_INT32, a, GAN_FLOAT32, n); break;
    case GAN_UINT8: gan_convert((uint8_t *)s->base + start, GAN_UINT8, a, GAN_FLOAT32, n); break;
  }
}

// --- one tile --------------------------------------------------------------------------------

static void execute(worker *w, const gan_instruction *i, int64_t n) {
  float **r = w->registers;
  float *d = r[i->destination];
  const float *a = r[i->operands[0]];
  if (i->opcode <= GAN_EXPONENTIAL_LINEAR) {
    w->table->unary[i->opcode](d, a, n);
  } else if (i->opcode <= GAN_NOT_EQUAL) {
    w->table->binary[i->opcode][i->scalars](d, a, r[i->operands[1]], n);
  } else if (i->opcode == GAN_SELECT) {
    w->table->select[i->scalars >> 1](d, a, r[i->operands[1]], r[i->operands[2]], n);
  } else if (i->scalars) {
    w->table->splat(d, a, n);
  } else {
    w->table->copy(d, a, n);
  }
}

static void run_tile(worker *w, int64_t start, int64_t n) {
  const gan_group *g = w->group;
  for (int32_t k = 0; k < g->sourceCount; k++) load(w, &g->sources[k], start, n);
  for (int32_t k = 0; k < g->sinkCount; k++)
    if (g->sinks[k].direct) w->registers[g->sinks[k].reg] = (float *)g->sinks[k].base + start;
  gan_group_part all = {0, 0, g->instructionCount};
  const gan_group_part *parts = g->code ? g->code->parts : &all;
  int32_t count = g->code ? g->code->partCount : 1;
  for (int32_t p = 0; p < count; p++) {
    if (parts[p].code)
      parts[p].code(w->registers, n);
    else
      for (int32_t k = parts[p].first; k < parts[p].end; k++) execute(w, &g->instructions[k], n);
  }
  for (int32_t k = 0; k < g->sinkCount; k++)
    if (!g->sinks[k].direct) store(w, &g->sinks[k], start, n);
}

// --- folds -----------------------------------------------------------------------------------

static float identity(int32_t kind) {
  return kind == GAN_FOLD_SUM ? 0.0f : kind == GAN_FOLD_MAXIMUM ? -INFINITY : INFINITY;
}

static double combine(int32_t kind, double x, double y) {
  switch (kind) {
    case GAN_FOLD_MAXIMUM: return ((x > y) | (x != x)) ? x : y;
    case GAN_FOLD_MINIMUM: return ((x < y) | (x != x)) ? x : y;
    default: return x + y;
  }
}

static void clear_lanes(gan_lanes lanes[4], int32_t kind) {
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < 16; i++) lanes[k][i] = identity(kind);
}

/// Run `chunk` of the middle axis at `outer`, folded to numbers (`inner` is 1).
static void fold_to_number(worker *w, int64_t outer, int64_t chunk) {
  const gan_group *g = w->group;
  gan_lanes lanes[GAN_MAX_FOLDS][4];
  for (int32_t f = 0; f < g->foldCount; f++) clear_lanes(lanes[f], g->folds[f].kind);
  int64_t start = outer * g->middle + chunk * g->chunk;
  int64_t end = outer * g->middle + minimum(g->middle, (chunk + 1) * g->chunk);
  for (; start < end; start += g->tile) {
    int64_t n = minimum(g->tile, end - start);
    run_tile(w, start, n);
    for (int32_t f = 0; f < g->foldCount; f++)
      w->table->foldLanes[g->folds[f].kind](lanes[f], w->registers[g->folds[f].reg], n);
  }
  for (int32_t f = 0; f < g->foldCount; f++) {
    const gan_fold *fold = &g->folds[f];
    float number = w->table->foldAll[fold->kind](lanes[f]);
    if (g->chunks == 1)
      fold->result[outer] = number;
    else
      fold->partial[outer * g->chunks + chunk] = number;
  }
}

/// Several short rows in one tile (`inner` is 1, `chunks` too).
static void fold_rows(worker *w, int64_t first, int64_t rows) {
  const gan_group *g = w->group;
  run_tile(w, first * g->middle, rows * g->middle);
  for (int32_t f = 0; f < g->foldCount; f++) {
    const gan_fold *fold = &g->folds[f];
    w->table->foldRows[fold->kind](fold->result + first, w->registers[fold->reg], rows, g->middle);
  }
}

/// Run `chunk` of the middle axis at `outer`, folded to a row of `inner` numbers.
static void fold_to_row(worker *w, int64_t outer, int64_t chunk) {
  const gan_group *g = w->group;
  int64_t place = g->chunks == 1 ? w->thread : outer * g->chunks + chunk;
  for (int32_t f = 0; f < g->foldCount; f++) {
    double *row = g->folds[f].partial + place * g->inner;
    for (int64_t c = 0; c < g->inner; c++) row[c] = identity(g->folds[f].kind);
  }
  int64_t base = outer * g->middle * g->inner;
  int64_t start = base + chunk * g->chunk * g->inner;
  int64_t end = base + minimum(g->middle, (chunk + 1) * g->chunk) * g->inner;
  int64_t whole = g->tile / g->inner * g->inner;
  while (start < end) {
    int64_t column = (start - base) % g->inner;
    int64_t n = minimum(whole ? whole : minimum(g->tile, g->inner - column), end - start);
    run_tile(w, start, n);
    for (int32_t f = 0; f < g->foldCount; f++) {
      const gan_fold *fold = &g->folds[f];
      double *row = fold->partial + place * g->inner + column;
      const float *a = w->registers[fold->reg];
      w->table->foldColumns[fold->kind](row, a, whole ? n / g->inner : 1, whole ? g->inner : n);
    }
    start += n;
  }
  if (g->chunks > 1) return;
  for (int32_t f = 0; f < g->foldCount; f++) {
    const double *row = g->folds[f].partial + place * g->inner;
    float *result = g->folds[f].result + outer * g->inner;
    for (int64_t c = 0; c < g->inner; c++) result[c] = (float)row[c];
  }
}

static void combine_chunks(const gan_group *g) {
  for (int32_t f = 0; f < g->foldCount; f++) {
    const gan_fold *fold = &g->folds[f];
    for (int64_t o = 0; o < g->outer; o++) {
      float *result = fold->result + o * g->inner;
      double *row = fold->partial + o * g->chunks * g->inner;
      for (int64_t k = 1; k < g->chunks; k++)
        for (int64_t c = 0; c < g->inner; c++)
          row[c] = combine(fold->kind, row[c], row[k * g->inner + c]);
      for (int64_t c = 0; c < g->inner; c++) result[c] = (float)row[c];
    }
  }
}

// --- the group -------------------------------------------------------------------------------

typedef struct {
  const gan_group *group;
  const gan_tile_table *table;
  unsigned threads;
} job;

/// How many pieces of work there are, each of which one thread does alone.
static int64_t rows_per_tile(const gan_group *g) {
  return g->inner == 1 && g->chunks == 1 && g->middle <= g->tile / 2 ? g->tile / g->middle : 1;
}

static int64_t pieces(const gan_group *g) {
  if (g->foldCount == 0) return (g->middle + g->tile - 1) / g->tile;
  int64_t rows = rows_per_tile(g);
  return rows > 1 ? (g->outer + rows - 1) / rows : g->outer * g->chunks;
}

static void run_piece(worker *w, int64_t piece) {
  const gan_group *g = w->group;
  if (g->foldCount == 0) {
    int64_t start = piece * g->tile;
    run_tile(w, start, minimum(g->tile, g->middle - start));
    return;
  }
  int64_t rows = rows_per_tile(g);
  if (rows > 1) {
    fold_rows(w, piece * rows, minimum(rows, g->outer - piece * rows));
  } else if (g->inner == 1) {
    fold_to_number(w, piece / g->chunks, piece % g->chunks);
  } else {
    fold_to_row(w, piece / g->chunks, piece % g->chunks);
  }
}

static void run_share(void *data) {
  const job *j = data;
  const gan_group *g = j->group;
  unsigned thread = j->threads > 1 ? gan_thread_index() : 0;
  worker w;
  w.group = g;
  w.table = j->table;
  w.thread = thread;
  w.slotStride = gan_group_scratch(1, g->tile);
  w.slots = g->scratch + thread * gan_group_scratch(g->slots, g->tile);
  for (int32_t k = 0; k < g->slots; k++) {
    w.registers[k] = w.slots + k * w.slotStride;
    w.filled[k] = 0;
  }
  for (int32_t k = 0; k < g->scalarCount; k++)
    w.registers[g->slots + k] = (float *)g->scalars[k];
  int64_t all = pieces(g);
  int64_t first = all * thread / j->threads, last = all * (thread + 1) / j->threads;
  for (int64_t piece = first; piece < last; piece++) run_piece(&w, piece);
}

void gan_run_group(const gan_group *group, unsigned threads) {
  int64_t all = pieces(group);
  if (all < threads) threads = (unsigned)all;
  job j = {group, tiles(), threads > 0 ? threads : 1};
  gan_parallel(run_share, &j, j.threads);
  if (group->foldCount > 0 && group->chunks > 1) combine_chunks(group);
}
