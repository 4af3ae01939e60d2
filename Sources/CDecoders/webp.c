#include "decoders.h"

#include <stdio.h>

#include <webp/decode.h>

static int refuse(char reason[GAN_REASON_SIZE], VP8StatusCode status) {
  const char *words = "damaged WebP data";
  switch (status) {
  case VP8_STATUS_OK: break;
  case VP8_STATUS_OUT_OF_MEMORY: words = "no memory"; break;
  case VP8_STATUS_UNSUPPORTED_FEATURE: words = "a kind of WebP that is not known"; break;
  case VP8_STATUS_SUSPENDED:
  case VP8_STATUS_NOT_ENOUGH_DATA: words = "the file ends too early"; break;
  case VP8_STATUS_INVALID_PARAM:
  case VP8_STATUS_BITSTREAM_ERROR:
  case VP8_STATUS_USER_ABORT: break;
  }
  snprintf(reason, GAN_REASON_SIZE, "%s", words);
  return 0;
}

int gan_read_webp(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                  size_t capacity, char reason[GAN_REASON_SIZE]) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) {
    snprintf(reason, GAN_REASON_SIZE, "libwebp is of another version than its headers");
    return 0;
  }
  VP8StatusCode status = WebPGetFeatures(bytes, size, &config.input);
  if (status != VP8_STATUS_OK) return refuse(reason, status);
  if (config.input.has_animation) {
    snprintf(reason, GAN_REASON_SIZE, "an animated WebP: save its frames as single pictures");
    return 0;
  }
  picture->width = (uint32_t)config.input.width;
  picture->height = (uint32_t)config.input.height;
  picture->colour = config.input.has_alpha ? GAN_RGBA : GAN_RGB;
  if (!pixels) return 1;
  size_t row = (size_t)picture->width * gan_samples(picture->colour);
  if (row * picture->height > capacity) {
    snprintf(reason, GAN_REASON_SIZE, "its size changes while it is read");
    return 0;
  }
  config.output.colorspace = config.input.has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = (int)row;
  config.output.u.RGBA.size = capacity;
  status = WebPDecode(bytes, size, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? 1 : refuse(reason, status);
}

int gan_webp_version(void) { return WebPGetDecoderVersion(); }
