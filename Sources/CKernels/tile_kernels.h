// The kernels of a `gan_tile_table`, for the instruction set of the file that includes this one.
// That file defines TABLE, the vector type VECTOR of WIDTH floats, and SLEEF(function).
#include <math.h>
#include <string.h>

#include "tile.h"

// Tiles may be the same tile, never overlapping ones.
#define EACH _Pragma("clang loop vectorize(assume_safety) interleave_count(4)") \
  for (int64_t i = 0; i < n; i++)

#define UNARY(name, expression)                                       \
  static void name(float *d, const float *a, int64_t n) {             \
    EACH {                                                            \
      float x = a[i];                                                 \
      d[i] = expression;                                              \
    }                                                                 \
  }

UNARY(negate, -x)
UNARY(absolute, __builtin_fabsf(x))
UNARY(sign, x > 0 ? 1.0f : x < 0 ? -1.0f : x)
UNARY(square_root, __builtin_sqrtf(x))
UNARY(reciprocal_square_root, 1.0f / __builtin_sqrtf(x))
UNARY(reciprocal, 1.0f / x)
UNARY(round_down, __builtin_floorf(x))
UNARY(copy, x)

static void splat(float *d, const float *a, int64_t n) {
  float x = *a;
  EACH d[i] = x;
}

// Transcendental functions go through SLEEF (at most 1 ulp) but for one, a vector at a time; the last, partial
// vector is padded, so that an element's result does not depend on its place.
#define VECTOR_UNARY(name, expression)                                \
  static inline VECTOR name##_vector(VECTOR x) { return expression; } \
  static void name(float *d, const float *a, int64_t n) {             \
    int64_t i = 0;                                                    \
    VECTOR x;                                                         \
    for (; i + WIDTH <= n; i += WIDTH) {                              \
      memcpy(&x, a + i, sizeof x);                                    \
      x = name##_vector(x);                                           \
      memcpy(d + i, &x, sizeof x);                                    \
    }                                                                 \
    if (i < n) {                                                      \
      x = (VECTOR){0};                                                \
      memcpy(&x, a + i, (size_t)(n - i) * sizeof(float));             \
      x = name##_vector(x);                                           \
      memcpy(d + i, &x, (size_t)(n - i) * sizeof(float));             \
    }                                                                 \
  }

static inline VECTOR magnitude(VECTOR x) {
  typedef int32_t bits __attribute__((vector_size(sizeof(VECTOR))));
  return (VECTOR)((bits)x & 0x7fffffff);
}
/// `x` where it is positive, elsewhere `other`.
static inline VECTOR where_positive(VECTOR x, VECTOR other) {
  typedef int32_t bits __attribute__((vector_size(sizeof(VECTOR))));
  bits isPositive = x > 0;
  return (VECTOR)((isPositive & (bits)x) | (~isPositive & (bits)other));
}

/// eˣ − 1 in double precision, rounded once: x = n ln 2 + r with |r| ≤ ln 2 / 2, and the series of eʳ − 1 up to r⁹, which is
/// off by 2⁻³⁵ of itself: one of two million results is not the nearest float. (Of SLEEF's, in pairs of single precision, 3 of a
/// thousand, and they take longer.)
static inline VECTOR vector_expm1(VECTOR x) {
  typedef double wide __attribute__((vector_size(2 * sizeof(VECTOR))));
  typedef int64_t bits __attribute__((vector_size(2 * sizeof(VECTOR))));
  wide t = __builtin_convertvector(x, wide);
  // Beyond these it is −1 and infinite; what is no number stays none.
  bits low = t < -40.0, high = t > 100.0;
  t = (wide)((low & (bits)((wide){0} - 40.0)) | (high & (bits)((wide){0} + 100.0)) | (~(low | high) & (bits)t));
  // n, in the last bits of a number whose last bit counts ones.
  wide shifted = t * 0x1.71547652b82fep0 + 0x1.8p52, n = shifted - 0x1.8p52;
  wide r = t - n * 0x1.62e42fefa39efp-1;
  wide series = r * (1.0 / 362880) + 1.0 / 40320;
  series = series * r + 1.0 / 5040;
  series = series * r + 1.0 / 720;
  series = series * r + 1.0 / 120;
  series = series * r + 1.0 / 24;
  series = series * r + 1.0 / 6;
  series = series * r + 0.5;
  series = series * (r * r) + r;
  wide power = (wide)(((bits)shifted << 52) + ((bits){0} + 0x3ff0000000000000));
  VECTOR y = __builtin_convertvector(power * series + (power - 1.0), VECTOR);
  // Of −0 it is −0.
  typedef int32_t half __attribute__((vector_size(sizeof(VECTOR))));
  half isZero = x == 0;
  return (VECTOR)((isZero & (half)x) | (~isZero & (half)y));
}

