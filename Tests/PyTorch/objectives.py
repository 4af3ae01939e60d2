"""Losses and penalties of a resolved gan-exp spec, in PyTorch.

A score begins with the critic's output, and what went into a closing sigmoid or softmax; it is a
`networks.Score`. `drawn(name)` gives what the traced run drew in this move.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F


def critic_target(loss, side, score, drawn):
    """One target for all scores, or one a sample where labels are noisy."""
    own, other = (loss[side], loss["fake" if side == "real" else "real"])
    target = torch.full_like(score, own)
    per_sample = (len(score), *[1] * (score.ndim - 1))
    if loss["flip"] > 0:
        flipped = drawn(f"loss/flip/{side}").reshape(per_sample)
        target = torch.where(flipped.expand_as(score) != 0, other, target)
    if loss["jitter"] > 0:
        target = target + (2 * drawn(f"loss/jitter/{side}").reshape(per_sample) - 1) * loss["jitter"]
    return target


def two_class(logits, wanted):
    logits = logits.movedim(1, -1).reshape(-1, 2)
    return F.cross_entropy(logits, torch.full((len(logits),), wanted))


def prefer(better, worse, average):
    if not average:
        return F.softplus(worse - better).mean()
    return F.softplus(worse.mean() - better).mean() + F.softplus(worse - better.mean()).mean()


def sees_differences(loss):
    """Whether the critic's loss stays the same when all scores move by as much."""
    return loss["kind"] in ("relativistic", "softmax") or (loss["kind"] == "wasserstein" and loss["drift"] == 0)


def difference(score):
    """Mean absolute difference of an autoencoder's output from what it was shown."""
    return (score.output - score.images).abs().mean()


def energies(score):
    return ((score.output - score.images) ** 2).flatten(1).mean(1)


def softmax_losses(real, fake):
    """Critic's and generator's loss of Softmax GAN."""
    scores = torch.cat((real.output.flatten(), fake.output.flatten()))
    partition = torch.logsumexp(-scores, 0)
    return partition + real.output.mean(), partition + (real.output.mean() + fake.output.mean()) / 2


def controllers(loss):
    """First values of what a loss keeps from move to move."""
    return {"loss.k": loss["k"]} if loss["kind"] == "began" else {}


def discriminator_loss(loss, real, fake, drawn, kept):
    """`kept` are the controllers, which the move changes."""
    match loss["kind"]:
        case "cross_entropy":
            return loss["scale"] * sum(
                F.binary_cross_entropy_with_logits(
                    score[1], critic_target(loss, side, score[1], drawn))
                for side, score in (("real", real), ("fake", fake)))
        case "least_squares":
            return loss["scale"] * sum(
                F.mse_loss(score[0], critic_target(loss, side, score[0], drawn))
                for side, score in (("real", real), ("fake", fake)))
        case "wasserstein":
            return fake[0].mean() - real[0].mean() + loss["drift"] * (real[0] ** 2).mean()
        case "hinge":
            margin = loss["margin"]
            return loss["scale"] * (
                F.relu(margin - real[0]).mean() + F.relu(margin + fake[0]).mean())
        case "relativistic":
            return loss["scale"] * prefer(real[1], fake[1], loss["average"])
        case "two_class":
            return loss["scale"] * (two_class(real[1], 1) + two_class(fake[1], 0))
        case "softmax":
            return softmax_losses(real, fake)[0]
        case "began":
            k, errors = kept["loss.k"], (difference(real), difference(fake))
            moved = k + loss["gain"] * (loss["gamma"] * errors[0] - errors[1]).item()
            kept["loss.k"] = min(max(moved, 0.0), 1.0)
            return errors[0] - k * errors[1]
        case "ebgan":
            energy = energies(fake)
            energy = energy.mean() if loss["per"] == "batch" else energy
            return energies(real).mean() + F.relu(loss["margin"] - energy).mean()
    raise SystemExit(f"replay: no PyTorch counterpart for the loss `{loss['kind']}`")


