"""Making, rearranging, joining and splitting. Writes shape.json and shape.bin."""

import numpy as np
import torch

from record import Family, f32, real, truth, whole

family = Family("shape")
X = real((2, 3, 4), 1)
M = real((3, 4), 2)
V = real((5,), 3)
S = real((), 4)
E = real((0, 3), 5)
I = whole((3, 4), 6, -9, 9)
B = truth((2, 3), 7)
none = np.zeros(0)


def each(rule, f, inputs, options=None, **more):
    for x in inputs:
        family.case(rule, f, [x], options, **more)


# Making: no inputs, so float64 is asked for
def make(rule, f, **options):
    family.case(rule, lambda xp: f(), [], options, dtype="int32" if f().dtype.kind == "i" else None)


for options in ({"start": 0, "stop": 1, "count": 5}, {"start": -2, "stop": 3, "count": 7}, {"start": 1, "stop": 0, "count": 1}, {"start": 1, "stop": 4, "count": 0}, {"start": 0, "stop": 1, "count": 4, "endpoint": False}):
    f = lambda: np.linspace(options["start"], options["stop"], options["count"], endpoint=options.get("endpoint", True))
    make("linspace", f, **options)
for options in ({"start": 0, "stop": 3, "count": 4}, {"start": -2, "stop": 2, "count": 9}, {"start": 0, "stop": 10, "count": 11, "base": 2}, {"start": 0, "stop": 2, "count": 5, "endpoint": False}):
    make("logspace", lambda: np.logspace(options["start"], options["stop"], options["count"], base=options.get("base", 10), endpoint=options.get("endpoint", True)), **options)
for options in ({"start": 1, "stop": 1000, "count": 4}, {"start": -8, "stop": -1, "count": 5}, {"start": 2, "stop": 32, "count": 4, "endpoint": False}):
    make("geomspace", lambda: np.geomspace(options["start"], options["stop"], options["count"], endpoint=options.get("endpoint", True)), **options)
for a in ([3], [1, 6], [0, 10, 3], [5, 0, -2], [0, 1, 0.25], [3, 3]):
    make("arange", lambda: np.arange(*a), args=a)
for rows, columns, k in ((3, 3, 0), (2, 4, 1), (4, 2, -1), (3, 3, 5), (0, 3, 0)):
    make("eye", lambda: np.eye(rows, columns, k), rows=rows, columns=columns, k=k)
    make("tri", lambda: np.tri(rows, columns, k), rows=rows, columns=columns, k=k)
    family.case("trilIndices", lambda xp: tuple(np.asarray(a, np.int32) for a in np.tril_indices(rows, k, columns)), [], {"rows": rows, "columns": columns, "k": k})
    family.case("triuIndices", lambda xp: tuple(np.asarray(a, np.int32) for a in np.triu_indices(rows, k, columns)), [], {"rows": rows, "columns": columns, "k": k})
for shape in ((2, 3), (4,), (2, 1, 2)):
    make("indices", lambda: np.indices(shape).astype(np.int32), shape=list(shape))
    make("fromFunction", lambda: np.fromfunction(lambda *i: sum((k + 1) * j for k, j in enumerate(i)), shape, dtype=np.int32), shape=list(shape))
each("fullLike", lambda xp, x: xp.full_like(x, 7), [M, I, E], grad=False)

# Triangles and diagonals
for k in (0, 1, -2):
    each("tril", lambda xp, x: xp.tril(x, k), [M, X, I], {"k": k})
    each("triu", lambda xp, x: xp.triu(x, k), [M, X, I], {"k": k})
    each("diag", lambda xp, x: xp.diag(x, k), [M, V, I], {"k": k})
    each("diagflat", lambda xp, x: xp.diag(xp.ravel(x), k), [M, V, S], {"k": k})
    each("diagEmbed", lambda _, x: torch.diag_embed(x, k), [M, V], {"k": k}, oracle="torch")
    for axes in ((0, 1), (1, 2), (2, 0), (-1, -2)):
        each("diagonal", lambda xp, x: xp.diagonal(x, k, *axes), [X], {"offset": k, "axis1": axes[0], "axis2": axes[1]})
        each("trace", lambda xp, x: xp.trace(x, k, *axes), [X], {"offset": k, "axis1": axes[0], "axis2": axes[1]})
