"""Transformations of images between `low` and `high`, from PyTorch's functions.

`apply(word, keys, x, low, high)`: `x` is `[batch, channels, height, width]`, `keys` those of a resolved
spec.
"""

import torch
import torch.nn.functional as F

HALVES = {"left": (3, 0), "right": (3, 1), "top": (2, 0), "bottom": (2, 1)}


def apply(word, keys, x, low, high):
    rows, columns = x.shape[2:]
    match word:
        case "invert":
            return low + high - x
        case "grayscale":
            if x.shape[1] == 1:
                return x
            weights = torch.tensor([299, 587, 114], dtype=x.dtype) / 1000
            return torch.einsum("bchw,c->bhw", x, weights)[:, None]
        case "half":
            axis, place = HALVES[keys["side"]]
            return x.chunk(2, axis)[place]
        case "resize":
            size = keys["size"]
            height, width = size if isinstance(size, list) else (size, size)
            down = F.avg_pool2d(x, (max(1, rows // height), max(1, columns // width)))
            return F.interpolate(down, size=(height, width), mode="nearest")
        case "mask":
            if isinstance(keys.get("box"), list):
                top, left, height, width = keys["box"]
            else:
                center = keys["center"]
                height, width = center if isinstance(center, list) else (center, center)
                top, left = (rows - height) // 2, (columns - width) // 2
            value = keys.get("value")
            x = x.clone()
            x[:, :, top:top + height, left:left + width] = (
                value if isinstance(value, (int, float)) else (low + high) / 2)
            return x
    raise SystemExit(f"replay: no PyTorch counterpart for the transformation `{word}`")
