"""Terms on values: what PyTorch's own functions make of them, and the gradients in every value."""

import torch

import terms


def rounded(*shape):
    return (torch.randn(*shape) * 1000).round() / 1000


def table():
    """Word, its keys, and shapes of its values."""
    vectors, images = [(3, 4)] * 2, [(2, 3, 2, 2)] * 2
    for norm in terms.DISTANCES:
        yield "distance", {"norm": norm}, vectors
        yield "distance", {"norm": norm, "reduce": "sum", "weight": 0.3}, images
    for reduce in ("sum", "mean"):
        yield "kl_to_normal", {"reduce": reduce, "weight": 0.7}, vectors
        yield "kl_to_normal", {"reduce": reduce}, images
        yield "feature_matching", {"reduce": reduce, "weight": 2}, [(3, 4), (2, 4)]
        yield "feature_matching", {"reduce": reduce}, images
        yield "total_variation", {"norm": reduce, "weight": 0.5}, [(2, 3, 4, 3)]
        yield "total_variation", {"norm": reduce, "weight": 0.5}, [(2, 1, 1, 4)]


# Keys, logits' shape, labels.
CLASSES = [
    ({}, (4, 3), [2, 0, 1, 2]),
    ({"weight": 0.5}, (3, 5), [4, 4, 0]),
    ({"smoothing": 0.1}, (4, 3), [1, 0, 0, 2]),
    ({"smoothing": 0.6, "weight": 2}, (2, 2), [1, 0]),
]


def case(word, keys, values, labels=()):
    values = [value.requires_grad_() for value in values]
    value = terms.cost(word, keys, *values, *labels)
    return {
        "word": word, "keys": ", ".join(f"{key}: {of}" for key, of in keys.items()),
        "values": values, "value": value.item(),
        "gradient": list(torch.autograd.grad(value, values))}


def cases():
    for word, keys, shapes in table():
        yield case(word, keys, [rounded(*shape) for shape in shapes])
    for keys, shape, labels in CLASSES:
        logits = rounded(*shape)
        logits[0, labels[0]] = 3.0
        wanted = torch.tensor(labels)
        found = case("class", keys, [logits], [wanted])
        accuracy = (logits.argmax(1) == wanted).double().mean().item()
        yield found | {"labels": labels, "accuracy": accuracy}
