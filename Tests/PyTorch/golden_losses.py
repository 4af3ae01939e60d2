"""Losses: value and gradient in the critic's logits, written out from their definitions."""

import torch
import torch.nn.functional as F


def bce(score, target):
    return F.binary_cross_entropy_with_logits(score.logit, torch.zeros_like(score.logit) + target)


def mse(score, target):
    return F.mse_loss(score.output, torch.zeros_like(score.output) + target)


def wasserstein(r, f):
    return f.output.mean() - r.output.mean()


def hinge(r, f):
    return F.relu(1 - r.output).mean() + F.relu(1 + f.output).mean()


def relativistic(a, b):
    return F.binary_cross_entropy_with_logits(a.logit - b.logit, torch.ones_like(a.logit))


def relativistic_average(a, b):
    ones, zeros = torch.ones_like(a.logit), torch.zeros_like(b.logit)
    return F.binary_cross_entropy_with_logits(
        a.logit - b.logit.mean(), ones) + F.binary_cross_entropy_with_logits(
            b.logit - a.logit.mean(), zeros)


def classes(score, wanted):
    logits = score.logit if score.logit.ndim == 2 else score.logit.movedim(1, -1).flatten(0, -2)
    return F.cross_entropy(logits, torch.full((len(logits),), wanted))


def both_classes(r, f):
    """One batch of both kinds: the mean over twice as many samples."""
    return (classes(r, 1) + classes(f, 0)) / 2


class Score:
    def __init__(self, logit, squash):
        self.logit = logit
        self.output = squash(logit)


def each(numbers, score):
    """One number a sample, shaped like the scores."""
    return numbers.reshape(-1, *[1] * (score.logit.ndim - 1))


def table():
    """Spec text, critic's and generator's loss: functions of (real, fake) scores."""
    yield "kind: cross_entropy", lambda r, f: bce(r, 1) + bce(f, 0), lambda r, f: bce(f, 1)
    yield (
        "kind: cross_entropy, generator: saturating", lambda r, f: bce(r, 1) + bce(f, 0),
        lambda r, f: (1 - f.logit.sigmoid()).log().mean())
    yield (
        "kind: cross_entropy, generator: max_likelihood, scale: 0.5",
        lambda r, f: (bce(r, 1) + bce(f, 0)) / 2, lambda r, f: -f.logit.exp().mean())
    yield (
        "kind: cross_entropy, real: 0.9, fake: 0.1", lambda r, f: bce(r, 0.9) + bce(f, 0.1),
        lambda r, f: bce(f, 1))
    yield "kind: least_squares", lambda r, f: mse(r, 1) + mse(f, 0), lambda r, f: mse(f, 1)
    yield (
        "kind: least_squares, real: 1, fake: -1, generator: 0, scale: 0.5, generator_scale: 0.5",
        lambda r, f: (mse(r, 1) + mse(f, -1)) / 2, lambda r, f: mse(f, 0) / 2)
    yield "kind: wasserstein", wasserstein, lambda r, f: -f.output.mean()
    yield (
        "kind: wasserstein, drift: 0.1",
        lambda r, f: wasserstein(r, f) + 0.1 * (r.output ** 2).mean(), lambda r, f: -f.output.mean())
    yield "kind: hinge", hinge, lambda r, f: -f.output.mean()
    yield (
        "kind: hinge, margin: 0.5, scale: 0.5",
        lambda r, f: (F.relu(0.5 - r.output).mean() + F.relu(0.5 + f.output).mean()) / 2,
        lambda r, f: -f.output.mean())
    yield "kind: relativistic", relativistic, lambda r, f: relativistic(f, r)
    yield (
        "kind: relativistic, average: true, scale: 0.5",
        lambda r, f: relativistic_average(r, f) / 2, lambda r, f: relativistic_average(f, r) / 2)


def noisy_table():
    """The same with the draws that targets are made of: flips of real and fake, then jitters."""
    draws = [torch.tensor([0.1, 0.3, 0.05, 0.9]), torch.tensor([0.25, 0.15, 0.8, 0.6])]
    flips = [(draw < 0.2).double() for draw in draws]
    yield "kind: cross_entropy, real: 0.9, flip: 0.2", draws, lambda r, f: (
        bce(r, each(0.9 * (1 - flips[0]), r)) + bce(f, each(0.9 * flips[1], f)))
    yield "kind: least_squares, fake: -1, flip: 0.2", draws, lambda r, f: (
        mse(r, each(1 - 2 * flips[0], r)) + mse(f, each(2 * flips[1] - 1, f)))
    yield "kind: least_squares, jitter: 0.3", draws, lambda r, f: (
        mse(r, each(1 + (2 * draws[0] - 1) * 0.3, r)) + mse(f, each((2 * draws[1] - 1) * 0.3, f)))
    more = [draws[0], torch.tensor([0.5, 0.75, 0.125, 0.0]), draws[1], torch.tensor([0.25] * 4)]
    yield "kind: cross_entropy, flip: 0.2, jitter: 0.1", more, lambda r, f: (
        bce(r, each(1 - flips[0] + (2 * more[1] - 1) * 0.1, r))
        + bce(f, each(flips[1] + (2 * more[3] - 1) * 0.1, f)))


def case(text, shape, closing, discriminator, generator, draws=()):
    squash = {"": lambda x: x, "sigmoid": torch.sigmoid, "softmax": lambda x: x.softmax(1)}[closing]
    real, fake = (((torch.randn(shape) * 2000).round() / 1000).requires_grad_() for _ in "rf")
    result = {"loss": text, "closing": closing, "real": real, "fake": fake, "draws": list(draws)}
    for name, function in (("discriminator", discriminator), ("generator", generator)):
        value = function(Score(real, squash), Score(fake, squash))
        gradients = torch.autograd.grad(
            value, (real, fake), allow_unused=True, materialize_grads=True)
        result[name] = {"value": value.item(), "real": gradients[0], "fake": gradients[1]}
    return result


def cases():
    for text, discriminator, generator in table():
        for shape in ((4, 1), (2, 1, 2, 1)):
            for closing in ("", "sigmoid"):
                yield case(text, shape, closing, discriminator, generator)
    for text, draws, discriminator in noisy_table():
        generator = (lambda r, f: bce(f, 1)) if "cross" in text else (lambda r, f: mse(f, 1))
        yield case(text, (4, 1), "", discriminator, generator, draws)
        yield case(text, (4, 1, 2, 1), "sigmoid", discriminator, generator, draws)
    for shape in ((4, 2), (2, 2, 2, 1)):
        for closing in ("", "softmax"):
            yield case(
                "kind: two_class", shape, closing, both_classes, lambda r, f: classes(f, 1))