each("diagonal", lambda xp, x: xp.diagonal(x, 9), [M], {"offset": 9}, grad=False)
each("fillDiagonal", lambda xp, x: xp.where(xp.eye(*x.shape[-2:]) > 0, 5.0, x), [M, X], {"value": 5})
for options in ({}, {"columns": 3}, {"columns": 4, "increasing": True}, {"columns": 1}):
    each("vander", lambda xp, x: xp.vander(x, options.get("columns"), options.get("increasing", False)), [V], options)
each("companion", lambda xp, c: xp.vstack([-c[1:] / c[0], xp.eye(len(c) - 2, len(c) - 1)]), [f32([2, -3, 1, 5]), f32([1, -1])])

# Order of axes and elements
each("ravel", lambda xp, x: xp.ravel(x), [X, S, E, I])
for shape in ([6, -1], [4, 3, 2], [24], [2, 3, 2, 2]):
    each("reshape", lambda xp, x: xp.reshape(x, shape), [X], {"shape": shape})
for a, b in ((0, 2), (1, -1), (0, 0)):
    each("swapaxes", lambda xp, x: xp.swapaxes(x, a, b), [X], {"a": a, "b": b})
for order in ([2, 0, 1], [0, 2, 1], [-1, 0, 1]):
    each("permute", lambda xp, x: xp.transpose(x, order), [X], {"order": order})
each("T", lambda xp, x: xp.transpose(x), [X, M, V, S])
for source, destination in ((0, -1), (2, 0), ([0, 1], [1, 2]), ([2, 0], [0, 2])):
    each("moveaxis", lambda xp, x: xp.moveaxis(x, source, destination), [X], {"source": source, "destination": destination})
for axis in (0, -1, [0, 2], [1, -1]):
    each("expandDims", lambda xp, x: xp.expand_dims(x, tuple(axis) if isinstance(axis, list) else axis), [M], {"axis": axis})
each("squeeze", lambda xp, x: xp.squeeze(x), [real((1, 3, 1), 8), M])
each("squeezeAxis", lambda xp, x: xp.squeeze(x, 0), [real((1, 3, 1), 8)], {"axis": 0})
for d in (1, 2, 3):
    each(f"atleast{d}d", lambda xp, x: getattr(xp, f"atleast_{d}d")(x), [S, V, M, X])
for shape in ([2, 3, 4], [4, 2, 3, 4], [5, 1, 3, 4]):
    family.case("broadcastTo", lambda xp, x: xp.broadcast_to(x, shape), [real((3, 1) if len(shape) == 3 else (3, 4), 9)], {"shape": shape})
family.case("broadcastArrays", lambda xp, a, b, c: tuple(xp.broadcast_arrays(a, b, c)), [real((3, 1), 1), real((4,), 2), S])
for shift, axis in ((1, None), (-2, 0), (5, 1), ([1, 2], [0, 2]), (0, 1), (2, [0, 1])):
    each("roll", lambda xp, x: xp.roll(x, tuple(shift) if isinstance(shift, list) else shift, tuple(axis) if isinstance(axis, list) else axis), [X, whole((2, 3, 4), 1, 0, 99)], {"shift": shift, "axis": axis})
each("roll", lambda xp, x: xp.roll(x, 3), [E], {"shift": 3}, grad=False)
for times in (0, 1, 2, 3, -1, 5):
    for axes in ((0, 1), (1, 2), (2, 0)):
        each("rot90", lambda xp, x: xp.rot90(x, times, axes), [X], {"times": times, "axes": list(axes)})
each("flipud", lambda xp, x: xp.flipud(x), [M, V, X])
each("fliplr", lambda xp, x: xp.fliplr(x), [M, X])
each("flip", lambda xp, x: xp.flip(x), [X, V, B])
for counts in ([2], [2, 1], [1, 2, 3], [2, 1, 1, 2]):
    each("tile", lambda xp, x: xp.tile(x, counts), [M, V], {"counts": counts})
for count, axis in ((2, 0), (3, -1), (1, 0), (0, 1)):
    each("repeat", lambda xp, x: xp.repeat(x, count, axis), [M], {"count": count, "axis": axis}, grad=count > 0)
