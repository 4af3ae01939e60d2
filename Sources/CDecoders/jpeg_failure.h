#pragma once

/// How libjpeg's errors come back to whoever called it: as words and a jump.
#include "decoders.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct failure {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *reason;
};

static void leave(j_common_ptr info) {
  struct failure *failure = (struct failure *)info->err;
  char words[JMSG_LENGTH_MAX];
  failure->base.format_message(info, words);
  snprintf(failure->reason, GAN_REASON_SIZE, "%s", words);
  longjmp(failure->escape, 1);
}

/// Before `setjmp(failure->escape)`.
static struct jpeg_error_mgr *catch_failure(struct failure *failure, char *reason) {
  jpeg_std_error(&failure->base);
  failure->base.error_exit = leave;
  failure->reason = reason;
  return &failure->base;
}