VECTOR_UNARY(exponential, SLEEF(exp)(x))
VECTOR_UNARY(exponential_minus_one, vector_expm1(x))
VECTOR_UNARY(logarithm, SLEEF(log)(x))
VECTOR_UNARY(logarithm_one_plus, SLEEF(log1p)(x))
VECTOR_UNARY(hyperbolic_tangent, SLEEF(tanh)(x))
VECTOR_UNARY(sigmoid, 1.0f / (1.0f + SLEEF(exp)(-x)))
VECTOR_UNARY(softplus, where_positive(x, (VECTOR){0}) + SLEEF(log1p)(SLEEF(exp)(-magnitude(x))))
VECTOR_UNARY(exponential_linear, where_positive(x, vector_expm1(x)))

#define BINARY_AS(name, first, second, expression)                    \
  static void name(float *d, const float *a, const float *b, int64_t n) { \
    float p = *a, q = *b;                                             \
    (void)p, (void)q;                                                 \
    EACH {                                                            \
      float x = first, y = second;                                    \
      d[i] = expression;                                              \
    }                                                                 \
  }
#define BINARY(name, expression)                                      \
  BINARY_AS(name##_tt, a[i], b[i], expression)                        \
  BINARY_AS(name##_st, p, b[i], expression)                           \
  BINARY_AS(name##_ts, a[i], q, expression)

BINARY(add, x + y)
BINARY(subtract, x - y)
BINARY(multiply, x *y)
BINARY(divide, x / y)
// A NaN on either side is the result, so that a diverged run is seen and not clipped to 0.
BINARY(maximum, ((x > y) | (x != x)) ? x : y)
BINARY(minimum, ((x < y) | (x != x)) ? x : y)
BINARY(less, x < y ? 1.0f : 0.0f)
BINARY(less_or_equal, x <= y ? 1.0f : 0.0f)
BINARY(greater, x > y ? 1.0f : 0.0f)
BINARY(greater_or_equal, x >= y ? 1.0f : 0.0f)
BINARY(equal, x == y ? 1.0f : 0.0f)
BINARY(not_equal, x != y ? 1.0f : 0.0f)

static inline VECTOR load_padded(const float *a, int64_t n) {
  VECTOR x = {0};
  memcpy(&x, a, (size_t)n * sizeof(float));
  return x;
}
static inline VECTOR load_all(const float *a) {
  VECTOR x;
  memcpy(&x, a, sizeof x);
  return x;
}
#define POWER(name, first, second, firstRest, secondRest)             \
  static void name(float *d, const float *a, const float *b, int64_t n) { \
    VECTOR p = *a - (VECTOR){0}, q = *b - (VECTOR){0};                \
    (void)p, (void)q;                                                 \
    int64_t i = 0;                                                    \
    for (; i + WIDTH <= n; i += WIDTH) {                              \
      VECTOR z = SLEEF(pow)(first, second);                           \
      memcpy(d + i, &z, sizeof z);                                    \
    }                                                                 \
    if (i < n) {                                                      \
      VECTOR z = SLEEF(pow)(firstRest, secondRest);                   \
      memcpy(d + i, &z, (size_t)(n - i) * sizeof(float));             \
    }                                                                 \
  }
POWER(power_tt, load_all(a + i), load_all(b + i), load_padded(a + i, n - i),
      load_padded(b + i, n - i))
POWER(power_st, p, load_all(b + i), p, load_padded(b + i, n - i))
POWER(power_ts, load_all(a + i), q, load_padded(a + i, n - i), q)

#define SELECT(name, first, second)                                   \
  static void name(float *d, const float *m, const float *a, const float *b, int64_t n) { \
    float p = *a, q = *b;                                             \
    (void)p, (void)q;                                                 \
    EACH {                                                            \
      float x = first, y = second;                                    \
      d[i] = m[i] != 0 ? x : y;                                       \
    }                                                                 \
  }
SELECT(select_tt, a[i], b[i])
SELECT(select_st, p, b[i])
SELECT(select_ts, a[i], q)
SELECT(select_ss, p, q)

#define LANES 16
#define FOLD(name, identity, combine, combineOne, together)           \
  static void name##_lanes(gan_lanes *lanes, const float *a, int64_t n) { \
    gan_lanes l0 = lanes[0], l1 = lanes[1], l2 = lanes[2], l3 = lanes[3], x, y; \
    int64_t i = 0;                                                    \
    for (; i + 4 * LANES <= n; i += 4 * LANES) {                      \
      memcpy(&y, a + i, sizeof y), x = l0, l0 = combine;              \
      memcpy(&y, a + i + LANES, sizeof y), x = l1, l1 = combine;      \
      memcpy(&y, a + i + 2 * LANES, sizeof y), x = l2, l2 = combine;  \
      memcpy(&y, a + i + 3 * LANES, sizeof y), x = l3, l3 = combine;  \
    }                                                                 \
    for (; i < n; i += LANES) {                                       \
      y = (gan_lanes){0} + (identity);                                \
      memcpy(&y, a + i, (size_t)(n - i < LANES ? n - i : LANES) * sizeof(float)); \
      x = l0, l0 = combine;                                           \
    }                                                                 \
    lanes[0] = l0, lanes[1] = l1, lanes[2] = l2, lanes[3] = l3;       \
  }                                                                   \
  static float name##_all(const gan_lanes *lanes) {                   \
    gan_lanes l0 = lanes[0], l1 = lanes[1], l2 = lanes[2], l3 = lanes[3], x, y; \
    together;                                                         \
    float part[LANES];                                                \
    memcpy(part, &l0, sizeof part);                                   \
    for (int half = LANES / 2; half > 0; half /= 2)                   \
      for (int i = 0; i < half; i++) {                                \
        float x = part[i], y = part[i + half];                        \
        part[i] = combineOne;                                         \
      }                                                               \
    (void)x, (void)y;                                                 \
    return part[0];                                                   \
  }                                                                   \
  static void name##_rows(float *result, const float *a, int64_t rows, int64_t width) { \
    for (int64_t r = 0; r < rows; r++) {                              \
      gan_lanes lanes[4] = {(gan_lanes){0} + (identity), (gan_lanes){0} + (identity), \
                            (gan_lanes){0} + (identity), (gan_lanes){0} + (identity)}; \
      name##_lanes(lanes, a + r * width, width);                      \
      result[r] = name##_all(lanes);                                  \
    }                                                                 \
  }                                                                   \
  static void name##_columns(double *row, const float *a, int64_t rows, int64_t width) { \
    int64_t c = 0;                                                    \
    for (; c + LANES <= width; c += LANES) {                          \
      gan_lanes l0 = (gan_lanes){0} + (identity), l1 = l0, l2 = l0, l3 = l0, x, y; \
      int64_t r = 0;                                                  \
      for (; r + 4 <= rows; r += 4) {                                 \
        const float *b = a + r * width + c;                           \
        memcpy(&y, b, sizeof y), x = l0, l0 = combine;                \
        memcpy(&y, b + width, sizeof y), x = l1, l1 = combine;        \
        memcpy(&y, b + 2 * width, sizeof y), x = l2, l2 = combine;    \
        memcpy(&y, b + 3 * width, sizeof y), x = l3, l3 = combine;    \
      }                                                               \
      if (r > 0) {                                                    \
        x = l0, y = l1, l0 = combine;                                 \
        x = l2, y = l3, l2 = combine;                                 \
        x = l0, y = l2, l0 = combine;                                 \
      }                                                               \
      for (; r < rows; r++)                                           \
        memcpy(&y, a + r * width + c, sizeof y), x = l0, l0 = combine; \
      for (int64_t k = 0; k < LANES; k++) {                           \
        double x = row[c + k], y = l0[k];                             \
        row[c + k] = combineOne;                                      \
      }                                                               \
    }                                                                 \
    for (int64_t r = 0; r < rows; r++)                                \
      for (int64_t k = c; k < width; k++) {                           \
        double x = row[k], y = a[r * width + k];                      \
        row[k] = combineOne;                                          \
      }                                                               \
  }
