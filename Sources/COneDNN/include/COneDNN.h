#pragma once
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
// oneDNN as this project uses it, in one shape for versions 2 and 3 of its C interface. Every
// function returns a `dnnl_status_t`; what differs between the versions stays in this file.
//
// The library is opened when it is first asked for, so that the program starts on a machine without
// it: nothing links against it, and its functions are called through a table.

#include <dnnl.h>
#include <dnnl_debug.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GAN_DNNL_OF_EVERY_VERSION(X) \
  X(engine_create) X(engine_destroy) X(stream_create) X(stream_destroy) X(status2str) \
  X(version) X(set_max_cpu_isa) X(sgemm) X(primitive_create) X(primitive_destroy) \
  X(primitive_execute) X(primitive_desc_destroy) X(primitive_desc_query) \
  X(primitive_desc_query_md) X(primitive_attr_create) X(primitive_attr_destroy) \
  X(primitive_attr_set_scratchpad_mode) X(reorder_primitive_desc_create) X(memory_create) \
  X(memory_destroy) X(memory_desc_equal) X(memory_desc_get_size)
#if DNNL_VERSION_MAJOR >= 3
#define GAN_DNNL_OF_THIS_VERSION(X) \
  X(memory_desc_create_with_strides) X(memory_desc_create_with_tag) X(memory_desc_clone) \
  X(memory_desc_destroy) X(matmul_primitive_desc_create) \
  X(convolution_forward_primitive_desc_create) \
  X(convolution_backward_data_primitive_desc_create) \
  X(convolution_backward_weights_primitive_desc_create)
#else
#define GAN_DNNL_OF_THIS_VERSION(X) \
  X(memory_desc_init_by_strides) X(memory_desc_init_by_tag) X(matmul_desc_init) \
  X(dilated_convolution_forward_desc_init) X(dilated_convolution_backward_data_desc_init) \
  X(dilated_convolution_backward_weights_desc_init) X(primitive_desc_create)
#endif

/// The functions of oneDNN that are used here, without the `dnnl_` before their names.
typedef struct {
#define X(name) __typeof__(&dnnl_##name) _Nonnull name;
  GAN_DNNL_OF_EVERY_VERSION(X)
  GAN_DNNL_OF_THIS_VERSION(X)
#undef X
} gan_dnnl_functions;

/// Opens the library, once a process.
///
/// @return null, or what is wrong in words that last.
const char *_Nullable gan_dnnl_open(void);

/// To be called after `gan_dnnl_open` has returned null.
const gan_dnnl_functions *_Nonnull gan_dnnl(void);

/// A memory descriptor on the heap; free it with `gan_dnnl_desc_destroy`.
typedef struct gan_dnnl_desc gan_dnnl_desc;

typedef struct {
  dnnl_dims_t strides, dilations, paddingBefore, paddingAfter;
} gan_dnnl_geometry;

enum gan_dnnl_operation {
  GAN_DNNL_CONVOLUTION,
  GAN_DNNL_CONVOLUTION_INPUT_GRADIENT,
  GAN_DNNL_CONVOLUTION_WEIGHT_GRADIENT,
};

#if DNNL_VERSION_MAJOR >= 3

