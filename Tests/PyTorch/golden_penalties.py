"""Penalties: value, and gradient in every parameter of the critic and in the generated images."""

import torch
from torch import nn
import torch.nn.functional as F

from networks import Heads


class Flat(nn.Linear):
    """A critic that says the same of everything: its slope has norm 0."""


CRITICS = {
    "[flatten, {linear: 3}, {leaky_relu: 0.2}, {linear: 1}]": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(9, 3), nn.LeakyReLU(0.2), nn.Linear(3, 1)),
    "[flatten, {linear: 3}, tanh, batch_norm, {linear: 1}, sigmoid]": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(9, 3), nn.Tanh(), nn.BatchNorm1d(3), nn.Linear(3, 1), nn.Sigmoid()),
    "[{conv: {channels: 2, kernel: 2}}, elu, {conv: {channels: 1, kernel: 1}}]": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.ELU(), nn.Conv2d(2, 1, 1))),
    "[flatten, {linear: 1}]": lambda: nn.Sequential(nn.Flatten(), Flat(9, 1)),
}


class Field:
    """What a penalty may look at."""

    def __init__(self, critic, real, fake):
        self.critic, self.real, self.fake = critic, real, fake
        self.draws = []

    def uniform(self, *shape):
        self.draws.append((torch.rand(shape) * 1000).round() / 1000)
        return self.draws[-1]

    def realness(self, images, of_output):
        """The critic's answer as one number: a probability, or the logit behind it."""
        answer = self.critic(images)
        if isinstance(self.critic[-1], nn.Softmax):
            return answer[:, 1] if of_output else answer[:, 1].logit()
        if isinstance(self.critic[-1], nn.Sigmoid):
            return answer if of_output else self.critic[:-1](images)
        return answer

    def slope(self, images, of_output=False):
        score = self.realness(images, of_output).sum()
        return torch.autograd.grad(score, images, create_graph=True)[0].flatten(1)

    def mixed(self):
        share = self.uniform(len(self.real)).reshape(-1, 1, 1, 1)
        return share * self.real + (1 - share) * self.fake

    def around(self, size, correction=0):
        noise = self.uniform(*self.real.flatten(1).shape).reshape(self.real.shape)
        share = self.uniform(len(self.real)).reshape(-1, 1, 1, 1)
        return self.real + share * size * self.real.std(correction=correction) * noise

    def around_each_number(self, size):
        noise, share = (
            self.uniform(*self.real.flatten(1).shape).reshape(self.real.shape) for _ in "ns")
        return self.real + share * size * self.real.std(correction=0) * noise

    def place_slope(self, images):
        """With the channels last: one row a place."""
        score = self.realness(images, of_output=False).sum()
        slope = torch.autograd.grad(score, images, create_graph=True)[0]
        return slope.movedim(1, -1).flatten(0, -2)

    def weights(self):
        return [p.flatten(1) for p in self.critic.parameters() if p.ndim > 1]


def eye(matrix):
    return torch.eye(len(matrix))


TABLE = {
    "gradient_penalty": lambda f: (
        10 * ((f.slope(f.mixed()).norm(2, dim=1) - 1) ** 2).mean()),
    "gradient_penalty: {weight: 2, target: 0.1, one_sided: true}": lambda f: (
        2 * (F.relu(f.slope(f.mixed()).norm(2, dim=1) - 0.1) ** 2).mean()),
    "dragan": lambda f: 10 * ((f.slope(f.around(0.5)).norm(2, dim=1) - 1) ** 2).mean(),
    "dragan: {weight: 1, target: 0, noise: 2}": lambda f: (
        (f.slope(f.around(2)).norm(2, dim=1) ** 2).mean()),
    "dragan: {mix: number, norm: place}": lambda f: (
        10 * ((f.place_slope(f.around_each_number(0.5)).norm(2, dim=1) - 1) ** 2).mean()),
    "r1": lambda f: 10 / 2 * (f.slope(f.real) ** 2).sum(1).mean(),
    "r2: 3": lambda f: 3 / 2 * (f.slope(f.fake) ** 2).sum(1).mean(),
    "l1_to_real: 0.1": lambda f: 0.1 * F.l1_loss(f.fake, f.real),
    "l1_to_real: {weight: 0.1, norm: sum}": lambda f: (
        0.1 * (f.fake - f.real).abs().flatten(1).sum(1).mean()),
    "l2_to_real: 0.1": lambda f: 0.1 * F.mse_loss(f.fake, f.real),
    "l2_to_real: {weight: 0.1, norm: euclidean}": lambda f: (
        0.1 * (f.fake - f.real).flatten(1).norm(2, dim=1).mean()),
    "orthogonal: 0.2": lambda f: 0.2 * sum(
        ((w @ w.T - eye(w)) ** 2).sum() for w in f.weights()),
    "orthogonal: {weight: 0.2, diagonal: false}": lambda f: 0.2 * sum(
        (((w @ w.T) * (1 - eye(w))) ** 2).sum() for w in f.weights()),
}


