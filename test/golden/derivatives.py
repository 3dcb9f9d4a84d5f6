"""Golden derivatives of first and second order from JAX in float64, written to derivatives.json.

Run with a Python that has jax:  python test/golden/derivatives.py
Case number k (from 0) takes x = `uniform64(size, 100 k, scale, offset)` of lcg.py / lcg.ts, in `shape`, with the elements listed in
`zeros` replaced by 0. The function is a scalar: where that in `functions` below returns more, Σ w · f with
w = uniform64(size of f, 100 k + 99). A second operand is uniform64(size, 100 k + 1), in `other`.
`value`, `gradient`, `hessian` (n, n) row by row and `product`, the Hessian times v = uniform64(n, 100 k + 98). NaN is null.
Everything is flat, row-major, rounded to 12 significant digits.
"""

import json
import math
import os

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp  # noqa: E402
import jaxlib  # noqa: E402
import numpy as np  # noqa: E402

from lcg import uniform64  # noqa: E402


def layer_norm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def conv2d(x, w, stride, padding, dilation):
    return jax.lax.conv_general_dilated(
        x, w, (stride, stride), [(padding, padding)] * 2, rhs_dilation=(dilation, dilation)
    )


def max_pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def attention(x, w):
    q, k, v = jnp.split(x @ w, 3, axis=-1)
    return jax.nn.softmax(q @ k.T / math.sqrt(q.shape[-1])) @ v


def safe_norm(x):
    total = (x**2).sum()
    is_zero = total == 0
    return jnp.where(is_zero, 0.0, jnp.sqrt(jnp.where(is_zero, 1.0, total)))


# name: (function, shape, options)
functions = {
    "tanh": (jnp.tanh, (5,), {"scale": 2}),
    "sigmoid": (jax.nn.sigmoid, (5,), {"scale": 4}),
    "softplus": (jax.nn.softplus, (5,), {"scale": 4}),
    "gelu": (lambda x: jax.nn.gelu(x, approximate=False), (5,), {"scale": 3}),
    "silu": (jax.nn.silu, (5,), {"scale": 4}),
    "erf": (jax.scipy.special.erf, (5,), {"scale": 2}),
    "log1p": (jnp.log1p, (5,), {"scale": 0.9}),
    "sin times exp": (lambda x: jnp.sin(3 * x) * jnp.exp(-x), (5,), {"scale": 2}),
    "cube": (lambda x: x**3, (5,), {"scale": 2}),
    "quotient": (lambda x: x[:3] / (1 + x[3:] ** 2), (6,), {}),
    "softmax": (lambda x: jax.nn.softmax(x, -1), (2, 4), {"scale": 3}),
    "logSoftmax": (lambda x: jax.nn.log_softmax(x, -1), (2, 4), {"scale": 3}),
    "logSumExp": (lambda x: jax.nn.logsumexp(x, -1), (2, 4), {"scale": 3}),
    "layerNorm": (layer_norm, (2, 5), {"scale": 2}),
    "variance": (lambda x: x.var(-1, ddof=1), (2, 4), {}),
    "norm": (jnp.linalg.norm, (5,), {}),
    "norm at 0": (jnp.linalg.norm, (3,), {"zeros": [0, 1, 2]}),
    "safe norm at 0": (safe_norm, (3,), {"zeros": [0, 1, 2]}),
    "prod": (jnp.prod, (5,), {"scale": 2}),
    "prod with a zero": (jnp.prod, (5,), {"scale": 2, "zeros": [2]}),
    "prod with two zeros": (jnp.prod, (5,), {"scale": 2, "zeros": [1, 4]}),
    "relu squared": (lambda x: jax.nn.relu(x) ** 2, (6,), {}),
    "max": (lambda x: (x**2).max(-1), (2, 4), {}),
    "max pooling": (lambda x: max_pool(x**3), (1, 1, 4, 4), {}),
    "matmul": (lambda x: x @ x, (3, 3), {}),
    "einsum": (lambda x: jnp.einsum("ij,kj,ik->k", x, x, x), (3, 3), {}),
    "conv2d": (lambda x, w: conv2d(x, w, 1, 1, 1) ** 2, (1, 1, 4, 4), {"other": (2, 1, 3, 3)}),
    "conv2d, strided and dilated": (
        lambda x, w: jnp.tanh(conv2d(x, w, 2, 2, 2)),
        (1, 1, 5, 5),
        {"other": (2, 1, 3, 3)},
    ),
    "attention": (attention, (3, 2), {"other": (2, 6)}),
    "cumprod": (jnp.cumprod, (6,), {"scale": 2}),
    "cumprod with two zeros": (jnp.cumprod, (6,), {"scale": 2, "zeros": [1, 4]}),
}


def flat(array):
    values = np.asarray(array, np.float64).reshape(-1)
    return [None if math.isnan(v) else float(f"{v:.12g}") for v in values]


def solve(number, name, function, shape, scale=1, offset=0, zeros=(), other=None):
    seed = 100 * number
    x = uniform64(shape, seed, scale, offset).reshape(-1)
    x[list(zeros)] = 0
    x = jnp.asarray(x.reshape(shape))
    rest = () if other is None else (jnp.asarray(uniform64(other, seed + 1)),)
    weights = jnp.asarray(uniform64(function(x, *rest).shape, seed + 99))
    scalar = lambda x: (weights * function(x, *rest)).sum()  # noqa: E731
    n = x.size
    hessian = jax.hessian(scalar)(x).reshape(n, n)
    v = uniform64(shape, seed + 98)
    product = jax.jvp(jax.grad(scalar), (x,), (jnp.asarray(v),))[1]
    one = {"name": name, "seed": seed, "shape": list(shape)}
    one |= {"scale": scale} if scale != 1 else {}
    one |= {"zeros": list(zeros)} if zeros else {}
    one |= {"other": list(other)} if other else {}
    one |= {"value": flat(scalar(x))[0], "gradient": flat(jax.grad(scalar)(x))}
    return one | {"hessian": flat(hessian), "product": flat(product)}


header = {"script": "derivatives.py", "jax": jax.__version__, "jaxlib": jaxlib.__version__, "numpy": np.__version__}
cases = [solve(k, name, f, shape, **options) for k, (name, (f, shape, options)) in enumerate(functions.items())]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "derivatives.json"), "w") as file:
    file.write('{"header": %s,\n"cases": [\n' % json.dumps(header))
    file.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in cases))
    file.write("\n]}\n")
