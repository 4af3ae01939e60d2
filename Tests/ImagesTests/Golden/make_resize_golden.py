"""Writes resize.json: what Pillow makes of pseudo-random images.

    python3 -m venv VENV && VENV/bin/pip install 'pillow<13'
    VENV/bin/python Tests/ImagesTests/Golden/make_resize_golden.py

The inputs are not stored: both sides draw them from the same generator (`noise` below, and
ResizeTests.swift).
"""

import base64
import json
import pathlib

import PIL
from PIL import Image

# (height, width) from, (height, width) to, channels, count
CASES = [
    ((28, 28), (32, 32), 1, 6),
    ((28, 28), (14, 14), 1, 3),
    ((32, 32), (64, 64), 1, 1),
    ((33, 33), (20, 20), 1, 2),
    ((28, 28), (64, 64), 1, 1),
    ((7, 13), (9, 5), 1, 3),
    ((5, 3), (17, 11), 1, 2),
    ((1, 1), (3, 4), 1, 2),
    ((6, 5), (1, 1), 1, 2),
    ((16, 16), (16, 9), 1, 1),
    ((16, 16), (9, 16), 1, 1),
    ((200, 3), (7, 3), 1, 1),
    ((32, 32), (24, 24), 3, 2),
    ((20, 26), (32, 41), 3, 1),
    ((109, 89), (32, 26), 3, 1),
]


def noise(size, seed):
    state, out = seed, bytearray()
    for _ in range(size):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    # Every third image is black and white only, where rounding and clipping show most.
    return bytes(255 * (b >> 7) for b in out) if seed % 3 == 0 else bytes(out)


def main():
    cases = []
    for start, end, channels, count in CASES:
        result = b""
        for seed in range(1, count + 1):
            (height, width), mode = start, "L" if channels == 1 else "RGB"
            image = Image.frombytes(mode, (width, height), noise(height * width * channels, seed))
            result += image.resize((end[1], end[0]), Image.Resampling.BILINEAR).tobytes()
        cases.append({
            "from": start, "to": end, "channels": channels, "count": count,
            "bytes": base64.b64encode(result).decode(),
        })
    path = pathlib.Path(__file__).with_name("resize.json")
    document = {"pillow": PIL.__version__, "cases": cases}
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
