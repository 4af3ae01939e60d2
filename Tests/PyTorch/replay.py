"""Replays `gan-exp trace` files in PyTorch and prints how far the two sides are apart.

usage: replay.py TRACE.safetensors [...] [--tolerance 1e-4] [--precision float64]
needs: pip install torch

The networks, the losses and the optimizers are PyTorch's own, built from the resolved spec in the
file; draws (initial weights, batches, latents, labels, dropout masks) are taken from it. Each
gradient is compared; then PyTorch's optimizer steps with the trace's gradient, so that a difference
of rounding is not blown up from round to round (Adam's first steps are the sign of the gradient).
The error of a tensor is max |ours - theirs| / max |theirs|. Where one is over the limit, the same rounds are
played in PyTorch in single precision too, four times, with the channels of convolutions added up in other orders, to tell
how far its own comes to be from double precision there: a fault of ours,
a number of which rounding leaves no more, or a fault that both share (as the order in which oneDNN adds up was). A fifth
time every operation is exact and only its result is rounded (rounding.py): what is left then is not of any sum inside of one.
It is over the limit either way. Three kinds of number are rounding and little else, and are treated so:

* The gradient of a bias in front of a batch norm is 0 in exact arithmetic, as that of the keys of
  self-attention, and of a critic's last bias under a loss of differences. Only its smallness is
  checked ("noise": its size against the largest gradient of the move).
* The gradient of any other last bias of a critic is a sum of what every sample says, real ones up
  and generated ones down. While the critic cannot tell them apart next to nothing is left, with the
  rounding of all. So its error is taken relative to the sum of their magnitudes, which PyTorch
  computes, and may be no more than rounding ("bias"): √n of it where n numbers are added up.
* A relu whose input is next to 0 may have it on either side, and so may an absolute difference that
  is a loss. The trace says on which side it has those that are nearer to 0 than 1e-3 of the layer's
  inputs; they are put there, and those that PyTorch had on the other side are counted ("kinks").

two_players.py plays a generator and a discriminator, games.py any number of networks (there the last bias
of every network is a sum: where less than a hundredth of its parts is left, the error of its gradient is
relative to a hundredth of their magnitudes). comparing.py is what both compare with.
"""

import argparse
from contextlib import nullcontext
import json
import sys

import torch

import games
import products
import two_players
from rounding import RoundedResults
from trace_file import TraceFile

products.install()

ORDERS = 4
"""In how many orders PyTorch in single precision adds up where a tensor is over the limit."""


def replayed(path, dtype=torch.float64):
    with TraceFile(path) as trace:
        spec = json.loads(trace.metadata()["resolved_json"])
        kind = games.Replay if "networks" in spec else two_players.Replay
        first = kind(trace, dtype)
        found = first.play()
        if first.beyond and not found.is_within(found.limit):
            last = max(int(key.partition("/")[0].removeprefix("round")) for key in first.beyond)
            ways = [("own", nullcontext())]
            ways += [("own", products.in_another_order(order)) for order in range(1, ORDERS)]
            ways += [("rounded", RoundedResults())]
            for told_as, way in ways:
                again = kind(trace, torch.float32)
                again.in_double, again.rounds, again.told_as = first.beyond, last + 1, told_as
                with way:
                    again.play()
            found = found._replace(beyond=first.beyond_rows())
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("traces", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--precision", default="float64", choices=["float32", "float64"])
    arguments = parser.parse_args()
    failed = False
    print(f"{'trace':<20} rounds    loss gradient parameters    noise    bias kinks   worst tensor")
    for path in arguments.traces:
        found = replayed(path, getattr(torch, arguments.precision))
        bad = not found.is_within(arguments.tolerance)
        failed |= bad
        print(
            f"{found.name:<20} {found.rounds:>6} {found.loss:7.1e}  {found.gradient:7.1e} "
            f"   {found.parameters:7.1e}  {found.noise:7.1e} {found.bias:7.1e} {found.kinks:>5}   "
            f"{found.worst}{'   FAILED' if bad else ''}"
            + (", PyTorch's own {:.1e}, only results rounded {:.1e}".format(*found.furthest) if found.furthest else ""),
            flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
