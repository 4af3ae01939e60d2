"""What single precision costs where no operation rounds more than its result.

usage: rounding.py    compares it with PyTorch's single and double precision on a small network
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only


class RoundedResults(TorchDispatchMode):
    """Every operation, forwards and backwards, on single precision numbers is played in double precision, and only what
    comes out is rounded to single precision, the running statistics of a norm too. (A view is one of the same numbers;
    what else is written in place, by the optimizers' steps, is in single precision as always.)"""

    STATISTICS = slice(3, 5)
    """Arguments of `native_batch_norm` that it updates, of which its schema says nothing."""

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        named = named or {}
        if function.is_view or function._schema.is_mutable:
            return function(*arguments, **named)
        single = False

        def in_double(tensor):
            nonlocal single
            if tensor.dtype != torch.float32:
                return tensor
            single = True
            return tensor.double()

        given = arguments
        arguments, named = tree_map_only(torch.Tensor, in_double, (arguments, named))
        found = function(*arguments, **named)
        if function is torch.ops.aten.native_batch_norm.default:
            for old, new in zip(given[self.STATISTICS], arguments[self.STATISTICS]):
                if old is not None:
                    old.copy_(new)
        if not single or named.get("dtype") is not None:
            return found
        return tree_map_only(
            torch.Tensor, lambda tensor: tensor.float() if tensor.dtype == torch.float64 else tensor, found)


def main():
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 64, 3), torch.nn.InstanceNorm2d(64), torch.nn.ReLU(), torch.nn.Conv2d(64, 64, 3))
    x = torch.randn(1, 3, 32, 32)

    def gradient(dtype):
        network.to(dtype)
        return torch.autograd.grad(network(x.to(dtype)).square().mean(), network[0].weight)[0]

    exact = gradient(torch.float64)
    single = gradient(torch.float32)
    with RoundedResults():
        rounded = gradient(torch.float32)
    norm = torch.nn.BatchNorm2d(3)
    with RoundedResults():
        norm(x)
    assert torch.allclose(norm.running_mean, 0.1 * x.mean([0, 2, 3]))
    own, best = ((g - exact).abs().max() / exact.abs().max() for g in (single, rounded))
    print(f"rounding: single precision {own:.1e}, only results rounded {best:.1e}")
    assert rounded.dtype == torch.float32 and 0 < best < own


if __name__ == "__main__":
    main()
