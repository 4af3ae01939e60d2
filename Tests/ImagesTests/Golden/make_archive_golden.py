"""Writes archives.json: the same small files in zip and tar files of every kind, as Python's own modules
write them, and arrays as NumPy writes them, with the bytes that are in them.

    python3 -m venv VENV && VENV/bin/pip install numpy
    VENV/bin/python Tests/ImagesTests/Golden/make_archive_golden.py
"""

import base64
import gzip
import io
import json
import pathlib
import struct
import tarfile
import zipfile

import numpy

LONG = "a-folder-with-a-name-of-some-length/" * 4 + "and-then-a-file.png"
FILES = {
    "b/two.png": b"2" * 700, "b/one.jpg": bytes(range(256)) * 3, "a/\u732b.png": b"cat",
    "a/deep/x.png": b"", "a/.hidden.png": b"no", "a/notes.txt": b"text", LONG: b"long",
    "__MACOSX/a/y.png": b"no",
}
SEEN = sorted(
    (name for name in FILES
     if name.endswith((".png", ".jpg")) and "MACOSX" not in name and "/." not in name),
    key=lambda name: (name.split("/")[0].encode(), name.rpartition("/")[0].encode(),
                      name.rpartition("/")[2].encode()))


def text(data):
    return base64.b64encode(bytes(data)).decode()


def tar(kind, prefix=""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        folder = tarfile.TarInfo(prefix + "empty")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        link = tarfile.TarInfo(prefix + "b/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "two.png"
        archive.addfile(link)
        for name, content in FILES.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def large_zip():
    """With the records of zip64, which zipfile writes only where they are needed."""
    name, content = b"z/large.png", b"content"
    import zlib
    extra = struct.pack("<HHQQQ", 1, 24, len(content), len(content), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034b50, 45, 0, 0, 0, 0, zlib.crc32(content), 0xffffffff,
                        0xffffffff, len(name), 20) + name
    local += struct.pack("<HHQQ", 1, 16, len(content), len(content)) + content
    directory = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 45, 45, 0, 0, 0, 0, zlib.crc32(content),
                            0xffffffff, 0xffffffff, len(name), len(extra), 0, 0, 0, 0, 0xffffffff)
    directory += name + extra
    end = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, 1, 1, len(directory), len(local))
    locator = struct.pack("<IIQI", 0x07064b50, 0, len(local) + len(directory), 1)
    last = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    return local + directory + end + locator + last


def zipped(method, prefix="", comment=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(prefix + "empty/"), b"")
        for name, content in FILES.items():
            archive.writestr(zipfile.ZipInfo(prefix + name), content, compress_type=method)
        link = zipfile.ZipInfo(prefix + "b/link.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, b"two.png")
        archive.comment = comment
    return buffer.getvalue()


def archive(name, data, classes=None, files=None):
    files = files or {name: FILES[name] for name in SEEN}
    return {"name": name, "file": text(data), "paths": list(files),
            "contents": [text(content) for content in files.values()],
            "classes": classes if classes is not None else ["a", LONG.split("/")[0], "b", "empty"]}


def npy(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array)
    return buffer.getvalue()


def npz(save, *unnamed, **arrays):
    buffer = io.BytesIO()
    save(buffer, *unnamed, **arrays)
    return buffer.getvalue()


def array(name, file, images, labels=None, **keys):
    last = images[..., None] if images.ndim == 3 else images
    return {"name": name, "file": text(file), "shape": list(last.shape), "pixels": text(last.tobytes()),
            "labels": labels, **{"layout": None, "wanted": None, "low": None, **keys}}


def main():
    plain = tar(tarfile.GNU_FORMAT)
    archives = [
        archive("tar, GNU", plain),
        archive("tar, pax", tar(tarfile.PAX_FORMAT)),
        archive("tar, in a folder", tar(tarfile.GNU_FORMAT, "./data set/v1/")),
        archive("tar.gz", gzip.compress(plain, mtime=0)),
        archive("tar.gz in two members", gzip.compress(plain[:3000], mtime=0)
                + gzip.compress(plain[3000:], mtime=0)),
        archive("zip, stored", zipped(zipfile.ZIP_STORED)),
        archive("zip, deflated", zipped(zipfile.ZIP_DEFLATED)),
        archive("zip, in a folder, with a comment", zipped(zipfile.ZIP_DEFLATED, "set/", b"PK\5\6" * 9)),
        archive("zip64", large_zip(), [], {"large.png": b"content"}),
    ]

    images = (numpy.arange(4 * 5 * 6 * 3) * 37 % 256).astype(numpy.uint8).reshape(4, 5, 6, 3)
    grey = images[..., 0]
    labels = [0, 2, 1, 2]
    floats = images.astype(numpy.float32) / 255
    first = numpy.ascontiguousarray(images.transpose(0, 3, 1, 2))
    both = images.reshape(4, 3, 10, 3)
    arrays = [
        array("uint8, nhwc", npy(images), images),
        array("uint8, nchw", npy(first), images),
        array("uint8, nhw", npy(grey), grey),
        array("uint8, either", npy(both), both, layout="nhwc"),
        array("float32 in [0, 1]", npy(floats), images),
        array("float32 in [-1, 1], nchw", npy(first.astype(numpy.float32) / 127.5 - 1), images, low=-1),
        array("float64", npy(floats.astype(numpy.float64)), images),
        array("npz with the usual names", npz(numpy.savez, x_train=images, y_train=numpy.array(labels)),
              images, labels),
        array("npz, compressed", npz(numpy.savez_compressed, images=grey,
                                     labels=numpy.array(labels, numpy.uint8)[:, None]), grey, labels),
        array("npz, other names", npz(numpy.savez, faces=first, ages=numpy.array(labels, numpy.int32)),
              images, labels, wanted="faces"),
        array("npz, one array", npz(numpy.savez, grey), grey),
    ]
    path = pathlib.Path(__file__).with_name("archives.json")
    path.write_text(json.dumps({"archives": archives, "arrays": arrays}, indent=1) + "\n")


if __name__ == "__main__":
    main()