BEHIND = {
    "gradient_penalty": TABLE["gradient_penalty"],
    "gradient_penalty: {slope_of: output}": lambda f: (
        10 * ((f.slope(f.mixed(), of_output=True).norm(2, dim=1) - 1) ** 2).mean()),
    "dragan: {deviation: sample, slope_of: output}": lambda f: (
        10 * ((f.slope(f.around(0.5, correction=1), of_output=True).norm(2, dim=1) - 1) ** 2).mean()),
    "r1": TABLE["r1"],
    "r1: {slope_of: output}": lambda f: 10 / 2 * (f.slope(f.real, of_output=True) ** 2).sum(1).mean(),
    "r2: {weight: 3, slope_of: output}": lambda f: (
        3 / 2 * (f.slope(f.fake, of_output=True) ** 2).sum(1).mean()),
}
"""Where it matters whether the slope is that of a probability."""

def divergence(f, of_output=False):
    """E (‖∇D(x)‖² ^ (p/2) + ‖∇D(G(z))‖² ^ (p/2)), as a function of p."""
    squares = [(f.slope(images, of_output) ** 2).sum(1) for images in (f.real, f.fake)]
    return lambda power: sum(square ** (power / 2) for square in squares).mean()


DIVERGENCES = {
    "wasserstein_divergence": lambda f: 2 / 2 * divergence(f)(6),
    "wasserstein_divergence: {weight: 0.5, power: 3}": lambda f: 0.5 / 2 * divergence(f)(3),
}

DIVERGENCES_BEHIND = {
    "wasserstein_divergence": DIVERGENCES["wasserstein_divergence"],
    "wasserstein_divergence: {power: 4, slope_of: output}": lambda f: (
        divergence(f, of_output=True)(4)),
}


def neighbours(f):
    """Differences downwards and to the right."""
    return f.fake[:, :, 1:] - f.fake[:, :, :-1], f.fake[..., 1:] - f.fake[..., :-1]


VARIATIONS = {
    "total_variation: 0.1": lambda f: 0.1 * sum(d.abs().mean() for d in neighbours(f)),
    "total_variation: {weight: 0.1, norm: sum}": lambda f: (
        0.1 * sum(d.abs().flatten(1).sum(1) for d in neighbours(f)).mean()),
}

PROBABILITIES = {
    "[flatten, {linear: 3}, tanh, {linear: 1}, sigmoid]": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(9, 3), nn.Tanh(), nn.Linear(3, 1), nn.Sigmoid()),
    "[flatten, {linear: 3}, tanh, {linear: 2}, softmax]": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(9, 3), nn.Tanh(), nn.Linear(3, 2), nn.Softmax(1)),
}


def is_of_images(penalty):
    return "to_real" in penalty or "total_variation" in penalty


