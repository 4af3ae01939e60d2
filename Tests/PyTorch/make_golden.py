"""Writes Tests/ModelBuilderTests/Golden/*.json: what PyTorch makes of small inputs, in float64.

usage: make_golden.py        (needs: pip install torch)

Tensors are in PyTorch's layout. Every case holds its inputs (three decimals, so that both sides
start from the same numbers); the cotangent of output element i is cos(i + 1), the direction of a
second derivative sin(i + 1).
"""

import json
import math
from pathlib import Path

import torch

import golden_augmentations
import golden_games
import golden_initializers
import golden_layers
import golden_losses
import golden_optimizers
import golden_penalties
import golden_rates
import golden_second_order
import golden_terms
import golden_transformations

FOLDER = Path(__file__).parent.parent / "ModelBuilderTests" / "Golden"


def number(x):
    return int(x) if float(x).is_integer() else float(f"{x:.11g}")


def plain(value):
    """Tensors as {"shape", "values"}; everything else as JSON has it."""
    if isinstance(value, torch.Tensor):
        values = value.detach().flatten().tolist()
        assert all(map(math.isfinite, values)), "a golden number is not finite"
        return {"shape": list(value.shape), "values": [number(x) for x in values]}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return number(value) if isinstance(value, float) else value


def main():
    torch.set_default_dtype(torch.float64)
    modules = [
        golden_layers, golden_losses, golden_penalties, golden_optimizers, golden_initializers,
        golden_rates, golden_games, golden_augmentations, golden_second_order,
        golden_terms, golden_transformations,
    ]
    for module in modules:
        torch.manual_seed(0)
        name = module.__name__.removeprefix("golden_")
        lines = [json.dumps(plain(case), separators=(",", ":")) for case in module.cases()]
        text = "[\n" + ",\n".join(lines) + "\n]\n"
        (FOLDER / f"{name}.json").write_text(text)
        print(f"{name:<14} {len(lines):>3} cases {len(text) / 1000:6.1f} kB")


if __name__ == "__main__":
    main()
