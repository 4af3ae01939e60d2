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
    yield (
        "kind: cross_entropy, scale: 0.25, generator_scale: 0.5",
        lambda r, f: (bce(r, 1) + bce(f, 0)) / 4, lambda r, f: bce(f, 1) / 2)
    yield (
        "kind: cross_entropy, scale: 0", lambda r, f: 0 * bce(r, 1) + 0 * bce(f, 0),
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
    yield (
        "kind: relativistic, generator: non_saturating", relativistic, lambda r, f: bce(f, 1))
    yield (
        "kind: relativistic, generator: non_saturating, scale: 0.5",
        lambda r, f: relativistic(r, f) / 2, lambda r, f: bce(f, 1) / 2)


def boundary_table():
    """The generator seeks the place where the critic says ½."""
    def generator(r, f):
        says = f.logit.sigmoid()
        return 0.5 * ((says.log() - (1 - says).log()) ** 2).mean()

    for keys, scale in ((", scale: 0.5", 1), (", scale: 0.5, generator_scale: 3", 3)):
        yield (
            f"kind: cross_entropy, generator: boundary_seeking{keys}",
            lambda r, f: (bce(r, 1) + bce(f, 0)) / 2,
            lambda r, f, scale=scale: scale * generator(r, f))


def softmax_table():
    """Softmax GAN, with Z over the images of both kinds."""
    def partition(r, f):
        return torch.logsumexp(-torch.cat((r.output.flatten(), f.output.flatten())), 0)

    def critic(r, f):
        return partition(r, f) + r.output.mean()

    def generator(r, f):
        return partition(r, f) + (r.output.mean() + f.output.mean()) / 2

    yield "kind: softmax", critic, generator
    yield "kind: softmax, generator_adds_critic: true", critic, lambda r, f: (
        critic(r, f) + generator(r, f))


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


def autoencoder_table():
    """Losses of an autoencoder: functions of what it made of real and generated images, those images
    and the controllers; and the controllers afterwards."""
    def absolute(a, b):
        return (a - b).abs().mean()

    def following(k, error, gamma=0.5, gain=0.001):
        return min(max(k + gain * (gamma * error[0] - error[1]).item(), 0.0), 1.0)

    for keys, k, constants in (
            ("", 0.25, {}), (", gamma: 0.75, gain: 0.5", 0.5, {"gamma": 0.75, "gain": 0.5}),
            (", gain: 100", 0.01, {"gain": 100})):
        yield (
            f"kind: began{keys}", {"loss.k": k},
            lambda r, f, x, y, k=k: absolute(r, x) - k * absolute(f, y),
            lambda r, f, x, y: absolute(f, y),
            lambda r, f, x, y, k=k, c=constants: {
                "loss.k": following(k, (absolute(r, x), absolute(f, y)), **c)})

    def energy(a, b):
        return ((a - b) ** 2).flatten(1).mean(1)

    nothing = (lambda r, f, x, y: {})
    yield (
        "kind: ebgan, margin: 3", {},
        lambda r, f, x, y: energy(r, x).mean() + F.relu(3 - energy(f, y)).mean(),
        lambda r, f, x, y: energy(f, y).mean(), nothing)
    yield (
        "kind: ebgan, margin: 4, per: batch, held_target: true", {},
        lambda r, f, x, y: energy(r, x).mean() + F.relu(4 - energy(f, y).mean()),
        lambda r, f, x, y: F.mse_loss(f, y.detach()), nothing)


def autoencoder_case(text, controllers, discriminator, generator, after):
    shape = (3, 1, 2, 2)
    real, fake, x, y = (((torch.randn(shape) * 2000).round() / 1000).requires_grad_() for _ in "rfxy")
    result = {
        "loss": text, "closing": "", "real": real, "fake": fake, "draws": [], "realImages": x,
        "fakeImages": y, "controllers": {k: [v] for k, v in controllers.items()},
        "controllersAfter": {k: [v] for k, v in after(real, fake, x, y).items()}}
    for name, function in (("discriminator", discriminator), ("generator", generator)):
        value = function(real, fake, x, y)
        gradients = torch.autograd.grad(
            value, (real, fake, y), allow_unused=True, materialize_grads=True)
        result[name] = {"value": value.item(), "real": gradients[0], "fake": gradients[1]}
        if name == "generator":
            result[name]["fakeImages"] = gradients[2]
    return result


def case(text, shape, closing, discriminator, generator, draws=()):
    squash = {"": lambda x: x, "sigmoid": torch.sigmoid, "softmax": lambda x: x.softmax(1)}[closing]
    real, fake = (((torch.randn(shape) * 2000).round() / 1000).requires_grad_() for _ in "rf")
    result = {
        "loss": text, "closing": closing, "real": real, "fake": fake, "draws": list(draws),
        "controllers": {}, "controllersAfter": {}}
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
    for text, discriminator, generator in softmax_table():
        for shape in ((4, 1), (2, 1, 2, 1)):
            yield case(text, shape, "", discriminator, generator)
    for text, draws, discriminator in noisy_table():
        generator = (lambda r, f: bce(f, 1)) if "cross" in text else (lambda r, f: mse(f, 1))
        yield case(text, (4, 1), "", discriminator, generator, draws)
        yield case(text, (4, 1, 2, 1), "sigmoid", discriminator, generator, draws)
    for shape in ((4, 2), (2, 2, 2, 1)):
        for closing in ("", "softmax"):
            yield case(
                "kind: two_class", shape, closing, both_classes, lambda r, f: classes(f, 1))
    for row in autoencoder_table():
        yield autoencoder_case(*row)
    for text, discriminator, generator in boundary_table():
        for shape in ((4, 1), (2, 1, 2, 1)):
            for closing in ("", "sigmoid"):
                yield case(text, shape, closing, discriminator, generator)
