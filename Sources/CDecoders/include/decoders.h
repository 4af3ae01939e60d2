#pragma once

#include <stddef.h>
#include <stdint.h>

/// Room for a reason in words, with its closing zero.
enum { GAN_REASON_SIZE = 256 };

/// How the samples of a pixel are to be read.
enum gan_colour {
  GAN_GREY = 1,
  GAN_GREY_ALPHA = 2,
  GAN_RGB = 3,
  GAN_RGBA = 4,
  /// Cyan, magenta, yellow and black, four samples, as stored: 255 is no ink. Photoshop began with that,
  /// and browsers and Pillow take every JPEG of four components so, with Adobe's marker or without.
  GAN_CMYK = 5,
};

/// What the header of a picture says.
struct gan_picture {
  uint32_t width;
  uint32_t height;
  enum gan_colour colour;
};

/// Bytes a pixel.
static inline size_t gan_samples(enum gan_colour colour) { return colour == GAN_CMYK ? 4 : (size_t)colour; }

/// Reads a picture held in memory. libjpeg and libpng leave by a jump when they are displeased; it is
/// caught here, nothing is leaked, and `reason` has their words.
///
/// With `pixels` null only the header is read. Otherwise `pixels` has room for `width · height ·
/// samples` bytes as the header said, and gets 8 bits a sample, rows from the top; of 16 bits the
/// upper eight are kept, and no gamma is applied, as Pillow does.
///
/// Returns 1, or 0 with a reason. Damaged or missing image data is a reason; what is only unusual is
/// not. A JPEG of more than 200 scans is refused, and so is a WebP that is an animation.
int gan_read_jpeg(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                  size_t capacity, char reason[GAN_REASON_SIZE]);
int gan_read_png(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                 size_t capacity, char reason[GAN_REASON_SIZE]);
int gan_read_webp(const uint8_t *bytes, size_t size, struct gan_picture *picture, uint8_t *pixels,
                  size_t capacity, char reason[GAN_REASON_SIZE]);

/// Writes a picture of 1 (grey) or 3 (red, green, blue) samples a pixel as a JPEG, quality 1 to 100.
///
/// Returns its bytes, which `gan_free` takes back, or null with a reason.
uint8_t *gan_write_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
                        size_t *size, char reason[GAN_REASON_SIZE]);
void gan_free(uint8_t *bytes);

/// The version of libwebp: major, minor and revision, eight bits each.
int gan_webp_version(void);
