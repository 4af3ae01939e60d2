#pragma once
// The vector kernels of the processor backend, and the thread team they share with oneDNN.
//
// Everything here works on memory that the caller owns; nothing allocates, but for the machine code of a
// group. A kernel that takes `threads` splits its work by position alone, so its result does not depend on
// their number.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------
// team.c: the thread team of oneDNN, from which our own kernels borrow.

/// Runs `body(data)` on each of `threads` threads, the caller among them.
void gan_parallel(void (*body)(void *), void *data, unsigned threads);
/// The index of the calling thread in the innermost `gan_parallel`.
unsigned gan_thread_index(void);
/// How many threads oneDNN uses when the calling thread executes one of its primitives.
void gan_set_threads(unsigned threads);
/// The processors that this process may use.
unsigned gan_available_threads(void);
/// Denormals become zeros on every thread of the team; `saved` keeps one control word a thread.
void gan_flush_denormals(uint32_t *saved, unsigned threads);
void gan_restore_denormals(uint32_t *saved, unsigned threads);

// ---------------------------------------------------------------------------------------------
// heap.c

/// Bytes of the C heap in use, or 0 where nobody can say.
int64_t gan_heap_bytes(void);

// ---------------------------------------------------------------------------------------------
// group.c: a fused group of element-wise operations, tile by tile; group_code.cpp: machine code for it.

enum { GAN_MAX_RANK = 8, GAN_MAX_REGISTERS = 256, GAN_MAX_FOLDS = 16 };

enum gan_element { GAN_FLOAT32, GAN_INT32, GAN_UINT8 };

enum gan_opcode {
  GAN_NEGATE, GAN_ABSOLUTE, GAN_SIGN, GAN_FLOOR,
  GAN_EXPONENTIAL, GAN_EXPONENTIAL_MINUS_ONE, GAN_LOGARITHM, GAN_LOGARITHM_ONE_PLUS,
  GAN_SQUARE_ROOT, GAN_RECIPROCAL_SQUARE_ROOT, GAN_RECIPROCAL,
  GAN_TANH, GAN_SIGMOID, GAN_SOFTPLUS, GAN_EXPONENTIAL_LINEAR,
  GAN_ADD, GAN_SUBTRACT, GAN_MULTIPLY, GAN_DIVIDE, GAN_MAXIMUM, GAN_MINIMUM, GAN_POWER,
  GAN_LESS, GAN_LESS_OR_EQUAL, GAN_GREATER, GAN_GREATER_OR_EQUAL, GAN_EQUAL, GAN_NOT_EQUAL,
  GAN_SELECT, GAN_COPY,
  GAN_OPCODES
};

/// `destination = opcode(operands)`; bit `k` of `scalars` says that operand `k` is one number for
/// the whole tile. Unary operations take tiles only, `copy` either; of a binary operation at most
/// one operand is a scalar; the mask of a selection is a tile.
typedef struct {
  int32_t opcode;
  int32_t scalars;
  int32_t destination;
  int32_t operands[3];
} gan_instruction;

enum gan_source_kind {
  /// Element `i` of the domain is `base[i]`, float32: read in place.
  GAN_DIRECT,
  /// Element `i` is `base[i % period]`, float32: read in place where a tile allows it.
  GAN_PERIODIC,
  /// Element `i`, written in the mixed radix of `extents`, is at the sum of digit × stride.
  GAN_STRIDED,
};

typedef struct {
  const void *base;
  int32_t kind;
  int32_t element;
  /// The register that names the tile, and the scratch tile that holds it if it is copied (or -1).
  int32_t reg;
  int32_t slot;
  int64_t period;
  int64_t rank;
  int64_t extents[GAN_MAX_RANK];
  int64_t strides[GAN_MAX_RANK];
} gan_source;

/// Where a register goes: if `direct`, the register *is* the place; otherwise it is copied (and
/// converted) there after the last instruction.
typedef struct {
  void *base;
  int32_t element;
  int32_t reg;
  int32_t direct;
} gan_sink;

enum gan_fold_kind { GAN_FOLD_SUM, GAN_FOLD_MAXIMUM, GAN_FOLD_MINIMUM };

/// A register folded over the middle axis of the domain, into `result[outer][inner]`.
typedef struct {
  int32_t kind;
  int32_t reg;
  float *result;
  /// `[outer][chunks][inner]` if there are `chunks`; else, where `inner` is not 1, a row of `inner` a thread. In
  /// double precision: sums of many numbers are rounded as often, and a batch's statistics are such sums.
  double *partial;
} gan_fold;

/// The instructions of a group as machine code.
typedef struct gan_group_code gan_group_code;