def case(penalty, function, critic, module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_((torch.randn(parameter.shape) * 1000).round() / 1000)
        if isinstance(module[-1], Flat):
            module[-1].weight.zero_()
    real, fake = (
        ((torch.randn(3, 1, 3, 3) * 1000).round() / 1000).requires_grad_() for _ in "rf")
    with torch.no_grad():
        # One sample is made as it should be: a distance of 0 has a slope of 0.
        fake[1] = real[1]
    field = Field(module, real, fake)
    value = function(field)
    targets = {"fake": fake, **dict(module.named_parameters())}
    gradient = torch.autograd.grad(
        value, list(targets.values()), allow_unused=True, materialize_grads=True)
    return {
        "penalty": penalty, "critic": critic,
        "player": "generator" if is_of_images(penalty) else "discriminator", "real": real,
        "fake": fake, "draws": field.draws,
        "states": {k: v for k, v in module.state_dict().items() if v.is_floating_point()},
        "value": value.item(), "gradient": dict(zip(targets, gradient))}


def two_heads(name, width):
    """A critic's text and module with a score and one more head."""
    return (
        f"[flatten, {{linear: 3}}, tanh, {{heads: {{score: [{{linear: 1}}], "
        f"{name}: [{{linear: {width}}}, softmax]}}}}]",
        nn.Sequential(
            nn.Flatten(), nn.Linear(9, 3), nn.Tanh(),
            Heads({"score": nn.Sequential(nn.Linear(3, 1)),
                   name: nn.Sequential(nn.Linear(3, width), nn.Softmax(1))})))


LABELS = [2, 0, 2]
LATENTS = [[0.5, 1, 0, 0, 1, 0, -0.3, 0.9], [0.1, 0, 1, 1, 0, 0, 0.7, 0.2], [0.2, 0, 1, 0, 0, 1, 0, -1]]
CODES_CRITIC = (
    "[flatten, {linear: 3}, tanh, {heads: {score: [{linear: 1}], categorical: [{linear: 5}], "
    "continuous: [{linear: 2}]}}]")


def headed_table():
    """Penalty, player, critic, module, function of (critic's logits by head, features) of real and
    fake, what else the case has."""
    def classes(logits, labels=LABELS):
        return F.cross_entropy(logits["class"], torch.tensor(labels))

    labels = {"labels": LABELS}
    for keys, function in (
            ("", lambda r, f: classes(r) + classes(f)),
            (": {weight: 0.25, fake: false}", lambda r, f: 0.25 * classes(r))):
        yield (
            f"classification{keys}", "discriminator", *two_heads("class", 3), function, labels)
    yield (
        "classification: {generator_weight: 0.5}", "generator", *two_heads("class", 3),
        lambda r, f: 0.5 * classes(f), labels)

    latents = torch.tensor(LATENTS)

    def information(r, f):
        told = f["categorical"]
        return (
            2 * F.cross_entropy(told[:, :2], latents[:, 1:3].argmax(1))
            + 2 * F.cross_entropy(told[:, 2:], latents[:, 3:6].argmax(1))
            + 0.1 * F.mse_loss(f["continuous"], latents[:, 6:]))

    for player in ("discriminator", "generator"):
        module = nn.Sequential(
            nn.Flatten(), nn.Linear(9, 3), nn.Tanh(), Heads({
                name: nn.Sequential(nn.Linear(3, width))
                for name, width in (("score", 1), ("categorical", 5), ("continuous", 2))}))
        yield (
            "information: {categorical: 2}", player, CODES_CRITIC, module, information,
            {"latents": latents})

    def cosines(f):
        codes = f["features"]
        return F.cosine_similarity(codes[:, None], codes[None], dim=2)

    for keys, power in ((": 0.3", 2), (": {weight: 0.3, squared: false}", 1)):
        module = nn.Sequential(nn.Flatten(), nn.Linear(9, 2), Heads({
            "reconstruction": nn.Sequential(nn.Linear(2, 9), nn.Unflatten(1, (1, 3, 3)))}))
        yield (
            f"pull_away{keys}", "generator",
            "[flatten, {linear: 2}, {heads: {reconstruction: [{linear: 9}, "
            "{image: {channels: 1, size: 3}}]}}]", module,
            lambda r, f, power=power: 0.3 * ((cosines(f) ** power).sum() - 3) / (3 * 2), {})


def logits(module, images):
    """What goes into a closing softmax of each head, and what the heads look at."""
    features = module[:-1](images)
    heads = {
        name: (head[:-1] if isinstance(head[-1], nn.Softmax) else head)(features)
        for name, head in module[-1].items()}
    return heads | {"features": features}


def headed_case(penalty, player, critic, module, function, more):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_((torch.randn(parameter.shape) * 1000).round() / 1000)
    real, fake = (
        ((torch.randn(3, 1, 3, 3) * 1000).round() / 1000).requires_grad_() for _ in "rf")
    value = function(logits(module, real), logits(module, fake))
    targets = {"fake": fake, **dict(module.named_parameters())}
    gradient = torch.autograd.grad(
        value, list(targets.values()), allow_unused=True, materialize_grads=True)
    return {
        "penalty": penalty, "critic": critic, "player": player, "real": real, "fake": fake,
        "draws": [], "states": module.state_dict(), "value": value.item(),
        "gradient": dict(zip(targets, gradient)), **more}


def cases():
    for penalty, function in TABLE.items():
        for critic, make in CRITICS.items():
            if is_of_images(penalty) and critic != "[flatten, {linear: 1}]":
                continue
            yield case(penalty, function, critic, make())
    for penalty, function in BEHIND.items():
        for critic, make in PROBABILITIES.items():
            yield case(penalty, function, critic, make())
    for row in headed_table():
        yield headed_case(*row)
    for penalty, function in DIVERGENCES.items():
        for critic, make in CRITICS.items():
            yield case(penalty, function, critic, make())
    for penalty, function in DIVERGENCES_BEHIND.items():
        for critic, make in PROBABILITIES.items():
            yield case(penalty, function, critic, make())
    plain = "[flatten, {linear: 1}]"
    for penalty, function in VARIATIONS.items():
        yield case(penalty, function, plain, CRITICS[plain]())
