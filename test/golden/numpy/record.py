"""
What the family scripts beside this one share: pools of inputs, and a recorder that asks NumPy (or PyTorch) for values and
JAX (or PyTorch) for gradients, in float64, and writes FAMILY.json and FAMILY.bin. The format is in ../README.md.
"""

import json
import os
import sys
import warnings

os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

import jax
import jax.numpy as jnp
import numpy as np
import scipy
import torch

from lcg import labels, uniform

jax.config.update("jax_enable_x64", True)
warnings.filterwarnings("ignore")

HERE = os.path.dirname(os.path.abspath(__file__))
UPSTREAM_SEED = 99

f64 = np.float64


# Inputs that lcg.ts can make again need not be stored.
STREAMS = {}


def real(shape, seed, scale=1.0, offset=0.0):
    """float32-representable values in float64."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    x = uniform(shape, seed, scale, offset).astype(f64)
    STREAMS[(x.shape, x.tobytes())] = [seed, scale, offset]
    return x


def whole(shape, seed, low, high):
    """int32 values in low ≤ x < high."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    return (labels(int(np.prod(shape)), seed, high - low) + low).astype(np.int32).reshape(shape)


def truth(shape, seed):
    return whole(shape, seed, 0, 2).astype(bool)


def f32(values):
    return np.asarray(values, np.float32).astype(f64)


SPECIAL = f32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-3, -1e10])
DENORMAL = f32([1e-40, -1e-40, 1e-45, 1.1754942e-38, 1.1754944e-38, -3e-39])


class Family:
    def __init__(self, name):
        self.name = name
        self.arrays = []
        self.places = {}
        self.blob = bytearray()
        self.cases = []

    def array(self, x):
        """The number of an array in the pool; equal arrays are stored once."""
        x = np.asarray(x)
        kind = {"f": "float64", "i": "int32", "u": "uint8", "b": "bool"}[x.dtype.kind]
        if x.dtype.kind == "u" and x.dtype != np.uint8:
            kind = "int32"
        stored = np.ascontiguousarray(x.astype({"float64": f64, "int32": np.int32, "uint8": np.uint8, "bool": np.uint8}[kind]))
        key = (kind, x.shape, stored.tobytes())
        if key not in self.places and (x.shape, stored.tobytes()) in STREAMS:
            self.places[key] = len(self.arrays)
            self.arrays.append([kind, list(x.shape), STREAMS[(x.shape, stored.tobytes())]])
        if key not in self.places:
            while len(self.blob) % 8:
                self.blob.append(0)
            self.places[key] = len(self.arrays)
            self.arrays.append([kind, list(x.shape), len(self.blob)])
            self.blob += stored.tobytes()
        return self.places[key]

    def case(self, rule, f, inputs, options=None, grad=True, oracle="numpy", wrt=None, dtype=None, note=None):
        """
        One case. f(xp, *inputs) → an array or a tuple of them; xp is numpy for values, jax.numpy for gradients, torch for both
        if the oracle is torch. Gradients are taken of the float inputs (or those numbered in wrt) if grad is set.
        dtype: of the outputs where Fathom differs from NumPy and says so.
        """
        inputs = [np.asarray(x) for x in inputs]
        if oracle == "torch":
            variables = [torch.tensor(x) for x in inputs]
            values = f(torch, *variables)
        else:
            values = f(np, *inputs)
        outputs = list(values) if isinstance(values, (tuple, list)) else [values]
        outputs = [y.detach().numpy() if isinstance(y, torch.Tensor) else np.asarray(y) for y in outputs]
        record = {"rule": rule, "in": [self.array(x) for x in inputs], "out": [self.array(y) for y in outputs]}
        if options:
            record["options"] = options
        if dtype:
            record["dtype"] = dtype
        wanted = [i for i, x in enumerate(inputs) if x.dtype == f64 and (wrt is None or i in wrt)]
        if grad and wanted and all(y.dtype.kind == "f" for y in outputs):
            ups = [uniform(y.shape, UPSTREAM_SEED + k).astype(f64) for k, y in enumerate(outputs)]
            if oracle == "torch":
                found = self.torch_gradients(f, inputs, wanted, ups)
            else:
                found = self.jax_gradients(f, inputs, wanted, ups)
            record["grad"] = [None if g is None else self.array(g) for g in found]
        self.cases.append(record)

    @staticmethod
    def jax_gradients(f, inputs, wanted, ups):
        def scalar(*variables):
            full = list(inputs)
            for i, v in zip(wanted, variables):
                full[i] = v
            ys = f(jnp, *full)
            ys = list(ys) if isinstance(ys, (tuple, list)) else [ys]
            return sum(jnp.sum(y * u) for y, u in zip(ys, ups))

        grads = jax.grad(scalar, argnums=tuple(range(len(wanted))))(*[inputs[i] for i in wanted])
        result = [None] * len(inputs)
        for i, g in zip(wanted, grads):
            result[i] = np.asarray(g)
        return result

    @staticmethod
    def torch_gradients(f, inputs, wanted, ups):
        variables = [torch.tensor(x, requires_grad=i in wanted) for i, x in enumerate(inputs)]
        ys = f(torch, *variables)
        ys = list(ys) if isinstance(ys, (tuple, list)) else [ys]
        total = sum((y * torch.tensor(u)).sum() for y, u in zip(ys, ups))
        grads = torch.autograd.grad(total, [variables[i] for i in wanted], allow_unused=True)
        result = [None] * len(inputs)
        for i, g in zip(wanted, grads):
            result[i] = np.zeros_like(inputs[i]) if g is None else g.detach().numpy()
        return result

    def write(self):
        head = {
            "from": f"numpy {np.__version__}, scipy {scipy.__version__}, jax {jax.__version__}, torch {torch.__version__.split('+')[0]}",
            "arrays": self.arrays,
            "cases": self.cases,
        }
        text = json.dumps(head, separators=(",", ":"))
        # A line a case, so that a change shows as one.
        text = text.replace('{"rule"', '\n{"rule"')
        with open(os.path.join(HERE, f"{self.name}.json"), "w") as file:
            file.write(text + "\n")
        with open(os.path.join(HERE, f"{self.name}.bin"), "wb") as file:
            file.write(self.blob)
        print(f"{self.name}: {len(self.cases)} cases, {len(text) + len(self.blob)} bytes; {head['from']}")