/// The domain is `[outer][middle][inner]` in row-major order; without folds it is `[1][count][1]`.
/// `middle` is cut into `chunks` runs of `chunk`, each folded by itself, then the runs in order.
typedef struct {
  int64_t outer, middle, inner;
  int64_t chunk, chunks;
  /// The most elements worked on at a time.
  int64_t tile;
  /// Scratch tiles of one thread: registers 0 ..< slots. `scratch` holds them for every thread.
  int32_t slots;
  int32_t sourceCount, scalarCount, instructionCount, sinkCount, foldCount;
  const gan_source *sources;
  /// Scalars take the registers from `slots` on.
  const float *const *scalars;
  const gan_instruction *instructions;
  const gan_sink *sinks;
  const gan_fold *folds;
  float *scratch;
  /// Machine code for its instructions, or none: then they are interpreted.
  const gan_group_code *code;
} gan_group;

void gan_run_group(const gan_group *group, unsigned threads);
/// Machine code for the instructions of `group`, whatever its addresses, for the instruction set in use; NULL where it
/// would be no faster, or the processor or the system has none. `gan_free_group_code` gives it back, NULL too.
gan_group_code *gan_make_group_code(const gan_group *group);
void gan_free_group_code(gan_group_code *code);
/// Whether groups get machine code from now on; returns what was so before.
int gan_use_group_code(int use);
/// Floats of scratch that one thread needs.
int64_t gan_group_scratch(int64_t slots, int64_t tile);
/// The instruction set in use: 2 AVX-512, 1 AVX2, 0 what every processor of the kind has.
int gan_instruction_set(void);
/// Uses `set`, or the best below it that the processor has; returns the one in use. Machine code that has been made
/// stays as it is.
int gan_use_instruction_set(int set);

// ---------------------------------------------------------------------------------------------
// copy.c: moving elements of 1 or 4 bytes.

typedef struct {
  const void *source;
  void *destination;
  int64_t elementSize;
  int64_t rank;
  int64_t extents[GAN_MAX_RANK];
  int64_t sourceStrides[GAN_MAX_RANK];
  int64_t destinationStrides[GAN_MAX_RANK];
} gan_copy;

void gan_run_copy(const gan_copy *copy, unsigned threads);
/// Element by element between types; out of range values of uint8 saturate, fractions are cut.
void gan_convert(void *destination, int32_t to, const void *source, int32_t from, int64_t count);

// ---------------------------------------------------------------------------------------------
// table.c: rows by index. Both return 0, or 1 if an index lies outside the table (and then leave
// the result undefined).

int gan_gather(float *result, const float *table, const int32_t *indices, int64_t count,
               int64_t rows, int64_t width);
int gan_scatter_add(float *table, const float *updates, const int32_t *indices, int64_t count,
                    int64_t rows, int64_t width);

// ---------------------------------------------------------------------------------------------
// window.c: pooling windows over `[batch, height, width, channels]`.

typedef struct {
  int64_t batch, height, width, channels;
  int64_t outputHeight, outputWidth;
  int64_t windowHeight, windowWidth, strideHeight, strideWidth, padTop, padLeft;
} gan_window;

void gan_window_sum(const gan_window *window, const float *x, float *y, unsigned threads);
void gan_window_sum_gradient(const gan_window *window, const float *y, float *x, unsigned threads);
void gan_window_maximum(const gan_window *window, const float *x, float *y, unsigned threads);
void gan_window_maximum_gradient(const gan_window *window, const float *x, const float *y,
                                 float *gradient, unsigned threads);
void gan_window_maximum_select(const gan_window *window, const float *x, const float *v, float *y,
                               unsigned threads);

// ---------------------------------------------------------------------------------------------
// sums.c: sums of arrays in double precision.

/// Adds `part` to the sums, or begins them with it.
void gan_add_to_sums(double *sums, const float *part, int64_t count, int begins, unsigned threads);
void gan_round_sums(float *result, const double *sums, int64_t count, unsigned threads);

// ---------------------------------------------------------------------------------------------
// limits.c: what the processor can do at most. `done` is room for a number a thread.

/// Floating-point operations a second: multiplications and additions in registers.
double gan_multiply_add_rate(double *done, unsigned threads, double duration);
/// Bytes a second, half of them read and half written, of memory that no cache holds.
double gan_memory_rate(float *memory, int64_t count, double *done, unsigned threads,
                       double duration);

// ---------------------------------------------------------------------------------------------
// winograd.c: convolutions as products of sums (Winograd's minimal filtering).

typedef struct {
  int32_t row, column;
  float factor;
  /// Of a target: whether it is the first that is written to this place, so that nothing is there to be added to.
  int32_t begins;
} gan_spot;

typedef struct {
  int32_t first, count;
} gan_span;

/// Left side: the sum of these spots of the source. Right side: the sum of these spots of the kernel.
typedef struct {
  gan_span source, kernel;
} gan_winograd_part;

