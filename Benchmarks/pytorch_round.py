"""Milliseconds a round in PyTorch, for the networks of a resolved spec with random images.

usage: pytorch_round.py RESOLVED.json FORM ROUNDS THREADS
  RESOLVED.json  what `gan-exp describe SPEC --json` prints
  FORM           published: no detach, the generator run twice, as in the usual scripts
                 tuned: one generator pass for both moves, frozen critic, fused Adam, channels last
prints: the least and the median of ROUNDS rounds, and the peak memory in MB
"""

import json
import pathlib
import resource
import sys
import time

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Tests" / "PyTorch"))
import networks  # noqa: E402
import objectives  # noqa: E402
import comparing  # noqa: E402


def main():
    path, form, rounds, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    described = json.load(open(path))
    spec = described["spec"]
    image = tuple(int(n) for n in described["samples"].removeprefix("images of ").split("×"))
    batch, size = spec["data"]["batch"], spec["latent"]["size"]
    if isinstance(spec.get("labels"), dict):
        sys.exit("pytorch_round: only games without labels are timed")
    generator, _ = networks.build(spec["architecture"]["generator"], (size,), 0)
    critic, _ = networks.build(spec["architecture"]["discriminator"], image, 0)
    generator.train(), critic.train()
    tuned = form == "tuned"
    real = torch.rand(batch, *image) * 2 - 1
    if tuned:
        generator, critic = (n.to(memory_format=torch.channels_last) for n in (generator, critic))
        real = real.to(memory_format=torch.channels_last)
    step_g, step_d = (
        comparing.optimizer(spec["optimizer"][name], list(network.parameters()), fused=tuned)
        for name, network in (("generator", generator), ("discriminator", critic)))
    loss = spec["loss"]

    def score(x):
        return networks.judge(critic, x, "discriminator", None, None)

    def published():
        z = torch.rand(batch, size)
        step_d.zero_grad()
        d_loss = objectives.discriminator_loss(loss, score(real), score(generator(z)), None, None)
        d_loss.backward()
        step_d.step()
        step_g.zero_grad()
        g_loss = objectives.generator_loss(loss, lambda: score(real), score(generator(z)))
        g_loss.backward()
        step_g.step()
        return d_loss.item(), g_loss.item()

    def by_hand():
        fake = generator(torch.rand(batch, size))
        step_d.zero_grad(set_to_none=True)
        d_loss = objectives.discriminator_loss(loss, score(real), score(fake.detach()), None, None)
        d_loss.backward()
        step_d.step()
        critic.requires_grad_(False)
        step_g.zero_grad(set_to_none=True)
        g_loss = objectives.generator_loss(loss, lambda: score(real), score(fake))
        g_loss.backward()
        step_g.step()
        critic.requires_grad_(True)
        return d_loss.item(), g_loss.item()

    play = by_hand if tuned else published
    for _ in range(3):
        play()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        play()
        times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"min": times[0], "median": times[len(times) // 2], "memory": memory}))


if __name__ == "__main__":
    main()