def generator_loss(loss, real, fake):
    """`real()` lets the critic look at real images; only losses that compare ask for it."""
    match loss["kind"]:
        case "cross_entropy":
            match loss["generator"]:
                case "non_saturating":
                    own = F.softplus(-fake[1]).mean()
                case "saturating":
                    own = -F.softplus(fake[1]).mean()
                case "max_likelihood":
                    own = -fake[1].exp().mean()
                case "boundary_seeking":
                    distance = F.logsigmoid(fake[1]) - F.logsigmoid(-fake[1])
                    own = 0.5 * (distance ** 2).mean()
            return loss["generator_scale"] * own
        case "least_squares":
            target = torch.full_like(fake[0], loss["generator"])
            return loss["generator_scale"] * F.mse_loss(fake[0], target)
        case "wasserstein" | "hinge":
            return -fake[0].mean()
        case "relativistic":
            if loss["generator"] == "non_saturating":
                return loss["scale"] * F.softplus(-fake[1]).mean()
            return loss["scale"] * prefer(fake[1], real()[1], loss["average"])
        case "softmax":
            critic, generator = softmax_losses(real(), fake)
            return critic + generator if loss["generator_adds_critic"] else generator
        case "began":
            return difference(fake)
        case "ebgan":
            images = fake.images.detach() if loss["held_target"] else fake.images
            return F.mse_loss(fake.output, images)
        case "two_class":
            return two_class(fake[1], 1)
    raise SystemExit(f"replay: no PyTorch counterpart for the loss `{loss['kind']}`")


def exchanged_loss(loss, real):
    """What is asked of who makes what is called real: the critic is to take it for fake (Donahue et al. 2017,
    section 3.4, exchanges the labels; a saturating generator steps up the critic's own loss). It is added
    to the generator's loss; nothing, where that looks at what is real itself."""
    match loss["kind"]:
        case "cross_entropy" if loss["generator"] == "non_saturating":
            return loss["generator_scale"] * F.binary_cross_entropy_with_logits(
                real[1], torch.zeros_like(real[1]))
        case "cross_entropy" if loss["generator"] == "saturating":
            return -loss["generator_scale"] * F.binary_cross_entropy_with_logits(
                real[1], torch.ones_like(real[1]))
        case "least_squares":
            return loss["generator_scale"] * F.mse_loss(
                real[0], torch.full_like(real[0], loss["fake"]))
        case "wasserstein" | "hinge":
            return real[0].mean()
        case "relativistic" if loss["generator"] != "non_saturating":
            return 0.0
        case "softmax":
            return 0.0
    raise SystemExit(f"replay: nothing is known of who makes what is real under `{loss['kind']}`")


SECOND_ORDER = {"gradient_penalty", "dragan", "r1", "r2", "wasserstein_divergence"}
"""Penalties whose gradients are gradients of gradients."""

GENERATOR_PENALTIES = {"l1_to_real", "l2_to_real", "pull_away", "total_variation"}


def players_of(name, keys):
    """Whose losses a penalty is added to."""
    if name == "classification" or (name == "information" and not own_step(keys)):
        return {"discriminator", "generator"}
    if name == "information":
        return set()
    return {keys.get("on", "generator" if name in GENERATOR_PENALTIES else "discriminator")}


def own_step(keys):
    """The optimizer of a penalty that both networks step down by itself."""
    return keys["optimizer"] if isinstance(keys.get("optimizer"), dict) else None


class Circumstances(NamedTuple):
    """What the penalties on heads may look at besides."""

    player: str
    real_labels: torch.Tensor | None
    fake_labels: torch.Tensor | None
    latents: torch.Tensor
    latent: dict


def classification(keys, scores, here):
    def cost(score, labels):
        return F.cross_entropy(score.others["class"][1], labels)

    fake = cost(scores["fake"], here.fake_labels)
    if here.player == "generator":
        return keys["generator_weight"] * fake
    real = cost(scores["real"], here.real_labels)
    return keys["weight"] * (real + fake if keys["fake"] else real)


def information(keys, score, here):
    codes, place, told = here.latent["codes"], here.latent["size"], 0
    cost = 0.0
    for count in codes["categorical"]:
        given = here.latents[:, place:place + count].argmax(1)
        logits = score.others["categorical"][1][:, told:told + count]
        cost = cost + keys["categorical"] * F.cross_entropy(logits, given)
        place, told = place + count, told + count
    if codes["continuous"]:
        given = here.latents[:, place:]
        cost = cost + keys["continuous"] * F.mse_loss(score.others["continuous"][0], given)
    return cost


def pull_away(keys, codes):
    cosines = F.normalize(codes, dim=1) @ F.normalize(codes, dim=1).T
    others = ((cosines ** 2 if keys["squared"] else cosines).sum() - len(codes))
    return keys["weight"] * others / max(len(codes) * (len(codes) - 1), 1)


