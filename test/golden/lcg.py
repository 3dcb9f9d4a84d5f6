"""The number stream of lcg.ts, value for value, as numpy arrays."""

import math

import numpy as np


def draws(length, seed):
    """u in [0, 1): all states at once, state_k = a^k s0 + c (a^(k-1) + … + 1) mod 2^32."""
    start = np.uint32(2654435761 * (seed + 1) % 2**32)
    powers = np.cumprod(np.full(length, 1664525, np.uint32), dtype=np.uint32)
    sums = np.cumsum(np.concatenate([np.ones(1, np.uint32), powers[:-1]]), dtype=np.uint32)
    state = powers * start + sums * np.uint32(1013904223)
    return (state >> np.uint32(8)).astype(np.float64) / 2**24


def uniform64(shape, seed, scale=1.0, offset=0.0):
    """scale (2u - 1) + offset in float64, row-major."""
    return (scale * (2 * draws(math.prod(shape), seed) - 1) + offset).reshape(shape)


def uniform(shape, seed, scale=1.0, offset=0.0):
    """The same values rounded once to float32."""
    return uniform64(shape, seed, scale, offset).astype(np.float32)


def labels(length, seed, classes):
    """Class labels floor(u classes)."""
    return np.floor(draws(length, seed) * classes).astype(np.int64)
