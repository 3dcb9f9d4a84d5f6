"""Incomplete gamma and beta functions, polygamma, and the normal distribution's functions. Writes special.json and special.bin."""

import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp

from record import Family, f32, real

family = Family("special")


def both(name):
    return lambda xp, *xs: getattr(sp if xp is np else jsp, name)(*xs)


SHAPES = [((6,), (6,)), ((3, 1), (4,)), ((), (5,)), ((0,), (0,))]
for name in ["gammainc", "gammaincc"]:
    for seed, (a, x) in enumerate(SHAPES):
        family.case(name, both(name), [real(a, seed + 1, 2.4, 2.5), real(x, seed + 11, 2.9, 3)])
    family.case(name, both(name), [f32([1e-3, 0.5, 3, 3, 30, 150, 0.2, 12]), f32([0.5, 1e-4, 0.01, 12, 25, 170, 4, 40])])
    # Large shapes, where the derivatives of JAX have fewer digits.
    family.case(name, both(name), [f32([250, 1e4, 1e6]), f32([260, 1e4, 1.001e6])], grad=False)
    family.case(name, both(name), [f32([0, 2, 2, 2, -1, 1, np.nan]), f32([1, 0, np.inf, -1, 1, np.nan, 1])], grad=False)
for name in ["gammaincinv", "gammainccinv"]:
    for seed, (a, p) in enumerate(SHAPES):
        family.case(name, both(name), [real(a, seed + 1, 2.4, 2.5), real(p, seed + 11, 0.499, 0.5)], grad=False)
    family.case(name, both(name), [f32([0.05, 0.5, 3, 30, 500, 1e5, 2]), f32([0.5, 1e-4, 0.99, 1e-6, 0.3, 0.7, 1e-30])], grad=False)
    family.case(name, both(name), [f32([2, 2, 2, 2, -1, np.nan]), f32([0, 1, 1.5, -0.5, 0.5, 0.5])], grad=False)
for seed, (a, x) in enumerate(SHAPES):
    family.case("betainc", both("betainc"), [real(a, seed + 1, 2.4, 2.5), real(a, seed + 21, 2.4, 2.5), real(x, seed + 11, 0.499, 0.5)], wrt=[2])
    family.case("betaincinv", both("betaincinv"), [real(a, seed + 1, 2.4, 2.5), real(a, seed + 21, 2.4, 2.5), real(x, seed + 11, 0.499, 0.5)], grad=False)
extreme = [f32([5e-2, 0.5, 30, 300, 2, 1, 1e4]), f32([3, 0.5, 40, 500, 100, 5, 2e4]), f32([0.5, 1e-4, 0.4, 0.35, 0.01, 0.2, 0.33])]
family.case("betainc", both("betainc"), extreme, grad=False)
family.case("betaincinv", both("betaincinv"), extreme, grad=False)
family.case("betainc", both("betainc"), [f32([2, 2, 2, -1, np.nan]), f32([3, 3, 3, 1, 1]), f32([0, 1, 1.5, 0.5, 0.5])], grad=False)
family.case("betaincinv", both("betaincinv"), [f32([2, 2, 2, -1, np.nan]), f32([3, 3, 3, 1, 1]), f32([0, 1, 1.5, 0.5, 0.5])], grad=False)
for n in [0, 1, 2, 5]:
    family.case("polygamma", lambda xp, x: (sp if xp is np else jsp).polygamma(n, x), [real((6,), n + 1, 4, 4.2)], {"n": n})
    family.case("polygamma", lambda xp, x: (sp if xp is np else jsp).polygamma(n, x), [f32([1, 2, 0.5, 30, 1e3, 0.01])], {"n": n}, grad=False)
for rule, name in {"ndtr": "ndtr", "logNdtr": "log_ndtr"}.items():
    family.case(rule, both(name), [real((8,), 1, 4)])
    family.case(rule, both(name), [f32([-5, -1, -0.99, 0, 0.3, 1, 4.9, 7])])
    family.case(rule, both(name), [f32([-np.inf, np.inf, np.nan, -30, 30, -10])], grad=False)
family.case("ndtri", both("ndtri"), [real((2, 5), 1, 0.499, 0.5)])
family.case("ndtri", both("ndtri"), [f32([1e-30, 1e-10, 0.074, 0.076, 0.5, 0.9249, 0.9251, 0.9999])])
family.case("ndtri", both("ndtri"), [f32([0, 1, -0.5, 1.5, np.nan])], grad=False)
family.write()
