"""Terms on values, from PyTorch's functions and the formulas of the papers, weight included.

`cost(word, keys, *values)`: `distance` of two values, `kl_to_normal` of a mean and a logarithm of a variance,
`class` of logits and labels, `feature_matching` of features of two batches, `total_variation` of images.
"""

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

DISTANCES = {"l1": F.l1_loss, "l2": F.mse_loss, "smooth": F.smooth_l1_loss}


def over_samples(each, reduce):
    """The mean over the batch of a sum or mean over each sample."""
    each = each.flatten(1)
    return (each.sum(1) if reduce == "sum" else each.mean(1)).mean()


def plain(word, keys, *values):
    match word:
        case "distance":
            a, b = values
            each = DISTANCES[keys.get("norm", "l1")](a, b, reduction="none")
            return over_samples(each, keys.get("reduce", "mean"))
        case "kl_to_normal":
            mean, log_variance = values
            each = kl_divergence(
                Normal(mean, torch.exp(log_variance / 2), validate_args=False),
                Normal(torch.zeros_like(mean), torch.ones_like(mean)))
            return over_samples(each, keys.get("reduce", "sum"))
        case "class":
            logits, labels = values
            return F.cross_entropy(
                logits, labels.long(), label_smoothing=keys.get("smoothing", 0))
        case "feature_matching":
            a, b = values
            return F.mse_loss(a.mean(0), b.mean(0), reduction=keys.get("reduce", "sum"))
        case "total_variation":
            (x,) = values
            down, right = (x.diff(dim=axis).abs() for axis in (2, 3))
            if keys.get("norm") == "sum":
                return (down.sum() + right.sum()) / len(x)
            return sum(part.mean() for part in (down, right) if part.numel())
    raise SystemExit(f"replay: no PyTorch counterpart for the term `{word}`")


def cost(word, keys, *values):
    return keys.get("weight", 1) * plain(word, keys, *values)
