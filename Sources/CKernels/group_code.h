#pragma once
// group_code.cpp: machine code for the instructions of a group.
#include "include/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Instructions `first ..< end` of a group: by `code`, over `count` elements of the tiles that `registers`
/// name, or one by one where there is none.
typedef struct {
  void (*code)(float *const *registers, int64_t count);
  int32_t first, end;
} gan_group_part;

/// The parts of a group in their order, which are all of its instructions.
struct gan_group_code {
  gan_group_part *parts;
  int32_t partCount;
  /// The generator that owns the memory of the code.
  void *owner;
};

#ifdef __cplusplus
}
#endif
