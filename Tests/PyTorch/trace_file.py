"""A safetensors file, read a tensor at a time: what `gan-exp trace` writes. Source: the format's README (huggingface/safetensors)."""

import json
import math
import mmap
import struct

import torch

TYPES = {"F32": torch.float32, "I32": torch.int32, "U8": torch.uint8, "F64": torch.float64, "I64": torch.int64}


class TraceFile:
    def __init__(self, path):
        self.file = open(path, "rb")
        self.bytes = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)
        (length,) = struct.unpack("<Q", self.bytes[:8])
        self.header = json.loads(self.bytes[8:8 + length])
        self.start = 8 + length
        self.written = self.header.pop("__metadata__", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bytes.close()
        self.file.close()

    def metadata(self):
        return self.written

    def keys(self):
        return self.header.keys()

    def shape(self, name):
        return self.header[name]["shape"]

    def get_tensor(self, name):
        row = self.header[name]
        dtype, shape = TYPES[row["dtype"]], row["shape"]
        if math.prod(shape) == 0:
            return torch.empty(shape, dtype=dtype)
        first, last = row["data_offsets"]
        part = bytearray(self.bytes[self.start + first:self.start + last])
        return torch.frombuffer(part, dtype=dtype).reshape(shape)
