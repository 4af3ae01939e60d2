"""Pictures that are drawn here, for experiments whose data nobody has at hand."""

import random
import re
import struct
import zlib


def png(width, height, pixels):
    """A file of RGB bytes."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(
        b"\0" + pixels[3 * width * y:3 * width * (y + 1)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def draw_pictures(folder, count=512, sides=(48, 96)):
    """Slopes of two colours with a bright square in them, so many pixels a side."""
    generator = random.Random(1)
    for index in range(count):
        width, height, side = (generator.randint(*r) for r in (sides, sides, (8, 30)))
        near, far = ([generator.randrange(256) for _ in "rgb"] for _ in "ab")
        left, top = generator.randint(0, width - side), generator.randint(0, height - side)
        pixels = bytearray()
        for y in range(height):
            for x in range(width):
                bright = left <= x < left + side and top <= y < top + side
                share = (x + y) / (width + height)
                pixels += bytes(
                    255 - int(b) if bright else int(a + (b - a) * share) for a, b in zip(near, far))
        (folder / f"{index:04}.png").write_bytes(png(width, height, bytes(pixels)))


def draw_pairs(folder, count=64, width=512, height=256):
    """Two slopes side by side, the right one with a bright band where the left one is dark."""
    generator = random.Random(2)
    for index in range(count):
        near, far = ([generator.randrange(256) for _ in "rgb"] for _ in "ab")
        half = width // 2
        plain = b"".join(
            bytes(int(a + (b - a) * x / half) for a, b in zip(near, far)) for x in range(half))
        dark, bright = bytes(len(plain)), bytes(255 - value for value in plain)
        top = generator.randint(0, height - 60)
        rows = [
            (dark + bright) if top <= y < top + 60 else (plain + plain) for y in range(height)]
        (folder / f"{index:04}.png").write_bytes(png(width, height, b"".join(rows)))


def draw_cifar10(folder, count=40):
    """The five files of CIFAR-10's binary version, with so many pictures each: a byte of class, then planes of red, green
    and blue, slopes from one colour to another."""
    generator = random.Random(3)
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(1, 6):
        records = bytearray()
        for index in range(count):
            records.append(index % 10)
            for _ in "rgb":
                near, far = generator.randrange(256), generator.randrange(256)
                records += bytes(int(near + (far - near) * (x + y) / 62) for y in range(32) for x in range(32))
        (folder / f"data_batch_{part}.bin").write_bytes(records)


def draw_instead(specs, home, folder):
    """Copies of these files below `folder` that ask for digits which gan-exp draws instead of MNIST's, and every folder
    of pictures that they name: pairs where halves of them are taken. Both are where `home` has them. CIFAR-10 lies in `folder`."""
    for spec in specs:
        text = (home / spec).read_text()
        for path in re.findall(r"folder: (?:\{path: )?([\w./-]+)", text):
            if not (folder / path).exists():
                (folder / path).mkdir(parents=True)
                if "half:" in text:
                    draw_pairs(folder / path, count=8)
                else:
                    # Those of CIFAR are played as they are.
                    sides = (32, 32) if "cifar" in path else (48, 96)
                    draw_pictures(folder / path, count=64, sides=sides)
        if re.search(r"(?m)^[^#\n]*source: \{?cifar10\b", text):
            draw_cifar10(folder / "cifar-10-batches-bin")
        drawn = "{synthetic: {of: digits, count: 2000}}"
        text = re.sub(r"(?m)^([^#\n]*source: )(?:mnist\b|\{mnist: \w+\})", rf"\1{drawn}", text)
        (folder / spec).parent.mkdir(parents=True, exist_ok=True)
        (folder / spec).write_text(text)
