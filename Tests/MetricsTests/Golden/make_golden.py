"""Makes metrics.json: what the metrics come to, by numpy and scipy alone.

The code follows the published programs, not ours: pyramids and descriptors as in
tkarras/progressive_growing_of_gans (metrics/sliced_wasserstein.py), MS-SSIM as in
VainF/pytorch-msssim, modes as the text of Srivastava et al. 2017 has them. Positions of patches and
directions are in the file, so that no random numbers have to agree.

    python make_golden.py        (numpy and scipy)
"""

import json
import pathlib

import numpy as np
import scipy.ndimage
import scipy.signal
import scipy.spatial
import scipy.stats

random = np.random.default_rng(7)


def rounded(values):
    return [float(np.float32(value)) for value in np.asarray(values).ravel()]


# Karras et al. 2018: pyramids of images [N, C, H, W].

GAUSS = np.float64([1, 4, 6, 4, 1])
GAUSS = np.outer(GAUSS, GAUSS) / 256


def pyramid_down(images):
    return scipy.ndimage.convolve(images, GAUSS[None, None], mode="mirror")[:, :, ::2, ::2]


def pyramid_up(images):
    n, c, h, w = images.shape
    large = np.zeros((n, c, h * 2, w * 2))
    large[:, :, ::2, ::2] = images
    return scipy.ndimage.convolve(large, GAUSS[None, None] * 4, mode="mirror")


def pyramid(images, levels):
    result = [images]
    for _ in range(1, levels):
        result.append(pyramid_down(result[-1]))
        result[-2] = result[-2] - pyramid_up(result[-1])
    return result


