#include "CBuild.h"

const char *gan_build_commit(void) { return GAN_EXP_COMMIT; }