typedef int32_t lane_mask __attribute__((vector_size(64)));
#define CHOSEN(mask) (gan_lanes)(((lane_mask)x & (mask)) | ((lane_mask)y & ~(mask)))
typedef double wide_lanes __attribute__((vector_size(128)));
#define WIDE(x) __builtin_convertvector(x, wide_lanes)
#define OF_PAIRS(combine) x = l0, y = l1, l0 = combine, x = l2, y = l3, l2 = combine, x = l0, y = l2, l0 = combine
FOLD(sum, 0.0f, x + y, x + y,
     l0 = __builtin_convertvector((WIDE(l0) + WIDE(l1)) + (WIDE(l2) + WIDE(l3)), gan_lanes))
FOLD(largest, -INFINITY, CHOSEN((x > y) | (x != x)), ((x > y) | (x != x)) ? x : y,
     OF_PAIRS(CHOSEN((x > y) | (x != x))))
FOLD(smallest, INFINITY, CHOSEN((x < y) | (x != x)), ((x < y) | (x != x)) ? x : y,
     OF_PAIRS(CHOSEN((x < y) | (x != x))))

#define BINARY_ROW(name) {name##_tt, name##_st, name##_ts}

const gan_tile_table TABLE = {
  .unary = {
    [GAN_NEGATE] = negate,
    [GAN_ABSOLUTE] = absolute,
    [GAN_SIGN] = sign,
    [GAN_FLOOR] = round_down,
    [GAN_EXPONENTIAL] = exponential,
    [GAN_EXPONENTIAL_MINUS_ONE] = exponential_minus_one,
    [GAN_LOGARITHM] = logarithm,
    [GAN_LOGARITHM_ONE_PLUS] = logarithm_one_plus,
    [GAN_SQUARE_ROOT] = square_root,
    [GAN_RECIPROCAL_SQUARE_ROOT] = reciprocal_square_root,
    [GAN_RECIPROCAL] = reciprocal,
    [GAN_TANH] = hyperbolic_tangent,
    [GAN_SIGMOID] = sigmoid,
    [GAN_SOFTPLUS] = softplus,
    [GAN_EXPONENTIAL_LINEAR] = exponential_linear,
  },
  .binary = {
    [GAN_ADD] = BINARY_ROW(add),
    [GAN_SUBTRACT] = BINARY_ROW(subtract),
    [GAN_MULTIPLY] = BINARY_ROW(multiply),
    [GAN_DIVIDE] = BINARY_ROW(divide),
    [GAN_MAXIMUM] = BINARY_ROW(maximum),
    [GAN_MINIMUM] = BINARY_ROW(minimum),
    [GAN_POWER] = BINARY_ROW(power),
    [GAN_LESS] = BINARY_ROW(less),
    [GAN_LESS_OR_EQUAL] = BINARY_ROW(less_or_equal),
    [GAN_GREATER] = BINARY_ROW(greater),
    [GAN_GREATER_OR_EQUAL] = BINARY_ROW(greater_or_equal),
    [GAN_EQUAL] = BINARY_ROW(equal),
    [GAN_NOT_EQUAL] = BINARY_ROW(not_equal),
  },
  .select = {select_tt, select_st, select_ts, select_ss},
  .copy = copy,
  .splat = splat,
  .foldLanes = {sum_lanes, largest_lanes, smallest_lanes},
  .foldAll = {sum_all, largest_all, smallest_all},
  .foldRows = {sum_rows, largest_rows, smallest_rows},
  .foldColumns = {sum_columns, largest_columns, smallest_columns},
};