def descriptors(images, corners):
    """corners: [patches, 2] of (y, x); as many in turn for each image."""
    each = len(corners) // len(images)
    found = np.stack(
        [images[i // each, :, y : y + 7, x : x + 7] for i, (y, x) in enumerate(corners)]
    )
    found = found - found.mean(axis=(0, 2, 3), keepdims=True)
    return found / found.std(axis=(0, 2, 3), keepdims=True)


def sliced(a, b, directions):
    directions = directions / np.sqrt((directions**2).sum(axis=0))
    return np.abs(np.sort(a @ directions, axis=0) - np.sort(b @ directions, axis=0)).mean()


def patches_case(count, channels, side, each, directions):
    levels = 1
    while side % 2**levels == 0 and side // 2**levels >= 16:
        levels += 1
    real = random.uniform(-1, 1, (count, channels, side, side)).astype(np.float32)
    generated = np.clip(random.normal(0.2, 0.5, real.shape), -1, 1).astype(np.float32)
    generated = scipy.ndimage.gaussian_filter1d(generated, 1, axis=3).astype(np.float32)
    found = []
    for a, b in zip(pyramid(real.astype(float), levels), pyramid(generated.astype(float), levels)):
        size = a.shape[2] - 6
        corners = [random.integers(0, size, (count * each, 2)) for _ in range(2)]
        normals = random.normal(size=(directions, 7 * 7 * channels)).astype(np.float32)
        # Ours has the channel last within a patch; the distance knows no order of the axes as long
        # as directions and patches agree.
        points = [
            descriptors(images, places).transpose(0, 2, 3, 1).reshape(count * each, -1)
            for images, places in zip((a, b), corners)
        ]
        found.append(
            {
                "side": a.shape[2],
                "real_level": rounded(a[0].transpose(1, 2, 0)),
                "corners": [places.tolist() for places in corners],
                "normals": rounded(normals),
                "distance": sliced(points[0], points[1], normals.astype(float).T),
            }
        )
    return {
        "count": count, "channels": channels, "side": side,
        "real": rounded(real.transpose(0, 2, 3, 1)),
        "generated": rounded(generated.transpose(0, 2, 3, 1)),
        "levels": found,
    }  # fmt: skip


def vectors_case(count, size, directions):
    a = random.normal(size=(count, size)).astype(np.float32)
    b = random.normal(0.3, 1.5, size=(count, size)).astype(np.float32)
    normals = random.normal(size=(directions, size)).astype(np.float32)
    unit = normals / np.linalg.norm(normals.astype(float), axis=1, keepdims=True)
    distances = [
        scipy.stats.wasserstein_distance(a.astype(float) @ d, b.astype(float) @ d) for d in unit
    ]
    return {
        "count": count, "size": size, "a": rounded(a), "b": rounded(b),
        "normals": rounded(normals), "distance": float(np.mean(distances)),
    }  # fmt: skip


# MS-SSIM of single images [C, H, W] with values in [0, span].

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def window():
    line = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    return np.outer(line, line) / line.sum() ** 2


def ssim(x, y, span):
    blur = lambda image: scipy.signal.convolve2d(image, window(), mode="valid")
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    mx, my = blur(x), blur(y)
    vx, vy, cxy = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    cs = (2 * cxy + c2) / (vx + vy + c2)
    return ((2 * mx * my + c1) / (mx**2 + my**2 + c1) * cs).mean(), cs.mean()


def ms_ssim(x, y, span):
    scales = 1
    while scales < 5 and min(x.shape[1:]) // 2**scales >= 11:
        scales += 1
    weights = WEIGHTS[:scales] * (WEIGHTS.sum() / WEIGHTS[:scales].sum())
    channels = []
    for a, b in zip(x, y):
        value = 1.0
        for scale in range(scales):
            whole, cs = ssim(a, b, span)
            value *= max(whole if scale == scales - 1 else cs, 0) ** weights[scale]
            h, w = a.shape[0] // 2 * 2, a.shape[1] // 2 * 2
            halve = lambda i: i[:h, :w].reshape(h // 2, 2, w // 2, 2).mean(axis=(1, 3))
            a, b = halve(a), halve(b)
        channels.append(value)
    return float(np.mean(channels)), scales


def similarity_case(channels, height, width, noise):
    span = 255.0
    x = scipy.ndimage.gaussian_filter(random.uniform(0, 1, (channels, height, width)), (0, 2, 2))
    x = np.clip((x - 0.5) * 3 + 0.5, 0, 1)
    y = np.clip(x + random.normal(0, noise, x.shape), 0, 1)
    x, y = np.round(x * 255), np.round(y * 255)
    value, scales = ms_ssim(x.astype(float), y.astype(float), span)
    try:  # Where it can be had, the program whose rules these are has the last word.
        import pytorch_msssim
        import torch

        if scales == 5:
            theirs = pytorch_msssim.ms_ssim(
                torch.tensor(x[None]).double(), torch.tensor(y[None]).double(), data_range=span
            )
            assert abs(float(theirs) - value) < 1e-6, (float(theirs), value)
            print("pytorch_msssim agrees:", float(theirs))
    except ImportError:
        pass
    return {
        "channels": channels, "height": height, "width": width, "span": span, "scales": scales,
        "x": x.astype(int).ravel().tolist(), "y": y.astype(int).ravel().tolist(), "similarity": value,
    }  # fmt: skip


def modes_case(centres, deviation, samples, share):
    centres = np.array(centres, float)
    near = random.normal(0, deviation, (samples, 2)) + centres[
        random.integers(0, len(centres) // 2, samples)
    ]
    far = random.uniform(-5, 5, (samples, 2))
    points = np.where(random.uniform(size=(samples, 1)) < share, near, far).astype(np.float32)
    distance, mode = scipy.spatial.cKDTree(centres).query(points.astype(float))
    good = distance <= 3 * deviation
    return {
        "centres": centres.tolist(), "deviation": deviation, "points": rounded(points),
        "modes": int(len(set(mode[good]))), "high_quality": float(good.mean()),
    }  # fmt: skip


def main():
    ring = [(2 * np.cos(a), 2 * np.sin(a)) for a in np.arange(8) * np.pi / 4]
    grid = [(x, y) for y in (-4, -2, 0, 2, 4) for x in (-4, -2, 0, 2, 4)]
    golden = {
        "patches": [patches_case(3, 1, 28, 5, 20), patches_case(2, 3, 32, 4, 20)],
        "vectors": [vectors_case(50, 2, 30), vectors_case(7, 5, 3)],
        "similarities": [
            similarity_case(1, 28, 28, 0.1), similarity_case(3, 32, 40, 0.25),
            similarity_case(1, 11, 13, 0.05), similarity_case(1, 45, 23, 0.5),
            similarity_case(1, 176, 192, 0.15),
        ],
        "modes": [modes_case(ring, 0.02, 200, 0.7), modes_case(grid, 0.05, 300, 0.9)],
    }  # fmt: skip
    path = pathlib.Path(__file__).parent / "metrics.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
