"""Losses: value and gradient in the critic's logits, written out from their definitions."""

import torch
import torch.nn.functional as F


def bce(score, target):
    return F.binary_cross_entropy_with_logits(score.logit, torch.full_like(score.logit, target))


def mse(score, target):
    return F.mse_loss(score.output, torch.full_like(score.output, target))


class Score:
    def __init__(self, logit, closes_in_sigmoid):
        self.logit = logit
        self.output = logit.sigmoid() if closes_in_sigmoid else logit


def table():
    """Spec text, the critic's loss, the generator's loss: functions of (real, fake) scores."""
    yield "kind: cross_entropy", (
        lambda r, f: bce(r, 1) + bce(f, 0)), lambda r, f: bce(f, 1)
    yield "kind: cross_entropy, generator: saturating", (
        lambda r, f: bce(r, 1) + bce(f, 0)), lambda r, f: (1 - f.logit.sigmoid()).log().mean()
    yield "kind: cross_entropy, generator: max_likelihood, scale: 0.5", (
        lambda r, f: (bce(r, 1) + bce(f, 0)) / 2), lambda r, f: -f.logit.exp().mean()
    yield "kind: cross_entropy, real: 0.9, fake: 0.1", (
        lambda r, f: bce(r, 0.9) + bce(f, 0.1)), lambda r, f: bce(f, 1)
    yield "kind: least_squares", (
        lambda r, f: mse(r, 1) + mse(f, 0)), lambda r, f: mse(f, 1)
    yield (
        "kind: least_squares, real: 1, fake: -1, generator: 0, scale: 0.5, generator_scale: 0.5"), (
        lambda r, f: (mse(r, 1) + mse(f, -1)) / 2), lambda r, f: mse(f, 0) / 2


def cases():
    for text, discriminator, generator in table():
        for shape in ((4, 1), (2, 1, 2, 1)):
            for closes_in_sigmoid in (False, True):
                real, fake = (
                    ((torch.randn(shape) * 2000).round() / 1000).requires_grad_() for _ in "rf")
                result = {"loss": text, "sigmoid": closes_in_sigmoid, "real": real, "fake": fake}
                for name, function in (("discriminator", discriminator), ("generator", generator)):
                    value = function(Score(real, closes_in_sigmoid), Score(fake, closes_in_sigmoid))
                    gradients = torch.autograd.grad(
                        value, (real, fake), allow_unused=True, materialize_grads=True)
                    result[name] = {"value": value.item(), "real": gradients[0], "fake": gradients[1]}
                yield result
