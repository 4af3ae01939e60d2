"""Losses and penalties of a resolved gan-exp spec, in PyTorch.

A score is a pair: the critic's output, and what went into a closing sigmoid or softmax. `drawn(name)`
gives what the traced run drew in this move.
"""

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
    return loss["kind"] == "relativistic" or (loss["kind"] == "wasserstein" and loss["drift"] == 0)


def discriminator_loss(loss, real, fake, drawn):
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
    raise SystemExit(f"replay: no PyTorch counterpart for the loss `{loss['kind']}`")


def generator_loss(loss, real, fake):
    """`real()` lets the critic look at real images; only losses that compare ask for it."""
    match loss["kind"]:
        case "cross_entropy":
            match loss["generator"]:
                case "non_saturating":
                    return F.softplus(-fake[1]).mean()
                case "saturating":
                    return -F.softplus(fake[1]).mean()
                case "max_likelihood":
                    return -fake[1].exp().mean()
        case "least_squares":
            target = torch.full_like(fake[0], loss["generator"])
            return loss["generator_scale"] * F.mse_loss(fake[0], target)
        case "wasserstein" | "hinge":
            return -fake[0].mean()
        case "relativistic":
            return loss["scale"] * prefer(fake[1], real()[1], loss["average"])
        case "two_class":
            return two_class(fake[1], 1)
    raise SystemExit(f"replay: no PyTorch counterpart for the loss `{loss['kind']}`")


GENERATOR_PENALTIES = {"l1_to_real", "l2_to_real"}


def player_of(name, keys):
    return keys.get("on", "generator" if name in GENERATOR_PENALTIES else "discriminator")


def slope(score, images):
    return torch.autograd.grad(score.sum(), images, create_graph=True)[0].flatten(1)


def slope_cost(slope, target, one_sided=False):
    excess = slope.norm(2, dim=1) - target
    return ((F.relu(excess) if one_sided else excess) ** 2).mean()


def penalty(name, keys, real, fake, scores, parameters, critic, drawn):
    """A term of the player's loss. `critic(images)` scores images in between, `drawn(name)` is what
    the penalty drew."""
    share = (lambda: drawn("mix").reshape(-1, 1, 1, 1))
    match name:
        case "gradient_penalty":
            between = (share() * real + (1 - share()) * fake).detach().requires_grad_()
            cost = slope_cost(
                slope(critic(between)[0], between), keys["target"], keys["one_sided"])
            return keys["weight"] * cost
        case "dragan":
            noise = drawn("noise").reshape(real.shape)
            around = real + share() * keys["noise"] * real.std() * noise
            around = around.detach().requires_grad_()
            return keys["weight"] * slope_cost(slope(critic(around)[0], around), keys["target"])
        case "r1":
            return keys["weight"] / 2 * (slope(scores["real"][1], real) ** 2).sum(1).mean()
        case "r2":
            return keys["weight"] / 2 * (slope(scores["fake"][1], fake) ** 2).sum(1).mean()
        case "l1_to_real":
            distance = (fake - real).abs().flatten(1)
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
        case "clip":
            return 0.0
    raise SystemExit(f"replay: no PyTorch counterpart for the penalty `{name}`")
