#include "kernels.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

// libgomp, without its header: oneDNN's threads are libgomp's.
void GOMP_parallel(void (*fn)(void *), void *data, unsigned num_threads, unsigned flags);
int omp_get_thread_num(void);
void omp_set_num_threads(int threads);
int omp_get_num_procs(void);

void gan_parallel(void (*body)(void *), void *data, unsigned threads) {
  if (threads <= 1) {
    body(data);
    return;
  }
  GOMP_parallel(body, data, threads, 0);
}

unsigned gan_thread_index(void) { return (unsigned)omp_get_thread_num(); }

void gan_set_threads(unsigned threads) { omp_set_num_threads((int)threads); }

unsigned gan_available_threads(void) { return (unsigned)omp_get_num_procs(); }

static uint32_t control_word(void) {
#if defined(__x86_64__)
  return _mm_getcsr();
#elif defined(__aarch64__)
  uint64_t word;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  return (uint32_t)word;
#else
  return 0;
#endif
}

static void set_control_word(uint32_t word) {
#if defined(__x86_64__)
  _mm_setcsr(word);
#elif defined(__aarch64__)
  uint64_t wide = word;
  __asm__ volatile("msr fpcr, %0" : : "r"(wide));
#else
  (void)word;
#endif
}

#if defined(__x86_64__)
enum { FLUSH = 0x8040 };  // flush to zero, denormals are zeros
#else
enum { FLUSH = 1 << 24 };
#endif

static void flush(void *data) {
  uint32_t *saved = data;
  saved[gan_thread_index()] = control_word();
  set_control_word(control_word() | FLUSH);
}

static void restore(void *data) {
  uint32_t *saved = data;
  set_control_word(saved[gan_thread_index()]);
}

void gan_flush_denormals(uint32_t *saved, unsigned threads) { gan_parallel(flush, saved, threads); }
void gan_restore_denormals(uint32_t *saved, unsigned threads) {
  gan_parallel(restore, saved, threads);
}
