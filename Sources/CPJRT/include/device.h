#pragma once
// A PJRT plugin behind a narrow interface: one client, its first device, arrays in row-major order.
//
// Functions that can fail give NULL, or a message that the caller frees with `free`. What they make is the caller's, to be
// freed before the device; a device stays open until the process ends.

#include <stddef.h>
#include <stdint.h>

typedef struct pjrt_device pjrt_device;
typedef struct pjrt_program pjrt_program;
typedef struct pjrt_array pjrt_array;

/// An option of the client: a text, or where there is none a number.
typedef struct {
  const char *name;
  const char *text;
  double number;
  /// 0 text, 1 whole number, 2 number, 3 truth.
  int32_t kind;
} pjrt_option;

/// Opens the plugin at `path` and its client.
char *pjrt_open(const char *path, const pjrt_option *options, size_t count, pjrt_device **device);
/// What the plugin calls the platform, such as `cpu` or `cuda`, its version, the device's kind, and
/// how many devices it may use. Texts live as long as the device.
const char *pjrt_platform(const pjrt_device *device);
const char *pjrt_platform_version(const pjrt_device *device);
const char *pjrt_device_kind(const pjrt_device *device);
size_t pjrt_device_count(const pjrt_device *device);
/// The interface's version that the plugin speaks.
int32_t pjrt_api_major(const pjrt_device *device);
int32_t pjrt_api_minor(const pjrt_device *device);
/// The most bytes of its memory that were in use at once; -1 where the plugin doesn't say.
int64_t pjrt_peak_bytes(const pjrt_device *device);

/// Compiles a StableHLO module; `options` are the bytes of a CompileOptionsProto.
char *pjrt_compile(pjrt_device *device, const char *text, size_t length, const uint8_t *options,
                   size_t optionsLength, pjrt_program **program);
size_t pjrt_result_count(const pjrt_program *program);
void pjrt_program_free(pjrt_program *program);

enum pjrt_element { PJRT_ELEMENT_FLOAT32, PJRT_ELEMENT_INT32, PJRT_ELEMENT_UINT8 };

/// A copy of `data` on the device.
char *pjrt_array_make(pjrt_device *device, const void *data, int32_t element, const int64_t *extents,
                      size_t rank, pjrt_array **array);
/// Copies an array of this rank and of so many bytes to `data`, in row-major order, when it is there.
char *pjrt_array_read(pjrt_array *array, size_t rank, void *data, size_t byteCount);
void pjrt_array_free(pjrt_array *array);

/// Runs a program. Arguments that its text gives away are gone, but are still to be freed; so are
/// all when it fails, as far as one can know.
char *pjrt_run(pjrt_program *program, pjrt_array *const *arguments, size_t count,
               pjrt_array **results);