/// A product of a left side (tiles × depth, part by part) and a right side (depth × channels), and the spots of
/// the target that it is added to.
typedef struct {
  gan_span parts, target;
} gan_winograd_point;

typedef struct {
  int64_t height, width, channels;
  /// Pixels from a tile to the next.
  int64_t rowStep, columnStep;
} gan_tiled_image;

typedef struct {
  int64_t batch, tileRows, tileColumns;
  gan_tiled_image source, target;
  int64_t kernelHeight, kernelWidth;
  /// Weights are `[kernelHeight][kernelWidth][source channels][target channels]`, or the last two the other way round.
  int32_t isTransposed;
  /// Whether all points are those of three taps at stride 1 in both dimensions, a sum of one patch each.
  int32_t isOfPatches;
  int32_t pointCount, partCount;
  const gan_winograd_point *points;
  const gan_winograd_part *parts;
  const gan_spot *spots;
} gan_winograd;

/// Floats of scratch memory: of a product, or of a weight's gradient.
int64_t gan_winograd_scratch(const gan_winograd *plan, int ofGradient, unsigned threads);
/// Floats of the right sides of all points, which begin at a multiple of 64 bytes.
int64_t gan_winograd_weight_sums(const gan_winograd *plan);
void gan_winograd_add_weights(const gan_winograd *plan, const float *weight, float *sums, unsigned threads);
void gan_winograd_product(const gan_winograd *plan, const float *source, const float *sums, float *target,
                          float *scratch, unsigned threads);
void gan_winograd_weight_gradient(const gan_winograd *plan, const float *source, const float *target, float *weight,
                                  float *scratch, unsigned threads);

// ---------------------------------------------------------------------------------------------
// columns.c: convolutions between an image of few channels and a deep one.

/// A convolution from an image `[batch, height, width, channels]` to `[batch, outputHeight, outputWidth, depth]`.
typedef struct {
  int64_t batch, height, width, channels;
  int64_t outputHeight, outputWidth, depth;
  int64_t kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft;
  /// Weights are those of the convolution back from the deep image, `[kernelHeight][kernelWidth][depth][channels]` with the
  /// taps in the opposite order; else `[kernelHeight][kernelWidth][channels][depth]`.
  int32_t isMirrored;
} gan_columns;

/// Floats of scratch memory.
int64_t gan_columns_scratch(const gan_columns *columns, unsigned threads);
/// The gradient of the image from that of the output; of mirrored ones a convolution.
void gan_columns_input_gradient(const gan_columns *columns, const float *output, const float *weight,
                                float *image, float *scratch, unsigned threads);

/// Floats of scratch memory.
int64_t gan_columns_forward_scratch(const gan_columns *columns, unsigned threads);
/// The convolution, which is not mirrored; it is added up in double precision.
void gan_columns_forward(const gan_columns *columns, const float *image, const float *weight, float *output,
                         float *scratch, unsigned threads);

/// Floats of scratch memory.
int64_t gan_columns_gradient_scratch(const gan_columns *columns, unsigned threads);
/// The gradient of the weights; it is added up in double precision.
void gan_columns_weight_gradient(const gan_columns *columns, const float *image, const float *output,
                                 float *weight, float *scratch, unsigned threads);

// ---------------------------------------------------------------------------------------------
// places.c: convolutions of few places and many weights.

enum { GAN_MOST_PLACES = 64 };

/// A convolution from `[batch, height, width, channels]` to `[batch, outputHeight, outputWidth, depth]`, of at most
/// GAN_MOST_PLACES places in all, or forwards of one sample and as many in a row; `depth` a multiple of 32. Weights are `[kernelHeight][kernelWidth][channels][depth]`.
typedef struct {
  int64_t batch, height, width, channels;
  int64_t outputHeight, outputWidth, depth;
  int64_t kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth;
} gan_places;

/// Floats of scratch memory of any of the three, or of the forward one where there are more places.
int64_t gan_places_scratch(const gan_places *places, unsigned threads);
void gan_places_forward(const gan_places *places, const float *image, const float *weight, float *output,
                        float *scratch, unsigned threads);
void gan_places_input_gradient(const gan_places *places, const float *output, const float *weight, float *image,
                               float *scratch, unsigned threads);
void gan_places_weight_gradient(const gan_places *places, const float *image, const float *output, float *weight,
                                float *scratch, unsigned threads);

// ---------------------------------------------------------------------------------------------
// random.c: Philox4x32-10.

/// `key` is seed low, seed high, step.
void gan_random_uniform(float *result, int64_t count, const int32_t *key, uint32_t stream,
                        unsigned threads);
void gan_random_normal(float *result, int64_t count, const int32_t *key, uint32_t stream,
                       unsigned threads);

#ifdef __cplusplus
}
#endif
