"""Milliseconds a round in JAX, for the networks of a resolved spec with random images: a round is one jitted function.

usage: jax_round.py RESOLVED.json [--rounds N] [--seconds S] [--warm-up N] [--products float32|tf32]
  RESOLVED.json  what `gan-exp describe SPEC --json` prints
prints: the least and the median of the rounds, seconds to the end of the first, and the peak memory in MB

Written as one writes it in JAX: images are NHWC, batch norm uses the statistics of the batch, a move of the
generator shares its samples with the critic's where there is one of each. Losses are read every round.
"""

import argparse
import json
import resource
import sys
import time

import jax
import jax.numpy as jnp
from jax import lax

SIDES = ("NHWC", "HWIO", "NHWC")


def as_is(random, shape):
    return shape, {}, {}, lambda parameters, statistics, x: (x, statistics)


def uniform(random, shape, inputs):
    bound = inputs ** -0.5
    return jax.random.uniform(next(random), shape, minval=-bound, maxval=bound)


def normalized(weight, statistics):
    """Divided by its largest singular value, by a step of power iteration (Miyato et al. 2018)."""
    matrix = weight.reshape(-1, weight.shape[-1])
    v = matrix @ statistics["u"]
    v = lax.stop_gradient(v / (jnp.linalg.norm(v) + 1e-12))
    u = matrix.T @ v
    u = lax.stop_gradient(u / (jnp.linalg.norm(u) + 1e-12))
    return weight / (v @ (matrix @ u)), {"u": u}


def linear_map(random, keys, weight_shape, inputs, outputs, apply):
    """A layer with a weight, perhaps a bias, perhaps spectral norm."""
    parameters = {"weight": uniform(random, weight_shape, inputs)}
    if keys["bias"]:
        parameters["bias"] = uniform(random, (outputs,), inputs)
    statistics = {}
    if keys["spectral_norm"]:
        statistics["u"] = jax.random.normal(next(random), (weight_shape[-1],))

    def forward(parameters, statistics, x):
        weight = parameters["weight"]
        if "u" in statistics:
            weight, statistics = normalized(weight, statistics)
        y = apply(x, weight)
        return y + parameters["bias"] if "bias" in parameters else y, statistics

    return parameters, statistics, forward


def linear(random, shape, keys):
    (inputs,), outputs = shape, keys["units"]
    return ((outputs,), *linear_map(
        random, keys, (inputs, outputs), inputs, outputs, lambda x, weight: x @ weight))


def conv(random, shape, keys):
    (height, width, inputs), outputs = shape, keys["channels"]
    kernel, stride, pad = keys["kernel"], keys["stride"], keys["padding"]
    if keys["groups"] != 1 or keys["dilation"] != [1, 1] or keys.get("same"):
        sys.exit("jax_round: no groups, dilation or `same`")
    sizes = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip((height, width), pad, kernel, stride)]
    return ((*sizes, outputs), *linear_map(
        random, keys, (*kernel, inputs, outputs), inputs * kernel[0] * kernel[1], outputs,
        lambda x, weight: lax.conv_general_dilated(
            x, weight, stride, [(p, p) for p in pad], dimension_numbers=SIDES)))


def conv_transpose(random, shape, keys):
    (height, width, inputs), outputs = shape, keys["channels"]
    kernel, stride, pad, extra = keys["kernel"], keys["stride"], keys["padding"], keys["output_padding"]
    if keys["groups"] != 1 or keys["dilation"] != [1, 1]:
        sys.exit("jax_round: no groups or dilation")
    sizes = [(n - 1) * s - 2 * p + k + e
             for n, s, p, k, e in zip((height, width), stride, pad, kernel, extra)]
    ends = [(k - 1 - p, k - 1 - p + e) for k, p, e in zip(kernel, pad, extra)]
    return ((*sizes, outputs), *linear_map(
        random, keys, (*kernel, inputs, outputs), outputs * kernel[0] * kernel[1], outputs,
        lambda x, weight: lax.conv_general_dilated(
            x, weight, (1, 1), ends, lhs_dilation=stride, dimension_numbers=SIDES)))


def batch_norm(random, shape, keys):
    parameters = {"scale": jnp.ones(shape[-1]), "bias": jnp.zeros(shape[-1])}
    statistics = {"mean": jnp.zeros(shape[-1]), "variance": jnp.ones(shape[-1])}
    keep = 1 - keys["momentum"]

    def forward(parameters, statistics, x):
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axes), x.var(axes)
        y = (x - mean) * (lax.rsqrt(variance + keys["epsilon"]) * parameters["scale"])
        count = x.size // x.shape[-1]
        moved = {
            "mean": keep * statistics["mean"] + (1 - keep) * mean,
            "variance": keep * statistics["variance"] + (1 - keep) * variance * count / (count - 1)}
        return y + parameters["bias"], lax.stop_gradient(moved)

    return shape, parameters, statistics, forward


