"""Milliseconds a round in PyTorch, for the networks of a resolved spec with random images.

usage: pytorch_round.py RESOLVED.json FORM THREADS [--rounds N] [--seconds S] [--warm-up N] [--device cpu|cuda]
                        [--products float32|tf32]
  RESOLVED.json  what `gan-exp describe SPEC --json` prints
  FORM           published: no detach, the generator run anew for each move, as in the usual scripts
                 tuned: one pass of the generator serves both moves, even where the file draws latents for each (of
                 several critic's moves each has its own); critic frozen in the generator's move; fused Adam;
                 channels last
                 compiled: tuned, and both networks through torch.compile
prints: the least and the median of the rounds, seconds to the end of the first, and the peak memory in MB
"""

import argparse
import json
import pathlib
import resource
import sys
import time

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Tests" / "PyTorch"))
import growing  # noqa: E402
import networks  # noqa: E402
import objectives  # noqa: E402
import comparing  # noqa: E402


def with_own_dropout(module):
    """The replay's dropout multiplies by recorded masks; here it draws."""
    for name, child in module.named_children():
        if isinstance(child, networks.Dropout):
            setattr(module, name, torch.nn.Dropout(child.probability))
        else:
            with_own_dropout(child)
    return module


class Game:
    """Both players and their moves."""

    def __init__(self, described, form, device="cpu"):
        spec = described["spec"]
        image = tuple(int(n) for n in described["samples"].removeprefix("images of ").split("×"))
        if isinstance(spec.get("labels"), dict):
            sys.exit("pytorch_round: only games without labels are timed")
        unknown = {name for penalty in spec["penalties"] for name in penalty} - {"gradient_penalty"}
        if unknown:
            sys.exit(f"pytorch_round: no round with {', '.join(sorted(unknown))}")
        kept = {"generator_steps": 1, "accumulate": 1, "ema": None}
        other = [key for key, value in kept.items() if spec["schedule"][key] != value]
        other += ["augment"] * bool(spec["augment"])
        if other:
            sys.exit(f"pytorch_round: no round with {', '.join(other)}")
        self.tuned = form in ("tuned", "compiled")
        self.device = device
        self.loss, self.schedule, self.penalties = spec["loss"], spec["schedule"], spec["penalties"]
        self.batch, self.latents = spec["data"]["batch"], spec["latent"]["size"]
        self.generator = with_own_dropout(
            networks.build(spec["architecture"]["generator"], (self.latents,), 0)[0])
        self.critic = with_own_dropout(networks.build(spec["architecture"]["discriminator"], image, 0)[0])
        levels = len(growing.levels_of(self.generator))
        # Networks that grow play their last level.
        self.stage = (levels, None) if levels else None
        self.generator.train(), self.critic.train()
        self.generator, self.critic = self.generator.to(device), self.critic.to(device)
        self.real = torch.rand(self.batch, *image, device=device) * 2 - 1
        if self.tuned:
            self.generator, self.critic = (
                n.to(memory_format=torch.channels_last) for n in (self.generator, self.critic))
            self.real = self.real.to(memory_format=torch.channels_last)
        self.step_g, self.step_d = (
            comparing.optimizer(spec["optimizer"][name], list(network.parameters()), fused=self.tuned)
            for name, network in (("generator", self.generator), ("discriminator", self.critic)))
        self.kept = objectives.controllers(self.loss)
        if form == "compiled":
            self.score, self.made = torch.compile(self.score), torch.compile(self.made)

    def score(self, x):
        return networks.judge(self.critic, x, "discriminator", None, None, stage=self.stage)

    def made(self):
        return networks.generate(
            self.generator, torch.rand(self.batch, self.latents, device=self.device), None, None, stage=self.stage)

    def critic_move(self, fake):
        self.step_d.zero_grad(set_to_none=self.tuned)
        if self.schedule["critic_batch"] == "joint":
            real_score, fake_score = networks.halves(self.score(torch.cat((self.real, fake))))
        else:
            real_score, fake_score = self.score(self.real), self.score(fake)
        loss = objectives.discriminator_loss(self.loss, real_score, fake_score, None, self.kept)
        for penalty in self.penalties:
            loss = loss + self.gradient_penalty(penalty["gradient_penalty"], fake)
        loss.backward()
        self.step_d.step()
        return loss.item()

    def gradient_penalty(self, keys, fake):
        share = torch.rand(self.batch, *[1] * (self.real.ndim - 1), device=self.device)
        between = (share * self.real + (1 - share) * fake).detach().requires_grad_()
        told = objectives.realness(self.score(between), keys["slope_of"])
        slope = objectives.slope(told, between)
        return keys["weight"] * objectives.slope_cost(slope, keys["target"], keys["one_sided"])

    def generator_move(self, fake):
        self.step_g.zero_grad(set_to_none=self.tuned)
        loss = objectives.generator_loss(self.loss, lambda: self.score(self.real), self.score(fake))
        loss.backward()
        self.step_g.step()
        return loss.item()

    def play(self):
        if not self.tuned:
            for _ in range(self.schedule["discriminator_steps"]):
                self.critic_move(self.made())
            return self.generator_move(self.made())
        shares = self.schedule["discriminator_steps"] == 1
        shared = self.made() if shares else None
        for _ in range(self.schedule["discriminator_steps"]):
            if shares:
                self.critic_move(shared.detach())
            else:
                with torch.no_grad():
                    fake = self.made()
                self.critic_move(fake)
        self.critic.requires_grad_(False)
        self.generator_move(shared if shares else self.made())
        self.critic.requires_grad_(True)


def main():
    parser = argparse.ArgumentParser(description="Milliseconds a round in PyTorch.")
    parser.add_argument("resolved")
    parser.add_argument("form", choices=("published", "tuned", "compiled"))
    parser.add_argument("threads", type=int)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--products", default="float32", choices=("float32", "tf32"))
    arguments = parser.parse_args()
    begun = time.perf_counter()
    allowed = arguments.products == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    with open(arguments.resolved) as file:
        game = Game(json.load(file), arguments.form, arguments.device)
    first, times = None, []
    for _ in range(arguments.warm_up):
        game.play()
        first = first or time.perf_counter() - begun
    while len(times) < arguments.rounds or sum(times) < 1e3 * arguments.seconds:
        start = time.perf_counter()
        game.play()
        first = first or time.perf_counter() - begun
        times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"min": times[0], "median": times[len(times) // 2], "memory": memory, "first": first,
        "device_memory": torch.cuda.max_memory_allocated() / 1e6 if arguments.device == "cuda" else 0}))


if __name__ == "__main__":
    main()
