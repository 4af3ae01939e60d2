"""Whole rounds: two small networks, batch norm and all, played twice by PyTorch.

What a graph draws (uniform latents) and is fed (images) is in the file, in the order of use.
"""

import torch
from torch import nn
import torch.nn.functional as F


def generator():
    return nn.Sequential(
        nn.Linear(3, 5), nn.BatchNorm1d(5), nn.LeakyReLU(0.2), nn.Linear(5, 4), nn.Tanh(),
        nn.Unflatten(1, (1, 2, 2)))


def discriminator():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(4, 4), nn.BatchNorm1d(4), nn.LeakyReLU(0.2), nn.Linear(4, 1))


ARCHITECTURE = """
architecture:
  generator: [{linear: 5}, batch_norm, {leaky_relu: 0.2}, {linear: 4}, tanh,
    {image: {channels: 1, size: 2}}]
  discriminator: [flatten, {linear: 4}, batch_norm, {leaky_relu: 0.2}, {linear: 1}]
latent: {size: 3, distribution: uniform, low: -1, high: 1}
"""


def cross_entropy(score, target):
    return F.binary_cross_entropy_with_logits(score, torch.full_like(score, target))


class CrossEntropy:
    spec = "loss: cross_entropy\n"
    optimizer = "momentum: 0.5, generator: {learning_rate: 0.2}"
    schedule = ""
    parts = [slice(0, 4)]

    def clip(self, player, parameters):
        pass

    def draws(self, batch):
        return []

    def critic_loss(self, d, real, fakes, draws):
        return cross_entropy(d(real), 1.0) + cross_entropy(d(fakes), 0.0)

    def generator_loss(self, d, real, fakes):
        return cross_entropy(d(fakes), 1.0)

    def limit(self, d):
        pass


class Joint(CrossEntropy):
    """The critic's batch norm sees real and generated images at once."""

    schedule = "critic_batch: joint, "

    def critic_loss(self, d, real, fakes, draws):
        real_score, fake_score = d(torch.cat((real, fakes))).chunk(2)
        return cross_entropy(real_score, 1.0) + cross_entropy(fake_score, 0.0)


class InParts(CrossEntropy):
    """Batches of 4 as two of 2 samples, each with its own batch statistics."""

    schedule = "accumulate: 2, "
    parts = [slice(0, 2), slice(2, 4)]


class ClippedGradients(CrossEntropy):
    """A short leash for the critic, and for the generator both kinds."""

    optimizer = (
        "momentum: 0.5, clip_norm: 0.1, "
        "generator: {learning_rate: 0.2, clip_value: 0.02, clip_norm: 0.05}")

    def clip(self, player, parameters):
        if player == "g":
            torch.nn.utils.clip_grad_value_(parameters, 0.02)
        torch.nn.utils.clip_grad_norm_(parameters, 0.1 if player == "d" else 0.05)


class ClippedWasserstein(CrossEntropy):
    spec = "loss: wasserstein\npenalties: [{clip: 0.3}]\n"

    def critic_loss(self, d, real, fakes, draws):
        # One at a time, real first: batch norm remembers the order.
        real_score = d(real).mean()
        return d(fakes).mean() - real_score

    def generator_loss(self, d, real, fakes):
        return -d(fakes).mean()

    def limit(self, d):
        for parameter in d.parameters():
            parameter.data.clamp_(-0.3, 0.3)


class Relativistic(CrossEntropy):
    """The generator's loss makes the critic look at real images, after the generated ones."""

    spec = "loss: relativistic\n"

    def critic_loss(self, d, real, fakes, draws):
        real_score = d(real)
        return cross_entropy(real_score - d(fakes), 1.0)

    def generator_loss(self, d, real, fakes):
        return cross_entropy(d(fakes) - d(real), 1.0)


class PenalizedHinge(CrossEntropy):
    spec = "loss: hinge\npenalties: [{gradient_penalty: 10}, {l1_to_real: 0.5}]\n"

    def draws(self, batch):
        return [(torch.rand(batch) * 1000).round() / 1000]

    def critic_loss(self, d, real, fakes, draws):
        real_score, fake_score = d(real), d(fakes)
        share = draws[0].reshape(-1, 1, 1, 1)
        between = (share * real + (1 - share) * fakes).requires_grad_()
        slope = torch.autograd.grad(d(between).sum(), between, create_graph=True)[0]
        penalty = 10 * ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        return F.relu(1 - real_score).mean() + F.relu(1 + fake_score).mean() + penalty

    def generator_loss(self, d, real, fakes):
        return -d(fakes).mean() + 0.5 * F.l1_loss(fakes, real)