static inline const_dnnl_memory_desc_t gan_dnnl_raw(const gan_dnnl_desc *d) {
  return (const_dnnl_memory_desc_t)d;
}
static inline void gan_dnnl_desc_destroy(gan_dnnl_desc *d) {
  if (d) gan_dnnl()->memory_desc_destroy((dnnl_memory_desc_t)d);
}
/// A row of float32 extents; without strides, in the layout that a primitive likes best.
static inline dnnl_status_t gan_dnnl_desc_create(gan_dnnl_desc **out, int rank,
                                                 const int64_t *extents, const int64_t *strides) {
  dnnl_memory_desc_t d;
  dnnl_status_t status =
      strides ? gan_dnnl()->memory_desc_create_with_strides(&d, rank, extents, dnnl_f32, strides)
              : gan_dnnl()->memory_desc_create_with_tag(&d, rank, extents, dnnl_f32, dnnl_format_tag_any);
  *out = status == dnnl_success ? (gan_dnnl_desc *)d : 0;
  return status;
}
static inline dnnl_status_t gan_dnnl_desc_copy(gan_dnnl_desc **out, const_dnnl_memory_desc_t d) {
  dnnl_memory_desc_t copy;
  dnnl_status_t status = gan_dnnl()->memory_desc_clone(&copy, d);
  *out = status == dnnl_success ? (gan_dnnl_desc *)copy : 0;
  return status;
}
static inline dnnl_status_t gan_dnnl_matmul(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                            const gan_dnnl_desc *a, const gan_dnnl_desc *b,
                                            const gan_dnnl_desc *c,
                                            const_dnnl_primitive_attr_t attr) {
  return gan_dnnl()->matmul_primitive_desc_create(out, engine, gan_dnnl_raw(a), gan_dnnl_raw(b), 0,
                                           gan_dnnl_raw(c), attr);
}
static inline dnnl_status_t gan_dnnl_convolution(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, int operation, const gan_dnnl_desc *x,
    const gan_dnnl_desc *weights, const gan_dnnl_desc *y, const gan_dnnl_geometry *g,
    const_dnnl_primitive_attr_t attr) {
  dnnl_primitive_desc_t forward = 0;
  dnnl_status_t status = gan_dnnl()->convolution_forward_primitive_desc_create(
      operation == GAN_DNNL_CONVOLUTION ? out : &forward, engine, dnnl_forward_training,
      dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights), 0, gan_dnnl_raw(y),
      g->strides, g->dilations, g->paddingBefore, g->paddingAfter, attr);
  if (status != dnnl_success || operation == GAN_DNNL_CONVOLUTION) return status;
  if (operation == GAN_DNNL_CONVOLUTION_INPUT_GRADIENT)
    status = gan_dnnl()->convolution_backward_data_primitive_desc_create(
        out, engine, dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights),
        gan_dnnl_raw(y), g->strides, g->dilations, g->paddingBefore, g->paddingAfter, forward,
        attr);
  else
    status = gan_dnnl()->convolution_backward_weights_primitive_desc_create(
        out, engine, dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights), 0,
        gan_dnnl_raw(y), g->strides, g->dilations, g->paddingBefore, g->paddingAfter, forward,
        attr);
  gan_dnnl()->primitive_desc_destroy(forward);
  return status;
}

#else

