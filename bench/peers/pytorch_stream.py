"""The shared numbers as PyTorch tensors; seeds as in bench/workloads.ts."""

import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "golden"))

from lcg import labels, uniform  # noqa: E402

OPERAND, UPSTREAM, PARAMETER, INPUT, TARGET = 1, 9, 10, 1000, 2000
BATCHES, COMPARED, COMPARED_TOKENS, PATIENCE = 16, 5, 4, 4.0


def operand(spec, seed, scale=1.0):
    shape = tuple(spec["shape"])
    if spec.get("below") is None:
        return torch.from_numpy(uniform(shape, seed, scale))
    count = 1
    for n in shape:
        count *= n
    return torch.from_numpy(labels(count, seed, spec["below"])).reshape(shape)


def sample(*tensors):
    flat = [t.detach().reshape(-1) for t in tensors]
    return [float(t[i * 1000003 % len(t)]) for t in flat for i in range(16)]
