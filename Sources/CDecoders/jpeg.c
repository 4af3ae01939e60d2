#include "jpeg_failure.h"

#include <string.h>

#include <jerror.h>

/// libjpeg warns and goes on with grey where data are missing; that is no picture to learn from.
static void weigh(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC: leave(info);
  default: break;
  }
}

static void stay_silent(j_common_ptr info) { (void)info; }

/// Each scan of a progressive JPEG costs a pass over all of it.
static void count_scans(j_common_ptr info) {
  enum { scan_limit = 200 };
  if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= scan_limit) return;
  struct failure *failure = (struct failure *)info->err;
  snprintf(failure->reason, GAN_REASON_SIZE, "more than %d scans", (int)scan_limit);
  longjmp(failure->escape, 1);
}

int gan_read_jpeg(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                  size_t capacity, char reason[GAN_REASON_SIZE]) {
  struct jpeg_decompress_struct info;
  struct failure failure;
  struct jpeg_progress_mgr progress;
  memset(&info, 0, sizeof info);
  memset(&progress, 0, sizeof progress);
  info.err = catch_failure(&failure, reason);
  failure.base.emit_message = weigh;
  failure.base.output_message = stay_silent;
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  progress.progress_monitor = count_scans;
  info.progress = &progress;
  jpeg_mem_src(&info, bytes, size);
  jpeg_read_header(&info, TRUE);
  picture->width = info.image_width;
  picture->height = info.image_height;
  switch (info.num_components) {
  case 1: picture->colour = GAN_GREY, info.out_color_space = JCS_GRAYSCALE; break;
  case 3: picture->colour = GAN_RGB, info.out_color_space = JCS_RGB; break;
  case 4: picture->colour = GAN_CMYK, info.out_color_space = JCS_CMYK; break;
  default:
    snprintf(reason, GAN_REASON_SIZE, "%d colour components", info.num_components);
    jpeg_destroy_decompress(&info);
    return 0;
  }
  if (pixels) {
    size_t row = (size_t)info.image_width * gan_samples(picture->colour);
    if (row * info.image_height > capacity) {
      snprintf(reason, GAN_REASON_SIZE, "its size changes while it is read");
      jpeg_destroy_decompress(&info);
      return 0;
    }
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW line = pixels + row * info.output_scanline;
      jpeg_read_scanlines(&info, &line, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return 1;
}