for counts, axis in (([1, 0, 2], 0), ([2, 0, 1, 3], 1)):
    each("repeat", lambda xp, x: xp.repeat(x, np.array(counts), axis), [M, I], {"count": counts, "axis": axis})
for shape in ([2, 2], [5, 4], [3], [0]):
    each("resize", lambda xp, x: xp.resize(x, tuple(shape)), [M, V], {"shape": shape}, grad=shape != [0])

# Joining and splitting
pairs = [real((2, 3), 11), real((2, 3), 12), real((2, 3), 13)]
for axis in (0, 1, -1):
    family.case("concat", lambda xp, *x: xp.concatenate(x, axis), pairs, {"axis": axis})
    family.case("stack", lambda xp, *x: xp.stack(x, axis), pairs, {"axis": axis})
family.case("concat", lambda xp, *x: xp.concatenate(x, 0), [real((2, 3), 11), real((0, 3), 12), real((4, 3), 13), real((1, 3), 14)], {"axis": 0})
family.case("concat", lambda xp, *x: xp.concatenate(x, 1), [whole((2, 3), 11, 0, 9), whole((2, 1), 12, 0, 9)], {"axis": 1})
family.case("concat", lambda xp, *x: xp.concatenate(x, 0), [B, truth((1, 3), 5)], {"axis": 0})
for rule in ("hstack", "vstack", "dstack", "columnStack"):
    name = {"columnStack": "column_stack"}.get(rule, rule)
    family.case(rule, lambda xp, *x: getattr(xp, name)(x), [V, real((5,), 12)])
    family.case(rule, lambda xp, *x: getattr(xp, name)(x), pairs)
family.case("block", lambda xp, a, b, c, d: xp.block([[a, b], [c, d]]), [real((2, 3), 1), real((2, 1), 2), real((1, 3), 3), real((1, 1), 4)])
for sections, axis in ((2, 2), (3, 0), ([1, 3], 2), ([2], 1), (5, 2), ([0, 2], 0), ([3], 2)):
    each("arraySplit", lambda xp, x: tuple(xp.array_split(x, sections, axis)), [X], {"sections": sections, "axis": axis})
each("hsplit", lambda xp, x: tuple(xp.hsplit(x, 2)), [M], {"sections": 2})
each("hsplit", lambda xp, x: tuple(xp.hsplit(x, [2])), [V], {"sections": [2]})
each("vsplit", lambda xp, x: tuple(xp.vsplit(x, 3)), [M], {"sections": 3})
each("dsplit", lambda xp, x: tuple(xp.dsplit(x, [1, 2])), [X], {"sections": [1, 2]})
for axis in (0, 1, -1):
    each("unstack", lambda xp, x: tuple(xp.moveaxis(x, axis, 0)), [X], {"axis": axis})
for axis, b in ((None, real((2,), 2)), (0, real((1, 4), 2)), (1, real((3, 2), 2))):
    family.case("append", lambda xp, x, v: xp.append(x, v, axis), [M, b], {"axis": axis})
for places, values, axis in ((1, real((4,), 1), 0), ([0, 3], real((2, 4), 2), 0), ([1, 1], real((3, 2), 3), 1), (-1, real((3,), 4), 1), (2, real((), 5), None), ([4, 0, 2], real((3,), 6), None)):
    family.case("insert", lambda xp, x, v: xp.insert(x, np.array(places) if isinstance(places, list) else places, v, axis), [M, values], {"places": places, "axis": axis})
for places, axis in ((1, 0), ([0, 2], 1), (-1, 1), ([0, 5, -1], None)):
    each("deleteAt", lambda xp, x: xp.delete(x, np.array(places) if isinstance(places, list) else places, axis), [M, I], {"places": places, "axis": axis})
family.case("choose", lambda xp, i, a, b, c: xp.choose(i, [a, b, c], mode="clip"), [whole((3, 4), 2, 0, 3), M, real((4,), 3), real((), 4)])
for indexing in ("xy", "ij"):
    family.case("meshgrid", lambda xp, a, b: tuple(xp.meshgrid(a, b, indexing=indexing)), [real((3,), 1), real((2,), 2)], {"indexing": indexing})
    family.case("meshgrid", lambda xp, a, b, c: tuple(xp.meshgrid(a, b, c, indexing=indexing)), [real((3,), 1), real((2,), 2), real((4,), 3)], {"indexing": indexing})
family.write()
