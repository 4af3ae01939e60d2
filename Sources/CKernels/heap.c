// How much the C heap has handed out, so that a test can hold executions to allocating nothing.
#include "kernels.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

int64_t gan_heap_bytes(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  struct mallinfo2 info = mallinfo2();
  return (int64_t)(info.uordblks + info.hblkhd);
#else
  return 0;
#endif
}
