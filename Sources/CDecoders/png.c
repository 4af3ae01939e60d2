#include "decoders.h"

#include <stdio.h>
#include <string.h>

#include <png.h>

struct input {
  const uint8_t *bytes;
  size_t size;
  size_t position;
};

static void take(png_structp png, png_bytep target, size_t count) {
  struct input *input = png_get_io_ptr(png);
  if (count > input->size - input->position) png_error(png, "the file ends too early");
  memcpy(target, input->bytes + input->position, count);
  input->position += count;
}

static void leave(png_structp png, png_const_charp words) {
  snprintf(png_get_error_ptr(png), GAN_REASON_SIZE, "%s", words);
  png_longjmp(png, 1);
}

static void stay_silent(png_structp png, png_const_charp words) { (void)png, (void)words; }

int gan_read_png(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                 size_t capacity, char reason[GAN_REASON_SIZE]) {
  struct input input = {bytes, size, 0};
  snprintf(reason, GAN_REASON_SIZE, "no memory");
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reason, leave, stay_silent);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  // Sizes are judged by the caller; what a text or a profile unpacks to is of no use here.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png, 8 << 20);
  png_set_read_fn(png, &input, take);
  png_read_info(png, info);
  picture->width = png_get_image_width(png, info);
  picture->height = png_get_image_height(png, info);
  png_byte kind = png_get_color_type(png, info);
  int has_alpha = (kind & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  int has_colour = kind & PNG_COLOR_MASK_COLOR;
  picture->colour = has_colour ? (has_alpha ? GAN_RGBA : GAN_RGB) : (has_alpha ? GAN_GREY_ALPHA : GAN_GREY);
  if (pixels) {
    png_set_expand(png);
    png_set_strip_16(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row = (size_t)picture->width * gan_samples(picture->colour);
    if (png_get_rowbytes(png, info) != row) png_error(png, "rows of an unexpected size");
    if (row * picture->height > capacity) png_error(png, "its size changes while it is read");
    for (int pass = 0; pass < passes; pass++)
      for (uint32_t y = 0; y < picture->height; y++) png_read_row(png, pixels + row * y, NULL);
    png_read_end(png, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
