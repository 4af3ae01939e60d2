"""docs/replay.md: a row for every file that was replayed, read and written.

Rows stay in the document from one call of replay_gallery.py to the next, on whichever machine it is made, and each
tells the build that it was made with.
"""

import re
from collections import Counter
from typing import NamedTuple

from comparing import Outcome

OVER = "**over** "
"""Before the limit of a row that is beyond it."""

GROUPS = {
    "": "The gallery", "classic/": "experiments/classic", "mixtures/": "experiments/mixtures",
    "games/": "Tests/PyTorch/games"}
HEADINGS = (
    "file", "batch", "loss", "gradient", "parameters", "worst tensor", "limit", "noise", "bias", "kinks",
    "gan-exp, PyTorch")


class Row(NamedTuple):
    """Text as the table has it."""

    pictures: str
    batch: str
    loss: str
    gradient: str
    parameters: str
    worst: str
    limit: str
    noise: str
    bias: str
    kinks: str
    build: str

    @property
    def is_good(self):
        return not self.limit.startswith(OVER)

    @property
    def largest(self):
        return max(float(self.loss), float(self.gradient), float(self.parameters))

    @property
    def share_of_limit(self):
        return self.largest / float(re.match(r"[\d.e+-]+", self.limit).group())


def read(document):
    """The rows of a document, by the file's name."""
    prefixes = {title: prefix for prefix, title in GROUPS.items()}
    rows, prefix = {}, ""
    for line in document.split("\n"):
        if line.startswith("## "):
            prefix = prefixes[line.removeprefix("## ")]
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("| ") or len(cells) != len(HEADINGS) or cells[0] in (HEADINGS[0], "---"):
            continue
        name, pictures = re.fullmatch(r"(\S+)(?: \((.*)\))?", cells[0]).groups()
        rows[prefix + name] = Row(pictures or "", *cells[1:])
    return rows


def line(cells):
    return "| " + " | ".join(cells) + " |\n"


def document(rows):
    """The text, of all files in order; None is for one that has no row."""
    present = {name: row for name, row in rows.items() if row}
    absent = [name for name, row in rows.items() if not row]
    beyond = [name for name, row in present.items() if not row.is_good]
    nearest, row = max(
        ((name, row) for name, row in present.items() if row.is_good), key=lambda pair: pair[1].share_of_limit)
    builds = "; ".join(
        f"{count} at {build}" for build, count in sorted(Counter(row.build for row in present.values()).items()))
    lack = f" **Over its limit**: {', '.join(beyond)}." if beyond else ""
    lack += f" Without a row yet: {', '.join(absent)}." if absent else ""
    text = f"""# Replayed in PyTorch

`gan-exp trace` writes what goes into the first rounds of an experiment and all that comes out, to the bit: initial weights,
batches, latents, labels, masks; losses, gradients, and parameters and statistics after each round ([trace.md](trace.md)).
[Tests/PyTorch/replay.py](../Tests/PyTorch/replay.py) builds the same networks, losses and optimizers from PyTorch's own, in double
precision, out of the resolved spec in that file, plays the same 5 rounds with the same draws, and compares
every tensor. (Convolutions of few pixels are one product a batch there, which [products.py](../Tests/PyTorch/products.py)
checks against PyTorch's own.) This is done for every file of `experiments/` and for the games of
[Tests/PyTorch/games](../Tests/PyTorch/games), which hold what the gallery does not use, each at its own batch size (cifar10-sngan,
whose own takes too long in PyTorch, at 4).

Written by `make replay PYTHON=… WRITE=1`, which replaces the rows that it makes and leaves the others: {len(present)} files.
Nearest to its limit is {nearest}, {row.largest:.1e} in {row.worst}.{lack}
By gan-exp and PyTorch: {builds}.

* **loss**, **gradient**, **parameters**: the largest |ours − PyTorch's| of a tensor over its largest number, of all moves
  and rounds. After each move both sides step with our gradient, so that Adam, whose first step is a sign, does not turn
  rounding into a different weight.
* **limit**: 1e-4; 1e-3 where a penalty's gradient is a gradient of a gradient, which is named. Where a tensor is further
  away, the same rounds are played in PyTorch in single precision too, with the channels of convolutions added up in
  as many orders as the row says, and the largest distance from double precision that it comes to at that tensor is given;
  and once with every operation exact and only its result rounded to single precision
  ([rounding.py](../Tests/PyTorch/rounding.py)), to which rounding inside of operations adds nothing. The loss of a Wasserstein
  generator is a mean of scores of either sign: where next to nothing is left of it, its relative error is large though the
  difference is the rounding of a score.
* **noise**: the gradient of a bias that the next layer takes away again is 0 in exact arithmetic; its size over the largest
  gradient of the move, at most {Outcome.NOISE:.0e}.
* **bias**: the gradient of a critic's last bias is a sum of what every sample says, real ones up and generated ones down,
  of which next to nothing is left while the critic cannot tell them apart. Its error over the sum of their magnitudes, as
  PyTorch computes it: at most the rounding of single precision times √n where n numbers are added up (16 times, where n is
  less than 256).
* **kinks**: inputs of relus, and of absolute differences in a loss, so near to 0 that PyTorch had them on the other side;
  they are put where the trace says.
"""
    for prefix, title in GROUPS.items():
        text += f"\n## {title}\n\n" + line(HEADINGS) + line("---" for _ in HEADINGS)
        for name, row in present.items():
            if name.rpartition("/")[0] + "/" * ("/" in name) != prefix:
                continue
            note = f" ({row.pictures})" if row.pictures else ""
            text += line((name.removeprefix(prefix) + note, *row[1:]))
    return text