# Game, schedule, and which moves of a round stand in one graph and hence see the same latents.
ROUNDS = [
    (CrossEntropy(), "order: [discriminator, generator]", [["d", "g"]]),
    (CrossEntropy(), "order: [generator, discriminator]", [["g", "d"]]),
    (CrossEntropy(), "latents: fresh", [["d"], ["g"]]),
    (CrossEntropy(), "discriminator_steps: 2", [["d"], ["d", "g"]]),
    (CrossEntropy(), "generator_steps: 2", [["d", "g", "g"]]),
    (
        CrossEntropy(), "order: [generator, discriminator], generator_steps: 2",
        [["g"], ["g", "d"]]),
    (Joint(), "discriminator_steps: 2", [["d"], ["d", "g"]]),
    (InParts(), "order: [discriminator, generator]", [["d", "g"]]),
    (InParts(), "generator_steps: 2", [["d", "g", "g"]]),
    (ClippedGradients(), "order: [discriminator, generator]", [["d", "g"]]),
    (ClippedWasserstein(), "discriminator_steps: 2", [["d"], ["d", "g"]]),
    (Relativistic(), "order: [discriminator, generator]", [["d", "g"]]),
    (Relativistic(), "latents: fresh", [["d"], ["g"]]),
    (PenalizedHinge(), "order: [discriminator, generator]", [["d", "g"]]),
]


def play(game, segments, rounds=2, batch=4):
    g, d = generator(), discriminator()
    with torch.no_grad():
        for parameter in [*g.parameters(), *d.parameters()]:
            parameter.copy_((torch.randn(parameter.shape) * 1000).round() / 1000)
    steps = {
        "g": torch.optim.SGD(g.parameters(), 0.2, 0.5),
        "d": torch.optim.SGD(d.parameters(), 0.5, 0.5),
    }
    init = states(g, d)
    executions = []
    for _ in range(rounds):
        for segment in segments:
            uniform = (torch.rand(batch, 3) * 1000).round() / 1000
            real = (torch.randn(batch, 1, 2, 2) * 1000).round() / 1000
            draws = game.draws(batch) if "d" in segment else []
            fakes, outdated, losses = None, False, []
            for move in segment:
                # Only a generator's own move must see the generator as it is now.
                again = fakes is None or (move == "g" and outdated)
                moving, made, loss = {"d": d, "g": g}[move], [], 0.0
                for index, part in enumerate(game.parts):
                    share = (part.stop - part.start) / batch
                    made.append(g(uniform[part] * 2 - 1) if again else fakes[index])
                    if move == "d":
                        term = game.critic_loss(d, real[part], made[-1].detach(), draws)
                    else:
                        term = game.generator_loss(d, real[part], made[-1])
                    loss = loss + share * term
                fakes, outdated = made, outdated and not again
                parameters = list(moving.parameters())
                for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                    parameter.grad = gradient
                game.clip(move, parameters)
                steps[move].step()
                if move == "d":
                    game.limit(d)
                outdated |= move == "g"
                losses.append(loss.detach())
            executions.append(
                {"draws": [uniform, *draws], "real": real, "losses": torch.stack(losses)})
    return init, executions, states(g, d)


def states(g, d):
    return {
        f"{player}.{name}": tensor.clone()
        for player, network in (("generator", g), ("discriminator", d))
        for name, tensor in network.state_dict().items() if tensor.is_floating_point()
    }


def cases():
    for game, schedule, segments in ROUNDS:
        init, executions, after = play(game, segments)
        yield {
            "spec": ARCHITECTURE + game.spec
            + f"optimizer: {{kind: sgd, learning_rate: 0.5, {game.optimizer}}}\n"
            + f"schedule: {{length: 2 steps, {game.schedule}{schedule}}}\n",
            "init": init, "executions": executions, "after": after}