def activation(function):
    return lambda random, shape, keys: (
        shape, {}, {}, lambda parameters, statistics, x: (function(x, keys), statistics))


def image(random, shape, keys):
    to = (*keys["size"], keys["channels"])
    return to, {}, {}, lambda parameters, statistics, x: (x.reshape(x.shape[0], *to), statistics)


def flatten(random, shape, keys):
    count = 1
    for extent in shape:
        count *= extent
    return (count,), {}, {}, lambda parameters, statistics, x: (x.reshape(x.shape[0], -1), statistics)


def upsample(random, shape, keys):
    factor = keys["factor"]
    if keys.get("mode", "nearest") != "nearest":
        sys.exit("jax_round: upsample repeats pixels only")
    down, across = factor if isinstance(factor, list) else (factor, factor)
    return (shape[0] * down, shape[1] * across, shape[2]), {}, {}, lambda parameters, statistics, x: (
        jnp.repeat(jnp.repeat(x, down, 1), across, 2), statistics)


def average_pool(random, shape, keys):
    kernel = keys["kernel"]
    stride = [step or size for step, size in zip(keys["stride"], kernel)]
    if keys["padding"] != [0, 0]:
        sys.exit("jax_round: no padding of a pool")
    sizes = [(n - k) // s + 1 for n, k, s in zip(shape, kernel, stride)]
    return (*sizes, shape[2]), {}, {}, lambda parameters, statistics, x: (
        lax.reduce_window(x, 0.0, lax.add, (1, *kernel, 1), (1, *stride, 1), "VALID")
        / (kernel[0] * kernel[1]), statistics)


def residual(random, shape, keys):
    to, parameters, statistics, branch = network(random, shape, keys["layers"])
    _, more_parameters, more_statistics, shortcut = network(random, shape, keys["shortcut"])

    def forward(parameters, statistics, x):
        y, first = branch(parameters[0], statistics[0], x)
        z, second = shortcut(parameters[1], statistics[1], x)
        return y + z, (first, second)

    return to, (parameters, more_parameters), (statistics, more_statistics), forward


LAYERS = {
    "linear": linear, "conv": conv, "conv_transpose": conv_transpose, "batch_norm": batch_norm,
    "image": image, "flatten": flatten, "upsample": upsample, "average_pool": average_pool,
    "residual": residual,
    "relu": activation(lambda x, keys: jax.nn.relu(x)),
    "leaky_relu": activation(lambda x, keys: jnp.where(x > 0, x, keys["slope"] * x)),
    "tanh": activation(lambda x, keys: jnp.tanh(x)),
}


def network(random, shape, layers):
    """(shape, parameters, statistics, forward) of layers one after the other; the critic's sigmoid is the loss's."""
    parameters, statistics, forwards = [], [], []
    for entry in layers:
        (name, keys), = entry.items()
        if name not in LAYERS:
            sys.exit(f"jax_round: no layer {name}")
        shape, own, kept, forward = LAYERS[name](random, shape, keys)
        parameters.append(own), statistics.append(kept), forwards.append(forward)

    def whole(parameters, statistics, x):
        seen = []
        for forward, own, kept in zip(forwards, parameters, statistics):
            x, new = forward(own, kept, x)
            seen.append(new)
        return x, seen

    return shape, parameters, statistics, whole


def losses(spec):
    """(of the critic from its scores of real and generated images, of the generator from those of its own)."""
    loss = spec["loss"]
    if loss["kind"] == "cross_entropy" and loss["real"] == 1 and loss["fake"] == 0:
        return (lambda real, fake: (jax.nn.softplus(-real).mean() + jax.nn.softplus(fake).mean()) * loss["scale"],
                lambda fake: jax.nn.softplus(-fake).mean() * loss["generator_scale"])
    if loss["kind"] == "wasserstein":
        return lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()
    if loss["kind"] == "hinge":
        return (lambda real, fake: jax.nn.relu(1 - real).mean() + jax.nn.relu(1 + fake).mean(),
                lambda fake: -fake.mean())
    sys.exit(f"jax_round: no loss {loss['kind']}")


def adam(keys):
    """Kingma and Ba 2015, algorithm 1."""
    if keys["kind"] != "adam" or keys["weight_decay"]:
        sys.exit("jax_round: Adam alone")
    (first, second), rate = keys["betas"], keys["learning_rate"]

    def step(parameters, memory, gradient):
        mean, square, count = memory
        count = count + 1
        mean = jax.tree.map(lambda m, g: first * m + (1 - first) * g, mean, gradient)
        square = jax.tree.map(lambda v, g: second * v + (1 - second) * g * g, square, gradient)
        up, down = 1 - first ** count, 1 - second ** count
        moved = jax.tree.map(
            lambda p, m, v: p - rate * (m / up) / (jnp.sqrt(v / down) + keys["epsilon"]),
            parameters, mean, square)
        return moved, (mean, square, count)

    return step


def memory_of(parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return zeros, zeros, jnp.zeros((), jnp.float32)


def game(described, seed=0):
    """(state, round): the round takes a state and a key, and gives the next state and two losses."""
    spec = described["spec"]
    height, width, channels = (
        int(n) for n in (described["samples"].removeprefix("images of ").split("×") + ["1"])[:3])
    # `images of 1×32×32` has its channels first.
    height, width, channels = width, channels, height
    keys = iter(jax.random.split(jax.random.key(seed), 10_000))
    latents, batch = spec["latent"]["size"], spec["data"]["batch"]
    critic_layers = [layer for layer in spec["architecture"]["discriminator"] if "sigmoid" not in layer]
    _, g, g_statistics, generate = network(keys, (latents,), spec["architecture"]["generator"])
    _, d, d_statistics, judge = network(keys, (height, width, channels), critic_layers)
    critic_loss, generator_loss = losses(spec)
    step_g, step_d = (adam(spec["optimizer"][name]) for name in ("generator", "discriminator"))
    real = jax.random.uniform(next(keys), (batch, height, width, channels), minval=-1, maxval=1)
    steps = spec["schedule"]["discriminator_steps"]
    penalties = [penalty["gradient_penalty"] for penalty in spec["penalties"]]

    def noise(key):
        if spec["latent"]["distribution"] == "normal":
            return jax.random.normal(key, (batch, latents))
        return jax.random.uniform(key, (batch, latents))

    def critic_move(d, d_statistics, memory, real, fake, key):
        def cost(d):
            real_score, seen = judge(d, d_statistics, real)
            fake_score, seen = judge(d, seen, fake)
            total = critic_loss(real_score, fake_score)
            for penalty in penalties:
                share = jax.random.uniform(key, (batch, 1, 1, 1))
                between = share * real + (1 - share) * fake
                slope = jax.grad(lambda x: judge(d, seen, x)[0].sum())(between)
                norm = jnp.sqrt((slope ** 2).sum((1, 2, 3)))
                total = total + penalty["weight"] * ((norm - penalty["target"]) ** 2).mean()
            return total, seen

        (loss, seen), gradient = jax.value_and_grad(cost, has_aux=True)(d)
        d, memory = step_d(d, memory, gradient)
        return d, seen, memory, loss

    def play(state, real, key):
        g, g_statistics, g_memory, d, d_statistics, d_memory = state
        keys = jax.random.split(key, 2 * steps + 1)
        shared = noise(keys[-1])
        for index in range(steps):
            z = shared if steps == 1 else noise(keys[2 * index])
            fake, seen = generate(g, g_statistics, z)
            if steps > 1:
                g_statistics = seen
            d, d_statistics, d_memory, critic = critic_move(
                d, d_statistics, d_memory, real, lax.stop_gradient(fake), keys[2 * index + 1])

        def cost(g):
            fake, seen = generate(g, g_statistics, shared)
            score, critic_seen = judge(d, d_statistics, fake)
            return generator_loss(score), (seen, critic_seen)

        (loss, (g_statistics, d_statistics)), gradient = jax.value_and_grad(cost, has_aux=True)(g)
        g, g_memory = step_g(g, g_memory, gradient)
        return (g, g_statistics, g_memory, d, d_statistics, d_memory), critic, loss

    state = (g, g_statistics, memory_of(g), d, d_statistics, memory_of(d))
    # Each array by itself, so that all can be given away.
    state = jax.tree.map(lambda array: jnp.array(array, copy=True), state)
    return state, real, jax.jit(play, donate_argnums=0)


def main():
    begun = time.perf_counter()
    parser = argparse.ArgumentParser(description="Milliseconds a round in JAX.")
    parser.add_argument("resolved")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--products", default="float32", choices=["float32", "tf32"])
    arguments = parser.parse_args()
    jax.config.update(
        "jax_default_matmul_precision", "highest" if arguments.products == "float32" else "default")
    with open(arguments.resolved) as file:
        state, real, play = game(json.load(file))
    key = jax.random.key(1)
    first, times = None, []
    number = 0
    while number < arguments.warm_up + arguments.rounds or sum(times) < 1e3 * arguments.seconds:
        start = time.perf_counter()
        state, critic, generator = play(state, real, jax.random.fold_in(key, number))
        seen = float(critic) + float(generator)
        if seen != seen:
            sys.exit("jax_round: a loss is not a number")
        if number >= arguments.warm_up:
            times.append((time.perf_counter() - start) * 1e3)
        if first is None:
            first = time.perf_counter() - begun
        number += 1
    times.sort()
    statistics = jax.devices()[0].memory_stats() or {}
    print(json.dumps({
        "min": times[0], "median": times[len(times) // 2], "first": first,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "device_memory": statistics.get("peak_bytes_in_use", 0) / 1e6}))


if __name__ == "__main__":
    main()