static inline const dnnl_memory_desc_t *gan_dnnl_raw(const gan_dnnl_desc *d) {
  return (const dnnl_memory_desc_t *)d;
}
static inline void gan_dnnl_desc_destroy(gan_dnnl_desc *d) { free(d); }
static inline dnnl_status_t gan_dnnl_desc_copy(gan_dnnl_desc **out, const dnnl_memory_desc_t *d) {
  dnnl_memory_desc_t *copy = (dnnl_memory_desc_t *)malloc(sizeof *copy);
  *out = (gan_dnnl_desc *)copy;
  if (!copy) return dnnl_out_of_memory;
  *copy = *d;
  return dnnl_success;
}
/// A row of float32 extents; without strides, in the layout that a primitive likes best.
static inline dnnl_status_t gan_dnnl_desc_create(gan_dnnl_desc **out, int rank,
                                                 const int64_t *extents, const int64_t *strides) {
  dnnl_memory_desc_t d;
  dnnl_status_t status =
      strides ? gan_dnnl()->memory_desc_init_by_strides(&d, rank, extents, dnnl_f32, strides)
              : gan_dnnl()->memory_desc_init_by_tag(&d, rank, extents, dnnl_f32, dnnl_format_tag_any);
  *out = 0;
  return status == dnnl_success ? gan_dnnl_desc_copy(out, &d) : status;
}
static inline dnnl_status_t gan_dnnl_matmul(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                            const gan_dnnl_desc *a, const gan_dnnl_desc *b,
                                            const gan_dnnl_desc *c,
                                            const_dnnl_primitive_attr_t attr) {
  dnnl_matmul_desc_t d;
  dnnl_status_t status =
      gan_dnnl()->matmul_desc_init(&d, gan_dnnl_raw(a), gan_dnnl_raw(b), 0, gan_dnnl_raw(c));
  return status == dnnl_success ? gan_dnnl()->primitive_desc_create(out, &d, attr, engine, 0) : status;
}
static inline dnnl_status_t gan_dnnl_convolution(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, int operation, const gan_dnnl_desc *x,
    const gan_dnnl_desc *weights, const gan_dnnl_desc *y, const gan_dnnl_geometry *g,
    const_dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t d;
  dnnl_status_t status = gan_dnnl()->dilated_convolution_forward_desc_init(
      &d, dnnl_forward_training, dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights), 0,
      gan_dnnl_raw(y), g->strides, g->dilations, g->paddingBefore, g->paddingAfter);
  if (status != dnnl_success) return status;
  if (operation == GAN_DNNL_CONVOLUTION)
    return gan_dnnl()->primitive_desc_create(out, &d, attr, engine, 0);
  dnnl_primitive_desc_t forward;
  status = gan_dnnl()->primitive_desc_create(&forward, &d, attr, engine, 0);
  if (status != dnnl_success) return status;
  if (operation == GAN_DNNL_CONVOLUTION_INPUT_GRADIENT)
    status = gan_dnnl()->dilated_convolution_backward_data_desc_init(
        &d, dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights), gan_dnnl_raw(y),
        g->strides, g->dilations, g->paddingBefore, g->paddingAfter);
  else
    status = gan_dnnl()->dilated_convolution_backward_weights_desc_init(
        &d, dnnl_convolution_direct, gan_dnnl_raw(x), gan_dnnl_raw(weights), 0, gan_dnnl_raw(y),
        g->strides, g->dilations, g->paddingBefore, g->paddingAfter);
  if (status == dnnl_success) status = gan_dnnl()->primitive_desc_create(out, &d, attr, engine, forward);
  gan_dnnl()->primitive_desc_destroy(forward);
  return status;
}

#endif

/// Attributes that leave scratch memory to the caller.
static inline dnnl_status_t gan_dnnl_attributes(dnnl_primitive_attr_t *out) {
  dnnl_status_t status = gan_dnnl()->primitive_attr_create(out);
  return status == dnnl_success
             ? gan_dnnl()->primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user)
             : status;
}
static inline dnnl_status_t gan_dnnl_reorder(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                             const gan_dnnl_desc *from, const gan_dnnl_desc *to,
                                             const_dnnl_primitive_attr_t attr) {
  return gan_dnnl()->reorder_primitive_desc_create(out, gan_dnnl_raw(from), engine, gan_dnnl_raw(to),
                                            engine, attr);
}
static inline dnnl_status_t gan_dnnl_memory(dnnl_memory_t *out, const gan_dnnl_desc *d,
                                            dnnl_engine_t engine, void *bytes) {
  return gan_dnnl()->memory_create(out, gan_dnnl_raw(d), engine, bytes);
}
static inline int gan_dnnl_desc_equal(const gan_dnnl_desc *a, const gan_dnnl_desc *b) {
  return gan_dnnl()->memory_desc_equal(gan_dnnl_raw(a), gan_dnnl_raw(b));
}
static inline size_t gan_dnnl_desc_size(const gan_dnnl_desc *d) {
  return gan_dnnl()->memory_desc_get_size(gan_dnnl_raw(d));
}
/// The layout a primitive wants for the argument `what`, for example `dnnl_query_weights_md`.
static inline dnnl_status_t gan_dnnl_query(gan_dnnl_desc **out, const_dnnl_primitive_desc_t d,
                                           dnnl_query_t what) {
  return gan_dnnl_desc_copy(out, gan_dnnl()->primitive_desc_query_md(d, what, 0));
}

#pragma clang diagnostic pop