def realness(score, source):
    """One number for each image or patch: a probability (`output`), or the logit behind it, which of
    two classes is the logarithm of the one's probability over the other's."""
    if source == "output":
        return score.output[:, -1:]
    if score.logit.shape[1] == 2:
        return score.logit.log_softmax(1).diff(dim=1)
    return score.logit


def slope(score, images):
    return torch.autograd.grad(score.sum(), images, create_graph=True)[0].flatten(1)


def place_slope_cost(score, images, target):
    """As where the norm is taken over the channels at each place, not over the image."""
    slope = torch.autograd.grad(score.sum(), images, create_graph=True)[0]
    return ((slope.norm(2, dim=1) - target) ** 2).mean()


def slope_cost(slope, target, one_sided=False):
    excess = slope.norm(2, dim=1) - target
    return ((F.relu(excess) if one_sided else excess) ** 2).mean()


def total_variation(keys, images, kinks):
    down = kinks(images[:, :, 1:] - images[:, :, :-1], "/height").abs().flatten(1)
    right = kinks(images[..., 1:] - images[..., :-1], "/width").abs().flatten(1)
    if keys["norm"] == "sum":
        return keys["weight"] * (down.sum(1) + right.sum(1)).mean()
    return keys["weight"] * (down.mean() + right.mean())


def penalty(name, keys, real, fake, scores, parameters, critic, drawn, here, kinks):
    """A term of the player's loss. `critic(images)` scores images in between, `drawn(name)` is what
    the penalty drew, `here` the circumstances; `kinks(x)` puts what is next to 0 on a side of it, and
    `kinks(x, part)` one of several."""
    # One number a sample, for images as for vectors.
    share = (lambda: drawn("mix").reshape(-1, *[1] * (real.ndim - 1)))
    match name:
        case "gradient_penalty":
            between = (share() * real + (1 - share()) * fake).detach().requires_grad_()
            cost = slope_cost(
                slope(realness(critic(between), keys["slope_of"]), between), keys["target"], keys["one_sided"])
            return keys["weight"] * cost
        case "dragan":
            noise = drawn("noise").reshape(real.shape)
            mix = drawn("mix").reshape(real.shape) if keys["mix"] == "number" else share()
            deviation = real.std(correction=1 if keys["deviation"] == "sample" else 0)
            around = real + mix * keys["noise"] * deviation * noise
            around = around.detach().requires_grad_()
            told = realness(critic(around), keys["slope_of"])
            if keys["norm"] == "place":
                return keys["weight"] * place_slope_cost(told, around, keys["target"])
            return keys["weight"] * slope_cost(slope(told, around), keys["target"])
        case "r1":
            return keys["weight"] / 2 * (
                slope(realness(scores["real"], keys["slope_of"]), real) ** 2).sum(1).mean()
        case "r2":
            return keys["weight"] / 2 * (
                slope(realness(scores["fake"], keys["slope_of"]), fake) ** 2).sum(1).mean()
        case "wasserstein_divergence":
            steepness = sum(
                (slope(realness(scores[side], keys["slope_of"]), images) ** 2).sum(1)
                ** (keys["power"] / 2) for side, images in (("real", real), ("fake", fake)))
            return keys["weight"] / 2 * steepness.mean()
        case "total_variation":
            return total_variation(keys, fake, kinks)
        case "l1_to_real":
            distance = kinks(fake - real).abs().flatten(1)
            distance = distance.mean() if keys["norm"] == "mean" else distance.sum(1).mean()
            return keys["weight"] * distance
        case "l2_to_real":
            if keys["norm"] == "mean_square":
                return keys["weight"] * F.mse_loss(fake, real)
            return keys["weight"] * (fake - real).flatten(1).norm(2, dim=1).mean()
        case "orthogonal":
            cost = 0
            for weight in parameters:
                products = weight.flatten(1) @ weight.flatten(1).T
                eye = torch.eye(len(products), dtype=products.dtype)
                cost += ((products - eye if keys["diagonal"] else products * (1 - eye)) ** 2).sum()
            return keys["weight"] * cost
        case "classification":
            return classification(keys, scores, here)
        case "information":
            return information(keys, scores["fake"], here)
        case "pull_away":
            return pull_away(keys, scores["fake"].features)
        case "clip":
            return 0.0
    raise SystemExit(f"replay: no PyTorch counterpart for the penalty `{name}`")
