#include "jpeg_failure.h"

#include <stdlib.h>
#include <string.h>

uint8_t *gan_write_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
                        size_t *size, char reason[GAN_REASON_SIZE]) {
  struct jpeg_compress_struct info;
  struct failure failure;
  unsigned char *bytes = NULL;
  unsigned long count = 0;
  memset(&info, 0, sizeof info);
  info.err = catch_failure(&failure, reason);
  if (setjmp(failure.escape)) {
    jpeg_destroy_compress(&info);
    free(bytes);
    return NULL;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &bytes, &count);
  info.image_width = width;
  info.image_height = height;
  info.input_components = channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  // Small pictures are all edges: their colours are kept at full size.
  for (int part = 0; part < info.num_components; part++) {
    info.comp_info[part].h_samp_factor = 1;
    info.comp_info[part].v_samp_factor = 1;
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * width * (size_t)channels);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *size = count;
  return bytes;
}

void gan_free(uint8_t *bytes) { free(bytes); }
