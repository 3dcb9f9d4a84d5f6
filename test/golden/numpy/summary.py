"""Reductions, statistics, sampled functions, products, padding, named axes. Writes summary.json and summary.bin."""

import einops
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp
import torch

from record import SPECIAL, Family, f32, real, truth, whole

family = Family("summary")
X = real((3, 4, 5), 1)
M = real((4, 6), 2)
V = real((7,), 3)
S = real((), 4)
I = whole((3, 4, 5), 5, -9, 10)
U = whole((4, 6), 6, 0, 250).astype(np.uint8)
B = truth((3, 4), 7)
HOLES = np.where(real((4, 6), 8) > 0.4, np.nan, real((4, 6), 9))
HOLES[:, 2] = np.nan
AXES = [None, 0, -1, [0, 2], [1, 2], [0, 1, 2]]


def tup(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def reduction(rule, f, inputs=(X,), axes=AXES, keep=True, options=None, **more):
    for x in inputs:
        for k, axis in enumerate(a for a in axes if a is None or x.ndim > max(map(abs, a if isinstance(a, list) else [a]))):
            kept = keep and k % 2 == 1
            family.case(rule, lambda xp, x: f(xp, x, tup(axis), kept), [x], {"axis": axis, "keepDims": kept, **(options or {})}, **more)


plain = lambda name: lambda xp, x, axis, kept: getattr(xp, name)(x, axis=axis, keepdims=kept)
NUMBERS = (X, I, M, V)
for name in ("sum", "max", "min"):
    reduction(name, plain(name), (X, I, U, V, S, B if name == "sum" else V))
reduction("prod", plain("prod"), (X, whole((2, 3, 2), 5, -3, 4), V))
for name in ("mean", "var", "std"):
    reduction(name, plain(name), NUMBERS)
reduction("varDdof", lambda xp, x, axis, kept: xp.var(x, axis=axis, keepdims=kept, ddof=1), (X, M), options={"correction": 1})
for name in ("any", "all"):
    reduction(name, plain(name), (B, I, X * (np.abs(X) > 0.3), whole((0, 3), 1, 0, 2)))
reduction("sum", plain("sum"), (real((0, 3), 1), real((3, 0), 1)), axes=[None, 0, -1])
reduction("mean", plain("mean"), (real((0, 3), 1),), axes=[None, 0], grad=False)
for name in ("argmax", "argmin"):
    reduction(name, plain(name), (X, I, SPECIAL, SPECIAL[1:], f32([1, 3, 3, 0])), axes=[None, 0, -1])
reduction("logSumExp", lambda xp, x, axis, kept: (sp if xp is np else jsp).logsumexp(x, axis=axis, keepdims=kept), (X, f32([[1000, 1000.5], [-2000, -1000]])), axes=[None, 0, -1, [0, 1]])
for axis in (0, 1, -1):
    family.case("softmax", lambda _, x: torch.softmax(x, axis), [X], {"axis": axis}, oracle="torch")
    family.case("logSoftmax", lambda _, x: torch.log_softmax(x, axis), [X], {"axis": axis}, oracle="torch")
reduction("max", plain("max"), (f32([[1, np.nan, 3], [np.inf, 2, -np.inf]]),), axes=[None, 0, -1], grad=False)
reduction("min", plain("min"), (f32([[1, np.nan, 3], [np.inf, 2, -np.inf]]),), axes=[None, 0, -1], grad=False)

# Statistics
reduction("ptp", plain("ptp"), (X, I, M))
reduction("countNonzero", plain("count_nonzero"), (X * (np.abs(X) > 0.3), I, B))
for name in ("nansum", "nanprod", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd", "nanmedian"):
    gradless = name in ("nanstd", "nanmedian", "nanmean", "nanvar", "nanmax", "nanmin")
    reduction(name, plain(name), (HOLES,), axes=[None, 0, 1], grad=False)
    reduction(name, plain(name), (HOLES[:, 3:],), axes=[None, 1], grad=name in ("nansum", "nanmean", "nanvar", "nanprod", "nanmax"))
for name in ("nanargmax", "nanargmin"):
    reduction(name, plain(name), (HOLES,), axes=[None, 1])
for name in ("nancumsum", "nancumprod"):
    for axis in (0, -1):
        family.case(name, lambda xp, x: getattr(xp, name)(x, axis=axis), [HOLES], {"axis": axis}, grad=False)
for q in (0.0, 0.3, 0.5, 1.0):
    reduction("nanquantile", lambda xp, x, axis, kept: xp.nanquantile(x, q, axis=axis, keepdims=kept), (HOLES,), axes=[None, 0, 1], options={"q": q}, grad=False)
for q in (10, [25, 50]):
    reduction("percentile", lambda xp, x, axis, kept: xp.percentile(x, np.array(q, float), axis=axis, keepdims=kept), (X,), axes=[None, 1], options={"q": q})
for axis, w in ((0, real((4,), 10, 0.5, 1)), (1, real((6,), 11, 0.5, 1)), (None, real((4, 6), 12, 0.5, 1)), (1, real((4, 6), 13, 0.5, 1))):
    family.case("average", lambda xp, x, w: xp.average(x, axis=axis, weights=w), [M, w], {"axis": axis})
for options in ({}, {"ddof": 0}, {"rowvar": False}):
    family.case("cov", lambda xp, x: xp.cov(x, **options), [M], options)
family.case("cov", lambda xp, x: xp.cov(x), [V])
family.case("covPair", lambda xp, x, y: xp.cov(x, y), [V, real((7,), 14)])
for options in ({}, {"rowvar": False}):
    family.case("corrcoef", lambda xp, x: xp.corrcoef(x, **options), [M], options)
family.case("isin", lambda xp, x, v: xp.isin(x, v), [I, np.array([1, -3, 5], np.int32)])
family.case("isin", lambda xp, x, v: xp.isin(x, v), [I, np.zeros(0, np.int32)])

# Sampled functions
for n, axis in ((1, -1), (2, 0), (1, 1), (0, 0), (4, 0), (3, 0)):
    for x in (X, I):
        family.case("diff", lambda xp, x: xp.diff(x, n, axis), [x], {"n": n, "axis": axis}, grad=n < 3)
family.case("diff", lambda xp, x: xp.diff(x), [truth((8,), 3)], {"n": 1, "axis": -1})
family.case("diffWith", lambda xp, x, a, b: xp.diff(x, prepend=a, append=b), [V, real((2,), 1), real((1,), 2)])
family.case("ediff1d", lambda xp, x: xp.ediff1d(x), [M])
for options in ({}, {"axes": 0}, {"axes": [1], "spacing": [0.5]}, {"spacing": 2}, {"edgeOrder": 2}, {"axes": 1, "spacing": [[0, 1, 1.5, 3.5, 4, 6]]}, {"axes": 1, "spacing": [[0, 1, 1.5, 3.5, 4, 6]], "edgeOrder": 2}):
    spacing = options.get("spacing", 1)
    args = [np.array(s, float) for s in spacing] if isinstance(spacing, list) else [spacing]
    axis = options.get("axes")
    more = {} if axis is None else {"axis": tup(axis)}

    def f(xp, x):
        if xp is jnp and options.get("edgeOrder") == 2:
            raise NotImplementedError
        y = xp.gradient(x, *args, edge_order=options.get("edgeOrder", 1), **more) if xp is np else xp.gradient(x, *args, **more)
        return tuple(y) if isinstance(y, (list, tuple)) else (y,)

    uneven = isinstance(spacing, list) and isinstance(spacing[0], list)
    family.case("gradient", f, [M], options, grad=options.get("edgeOrder") != 2 and not uneven)
family.case("gradient", lambda xp, x: (xp.gradient(x),), [real((2,), 4)], {})
for axis in (0, -1):
    family.case("trapezoid", lambda xp, y: xp.trapezoid(y, dx=0.5, axis=axis), [M], {"dx": 0.5, "axis": axis})
family.case("trapezoidAt", lambda xp, y, x: xp.trapezoid(y, x), [M, real((6,), 5)])
family.case("trapezoidAt", lambda xp, y, x: xp.trapezoid(y, x), [M, real((4, 6), 5)])
XP = f32([-1, -0.5, 0.25, 0.5, 1.5])
family.case("interp", lambda xp, x, p, f: xp.interp(x, p, f), [real((3, 4), 15, 2), XP, real((5,), 16)], wrt=[0, 2])
family.case("interp", lambda xp, x, p, f: xp.interp(x, p, f, left=-7.0, right=9.0), [real((9,), 15, 2), XP, real((5,), 16)], {"left": -7, "right": 9}, wrt=[0, 2])
family.case("interp", lambda xp, x, p, f: xp.interp(x, p, f), [f32([-9, -1, 0.25, 1.5, 9, np.nan, np.inf]), XP, real((5,), 16)], grad=False)
family.case("interp", lambda xp, x, p, f: xp.interp(x, p, f), [real((4,), 15), f32([0.5]), f32([3])], grad=False)
for x in (real((12,), 17, 9), real((3, 8), 18, 7)):
    family.case("unwrap", lambda xp, x: xp.unwrap(x), [x])
    family.case("unwrap", lambda xp, x: xp.unwrap(x, period=3.0, axis=0), [x], {"period": 3, "axis": 0})
for mode in ("full", "same", "valid"):
    for n, m in ((7, 3), (6, 4), (3, 7), (4, 5), (5, 1), (4, 4)):
        for rule in ("convolve", "correlate"):
            family.case(rule, lambda xp, a, v: getattr(xp, rule)(a, v, mode), [real((n,), 19), real((m,), 20)], {"mode": mode})
    family.case("convolve", lambda xp, a, v: xp.convolve(a, v, mode), [whole((6,), 19, -9, 9), whole((3,), 20, -9, 9)], {"mode": mode})
P, Q = real((4,), 21), real((2,), 22)
family.case("polyval", lambda xp, p, x: xp.polyval(p, x), [P, M])
family.case("polyval", lambda xp, p, x: xp.polyval(p, x), [P, S])
for rule in ("polyadd", "polysub", "polymul"):
    family.case(rule, lambda xp, a, b: getattr(xp, rule)(a, b), [P, Q])
    family.case(rule, lambda xp, a, b: getattr(xp, rule)(a, b), [Q, P])
for m in (1, 2):
    family.case("polyder", lambda xp, p: xp.polyder(p, m), [P], {"m": m})
    family.case("polyint", lambda xp, p: xp.polyint(p, m), [P], {"m": m})

# Products
family.case("outer", lambda xp, a, b: xp.outer(a, b), [V, M])
for a, b in ((V, real((7,), 23)), (M, real((3, 6), 23)), (X, real((5,), 23)), (S, M)):
    family.case("inner", lambda xp, a, b: xp.inner(a, b), [a, b])
family.case("vdot", lambda xp, a, b: xp.vdot(a, b), [M, real((6, 4), 24)])
for axis in (-1, 0):
    family.case("vecdot", lambda xp, a, b: xp.vecdot(a, b, axis=axis), [M, real((4, 6) if axis else (4, 1), 25)], {"axis": axis})
for a, b, axes in ((real((2, 3, 4), 1), real((3, 4, 2), 2), 2), (real((2, 3, 4), 1), real((4, 5), 2), 1), (V, M, 0), (real((2, 3, 4), 1), real((4, 2, 5), 2), [[0, 2], [1, 0]]), (real((2, 3), 1), real((5, 3), 2), [[-1], [-1]])):
    family.case("tensordot", lambda xp, a, b: xp.tensordot(a, b, axes), [a, b], {"axes": axes})
for a, b in ((V, Q), (M, real((2, 3), 26)), (real((2, 1, 2), 1), real((3,), 27)), (S, V)):
    family.case("kron", lambda xp, a, b: xp.kron(a, b), [a, b])
for a, b, axis in ((real((3,), 1), real((3,), 2), -1), (real((4, 3), 1), real((4, 3), 2), -1), (real((3, 4), 1), real((3, 1), 2), 0), (real((2, 1, 3), 1), real((4, 3), 2), -1)):
    family.case("cross", lambda xp, a, b: xp.cross(a, b, axis=axis), [a, b], {"axis": axis})
CHAIN = [real((4, 2), 28), real((2, 7), 29), real((7, 3), 30), real((3, 5), 31)]
family.case("multiDot", lambda xp, *m: xp.linalg.multi_dot(m), CHAIN)
family.case("multiDot", lambda xp, *m: xp.linalg.multi_dot(m), [real((2,), 1), *CHAIN[1:]])
family.case("multiDot", lambda xp, *m: xp.linalg.multi_dot(m), [*CHAIN, real((5,), 2)])
family.case("matvec", lambda xp, a, x: xp.matvec(a, x), [X, real((3, 5), 32)])
family.case("vecmat", lambda xp, x, a: xp.vecmat(x, a), [real((3, 4), 33), X])
A, C, D, E = real((3, 4), 34), real((4, 5), 35), real((5, 3), 36), real((3, 4, 5), 37)
SQUARE = real((4, 4), 38)
for formula, xs in [
    ("ij,jk->ik", [A, C]), ("ij,jk", [A, C]), ("ij->ji", [A]), ("ij->", [A]), ("ij->j", [A]), ("ii", [SQUARE]), ("ii->i", [SQUARE]),
    ("ij,jk,kl->il", [A, C, D]), ("ij,jk,ki->", [A, C, D]), ("ij,ij->i", [A, A]), ("i,j->ij", [V, Q]), ("ijk,jk->i", [E, C]), ("...j,jk->...k", [E[:, :, :4], SQUARE]),
    ("...ij,...jk->...ik", [real((2, 1, 3, 4), 1), real((3, 4, 2), 2)]), ("ijk,ilm,jl,km->i", [real((2, 3, 4), 1), real((2, 3, 4), 2), real((3, 3), 3), real((4, 4), 4)]),
    ("ab,cd,ef,gh->ah", [real((2, 2), 1), real((2, 2), 2), real((2, 2), 3), real((2, 2), 4)]), ("bij,bjk,bkl,bl->bi", [real((2, 3, 3), 1), real((2, 3, 3), 2), real((2, 3, 3), 3), real((2, 3), 4)]),
    ("iij->j", [real((3, 3, 2), 1)]), ("ba", [A]), ("...->...", [E]), ("ij,...->...ij", [A, Q]),
]:
    family.case("einsum", lambda xp, *xs: xp.einsum(formula, *xs), xs, {"formula": formula})
family.case("einsum", lambda xp, *xs: xp.einsum("ij,jk->ik", *xs), [whole((2, 3), 1, -9, 9), whole((3, 2), 2, -9, 9)], {"formula": "ij,jk->ik"})

# Padding
for mode in ("edge", "reflect", "symmetric", "wrap"):
    for widths in ([[1, 2], [0, 3]], [[5, 7], [9, 1]], [[0, 0], [2, 2]]):
        family.case("pad", lambda xp, x: xp.pad(x, widths, mode=mode), [M], {"widths": widths, "mode": mode})
    family.case("pad", lambda xp, x: xp.pad(x, [[3, 2]], mode=mode), [whole((4,), 1, 0, 9)], {"widths": [[3, 2]], "mode": mode})
    family.case("pad", lambda xp, x: xp.pad(x, [[3, 2]], mode=mode), [real((1,), 1)], {"widths": [[3, 2]], "mode": mode})
for value in (0, -2.5):
    family.case("padValue", lambda xp, x: xp.pad(x, [[1, 2], [0, 3]], constant_values=value), [M], {"widths": [[1, 2], [0, 3]], "value": value})

# Named axes
N = real((2, 3, 4, 6), 40)
for formula, sizes in (("b c h w -> b h w c", {}), ("b c h w -> b (c h w)", {}), ("b c (h h2) (w w2) -> b (c h2 w2) h w", {"h2": 2, "w2": 3}), ("b ... -> ... b", {}), ("a b c d -> (a c) 1 (d b)", {}), ("(b b2) c h w -> b2 b c h w", {"b2": 2}), ("b c ... -> (b ...) c", {})):
    family.case("rearrange", lambda _, x: einops.rearrange(x, formula, **sizes), [N], {"formula": formula, "sizes": sizes}, oracle="torch")
for formula, sizes in (("b c h w -> b c", {}), ("b c (h h2) (w w2) -> b c h w", {"h2": 2, "w2": 2}), ("b c h w -> c b", {}), ("b c h w ->", {}), ("b ... -> b", {}), ("b c h w -> b c 1 1", {})):
    for how in ("sum", "mean", "max", "min", "prod"):
        family.case("reduce", lambda _, x: einops.reduce(x, formula, how, **sizes), [N], {"formula": formula, "sizes": sizes, "how": how}, oracle="torch")
for formula, sizes in (("h w -> h w c", {"c": 2}), ("h w -> (h k) (w l)", {"k": 2, "l": 3}), ("h w -> b h 1 w", {"b": 3}), ("h w -> w (k h)", {"k": 2})):
    family.case("repeat", lambda _, x: einops.repeat(x, formula, **sizes), [M], {"formula": formula, "sizes": sizes}, oracle="torch")
family.write()
