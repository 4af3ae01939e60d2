#include "COneDNN.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#ifdef __APPLE__
#define LIBRARY "libdnnl." TEXT(DNNL_VERSION_MAJOR) ".dylib"
#else
#define LIBRARY "libdnnl.so." TEXT(DNNL_VERSION_MAJOR)
#endif

static gan_dnnl_functions functions;
static char failure[512];

static void open_once(void) {
  void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(failure, sizeof failure, "oneDNN can't be opened: %s", dlerror());
    return;
  }
#define X(name)                                                                            \
  if (!(functions.name = (__typeof__(functions.name))dlsym(library, "dnnl_" #name)))       \
    snprintf(failure, sizeof failure, LIBRARY " has no function dnnl_" #name);
  GAN_DNNL_OF_EVERY_VERSION(X)
  GAN_DNNL_OF_THIS_VERSION(X)
#undef X
}

const char *gan_dnnl_open(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_once);
  return failure[0] ? failure : NULL;
}

const gan_dnnl_functions *gan_dnnl(void) { return &functions; }
