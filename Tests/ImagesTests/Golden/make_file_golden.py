"""Writes files.json: small PNG files of every kind with the pixels Pillow sees in them, and a gzipped
IDX pair.

    python3 -m venv VENV && VENV/bin/pip install 'pillow<13'
    VENV/bin/python Tests/ImagesTests/Golden/make_file_golden.py
"""

import base64
import gzip
import io
import json
import pathlib
import struct

from PIL import Image


def text(data):
    return base64.b64encode(bytes(data)).decode()


def png(name, image, seen, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return {
        "name": name, "width": seen.width, "height": seen.height,
        "channels": len(seen.getbands()), "pixels": text(seen.tobytes()),
        "file": text(buffer.getvalue()),
    }


def main():
    grey = Image.frombytes("L", (7, 5), bytes((i * 37) % 256 for i in range(35)))
    rgb = Image.frombytes("RGB", (6, 4), bytes((i * 53 + 11) % 256 for i in range(72)))
    palette = rgb.quantize(8)
    bilevel = grey.point(lambda v: 255 if v > 127 else 0).convert("1")
    opaque = rgb.convert("RGBA")
    pngs = [
        png("grey", grey, grey),
        png("rgb", rgb, rgb),
        png("palette", palette, palette.convert("RGB")),
        png("bilevel", bilevel, bilevel.convert("L")),
        png("rgba, opaque", opaque, rgb),
    ]

    images = bytes((i * i * 7 + i // 16) % 256 if i % 5 else 0 for i in range(6 * 4 * 4))
    labels = bytes([0, 1, 2, 2, 1, 0])
    pair = {
        "images": text(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, 6, 4, 4) + images, mtime=0)),
        "labels": text(gzip.compress(struct.pack(">4BI", 0, 0, 8, 1, 6) + labels, mtime=0)),
        "pixels": text(images), "classes": list(labels),
    }
    document = {"png": pngs, "idx": pair}
    path = pathlib.Path(__file__).with_name("files.json")
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
