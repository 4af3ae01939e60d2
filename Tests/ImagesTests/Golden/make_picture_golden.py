"""Writes pictures.json: small JPEG, PNG and WebP files of every kind with the pixels Pillow makes of them,
upright, laid on a background, in the channels asked for, resized and cut as torchvision does.

Pillow 13 resizes some shapes down the columns first, which rounds differently; we go along the rows
first, as Pillow up to 12.

    python3 -m venv VENV && VENV/bin/pip install 'pillow<13'
    VENV/bin/python Tests/ImagesTests/Golden/make_picture_golden.py
"""

import base64
import io
import json
import pathlib
import struct
import zlib

from PIL import Image, ImageOps

LEVELS = {"black": 0, "white": 255, "grey": 128}


def text(data):
    return base64.b64encode(bytes(data)).decode()


def smooth(width, height, bands, step=3):
    """Waves and edges, so that neither compression nor interpolation is trivial."""
    values = []
    for y in range(height):
        for x in range(width):
            for band in range(bands):
                values.append((x * (step + band) + y * (7 - band) + (90 if x > width // 2 else 0)
                               + (x * y) % 11 * 4) % 256)
    return bytes(values)


def picture(mode, width, height, step=3):
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), smooth(width, height, bands, step))


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def webp(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", **options)
    return buffer.getvalue()


def segments(file):
    """The marker segments before the first scan, and the rest."""
    position, found = 2, []
    while True:
        marker, size = file[position + 1], int.from_bytes(file[position + 2:position + 4], "big")
        if marker == 0xDA:
            return found, file[position:]
        found.append((marker, file[position + 4:position + 2 + size]))
        position += 2 + size


def joined(found, rest):
    return b"\xff\xd8" + b"".join(
        bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body for marker, body in found) + rest


def adobe(file, transform):
    """The file with Adobe's marker that says `transform`; without one for None."""
    found, rest = segments(file)
    found = [(marker, body) for marker, body in found if marker not in (0xE0, 0xEE)]
    if transform is not None:
        found.insert(0, (0xEE, b"Adobe" + bytes([0, 100, 0, 0, 0, 0, transform])))
    return joined(found, rest)


def named(file, ids):
    """The file with other names for its components, without markers that say what they are."""
    found, rest = segments(adobe(file, None))
    frames = []
    for marker, body in found:
        if marker in (0xC0, 0xC2):
            body = bytearray(body)
            for place, name in enumerate(ids):
                body[6 + 3 * place] = name
        frames.append((marker, bytes(body)))
    rest = bytearray(rest)
    for place, name in enumerate(ids):
        rest[5 + 2 * place] = name
    return joined(frames, bytes(rest))


def raw_png(width, height, depth, kind, rows, interlaced=False):
    """A PNG by hand, for what Pillow does not write: 16 bits a channel, Adam7."""
    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


def deep(width, height, samples, kind):
    values = [(x * 2003 + y * 977 + s * 5000) % 65536
              for y in range(height) for x in range(width) for s in range(samples)]
    rows = [struct.pack(f">{width * samples}H", *values[y * width * samples:(y + 1) * width * samples])
            for y in range(height)]
    return raw_png(width, height, 16, kind, rows)


def interlaced(image):
    pixels, (width, height), bands = image.tobytes(), image.size, len(image.getbands())
    rows = []
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                           (1, 0, 2, 2), (0, 1, 1, 2)]:
        columns = range(x0, width, dx)
        if columns:
            rows += [b"".join(pixels[(y * width + x) * bands:(y * width + x + 1) * bands]
                              for x in columns) for y in range(y0, height, dy)]
    return raw_png(width, height, 8, {1: 0, 3: 2}[bands], rows, interlaced=True)


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def seen(file, background, channels, size):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
    if image.mode.startswith("I"):
        # Of 16 bits Pillow keeps the upper eight in colour, and so do we in grey.
        values = image.convert("I").tobytes()
        image = Image.frombytes(
            "L", image.size, bytes(v >> 8 for (v,) in struct.iter_unpack("<i", values)))
    grey = image.mode in ("1", "L", "LA")
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        level = LEVELS[background]
        below = Image.new("RGBA", image.size, (level, level, level, 255))
        image = Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")
        image = image.getchannel(0) if grey else image
    else:
        image = image.convert("L" if grey else "RGB")
    if channels:
        image = image.convert({1: "L", 3: "RGB"}[channels])
    if size:
        width, height = image.size
        short = min(width, height)
        image = image.resize((size * width // short, size * height // short), Image.BILINEAR)
        left, top = round((image.width - size) / 2), round((image.height - size) / 2)
        image = image.crop((left, top, left + size, top + size))
    return image


def case(name, file, background="black", channels=None, size=None):
    image = seen(file, background, channels, size)
    return {
        "name": name, "background": background, "channels": channels, "size": size,
        "width": image.width, "height": image.height, "bands": len(image.getbands()),
        "pixels": text(image.tobytes()), "file": text(file),
    }


def main():
    rgb, grey = picture("RGB", 23, 17), picture("L", 23, 17)
    rgba, la = picture("RGBA", 9, 7), picture("LA", 9, 7)
    palette = rgb.quantize(16)
    photo = jpeg(rgb, quality=90, subsampling=2)
    plain = jpeg(rgb, quality=90, subsampling=0)
    cmyk = jpeg(picture("CMYK", 20, 12), quality=95)
    cases = [
        case("JPEG, grey", jpeg(grey, quality=85)),
        case("JPEG, 4:4:4", jpeg(rgb, quality=90, subsampling=0)),
        case("JPEG, 4:2:2", jpeg(rgb, quality=90, subsampling=1)),
        case("JPEG, 4:2:0", photo),
        case("JPEG, progressive", jpeg(rgb, quality=75, progressive=True)),
        case("JPEG, restart markers", jpeg(rgb, quality=75, restart_marker_blocks=1)),
        case("JPEG, CMYK", jpeg(picture("CMYK", 20, 12), quality=95)),
        case("JPEG, CMYK as grey", jpeg(picture("CMYK", 20, 12), quality=95), channels=1),
        case("JPEG, CMYK without Adobe's marker", adobe(cmyk, None)),
        case("JPEG, CMYK without Adobe's marker, as grey", adobe(cmyk, None), channels=1),
        case("JPEG, CMYK, transform 0", adobe(cmyk, 0)),
        case("JPEG, YCCK, transform 2", adobe(cmyk, 2)),
        case("JPEG, four components, transform 1", adobe(cmyk, 1)),
        case("JPEG, three components, transform 0", adobe(plain, 0)),
        case("JPEG, three components, transform 1", adobe(plain, 1)),
        case("JPEG, three components, transform 2", adobe(plain, 2)),
        case("JPEG, three components without a marker", adobe(plain, None)),
        case("JPEG, components named R, G, B", named(plain, b"RGB")),
        case("JPEG, components named 5, 6, 7", named(plain, bytes([5, 6, 7]))),
        case("JPEG, colour as grey", photo, channels=1),
        case("JPEG, grey as RGB", jpeg(grey, quality=85), channels=3),
        case("PNG, grey", png(grey)),
        case("PNG, RGB", png(rgb)),
        case("PNG, bilevel", png(grey.point(lambda v: 255 if v > 127 else 0).convert("1"))),
        case("PNG, palette", png(palette)),
        case("PNG, palette with a transparent colour", png(palette, transparency=3), "white"),
        case("PNG, palette with alphas", png(palette, transparency=bytes(range(0, 256, 16))), "grey"),
        case("PNG, grey with a transparent level", png(grey, transparency=grey.getpixel((3, 3))), "white"),
        case("PNG, grey and alpha", png(la)),
        case("PNG, grey and alpha on white", png(la), "white"),
        case("PNG, RGBA on black", png(rgba)),
        case("PNG, RGBA on grey", png(rgba), "grey"),
        case("PNG, RGBA as grey", png(rgba), "white", channels=1),
        case("PNG, 16 bits grey", deep(8, 5, 1, 0)),
        case("PNG, 16 bits RGB", deep(8, 5, 3, 2)),
        case("PNG, 16 bits RGBA", deep(8, 5, 4, 6), "white"),
        case("PNG, interlaced grey", interlaced(grey)),
        case("PNG, interlaced RGB", interlaced(rgb)),
        case("PNG, turned by eXIf", png(rgb, exif=exif(6))),
    ]
    cases += [
        case("WebP, lossy", webp(rgb, quality=80)),
        case("WebP, lossless", webp(rgb, lossless=True)),
        case("WebP, lossy as grey", webp(rgb, quality=60), channels=1),
        case("WebP, lossless with alpha on white", webp(rgba, lossless=True, exact=True), "white"),
        case("WebP, lossy with alpha on grey", webp(rgba, quality=70), "grey"),
        case("WebP, turned by EXIF", webp(rgb, lossless=True, exif=exif(6))),
        case("WebP, smaller", webp(picture("RGB", 61, 40), quality=90), size=16),
    ]
    small = picture("RGB", 11, 6, step=13)
    cases += [
        case(f"JPEG, orientation {n}", jpeg(small, quality=95, subsampling=0, exif=exif(n)))
        for n in range(1, 9)
    ]
    wide, tall = picture("RGB", 61, 40), picture("L", 33, 90)
    cases += [
        case("wide, smaller", png(wide), size=16),
        case("wide, one less", png(wide), size=39),
        case("wide, cut only", png(wide), size=40),
        case("wide, larger", png(wide), size=64),
        case("tall, smaller", png(tall), size=8),
        case("tall, larger", png(tall), size=35),
        case("a photo as grey at 12", photo, channels=1, size=12),
        case("a turned photo at 5", jpeg(small, quality=95, exif=exif(8)), size=5),
    ]
    path = pathlib.Path(__file__).with_name("pictures.json")
    path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
