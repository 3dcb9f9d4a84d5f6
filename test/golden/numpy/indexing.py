"""Reading and writing at places: NumPy for what is read, JAX for updates. Writes indexing.json and indexing.bin."""

import jax
import jax.numpy as jnp
import numpy as np
import torch

from record import Family, f32, real, truth, whole

family = Family("indexing")
X = real((3, 4, 5), 1)
M = real((4, 5), 2)
V = real((6,), 3)


def py(index, arrays):
    """An index as the runner knows it, as Python knows it: '#0' is the array of that number."""
    if isinstance(index, str):
        if index.startswith("#"):
            return arrays[int(index[1:])]
        if index == "...":
            return Ellipsis
        parts = [int(p) if p else None for p in index.split(":")]
        return slice(*parts)
    return np.array(index) if isinstance(index, list) else index


BASIC = [
    [0], [-1], ["1:3"], ["::2"], ["::-1"], ["-2:"], ["3:1:-1"], [":", 1], [":", "::-2"], ["...", 0], [0, "...", "1:4"],
    [None, 0], ["...", None], [1, None, "2:"], [":", None, ":", 2], ["5:2"], [0, 1, 2], ["...", "::-1", None],
]
for index in BASIC:
    family.case("get", lambda xp, x: x[tuple(py(i, []) for i in index)], [X], {"index": index})
for index in ([2], ["::-2"], [None], ["...", None, ":"], ["1:1"]):
    family.case("get", lambda xp, x: x[tuple(py(i, []) for i in index)], [V], {"index": index})
    family.case("get", lambda xp, x: x[tuple(py(i, []) for i in index)], [whole((6,), 1, 0, 99)], {"index": index})

a, b, c = np.array([0, 2, 1, 2], np.int32), np.array([3, -1, 0, 0], np.int32), np.array([[0], [1]], np.int32)
row = np.array([4, 0, 2], np.int32)
ADVANCED = [
    (["#0"], [a]), (["#0", "#1"], [a, b]), ([":", "#0"], [b]), ([":", "#0", "#1"], [b, a]), (["#0", ":", "#1"], [a, b]),
    (["#0", 1], [a]), ([1, "#0"], [b]), ([1, ":", "#0"], [a]), ([":", "#0", 2], [b]), (["#0", "#1"], [c, row - 1]),
    (["...", "#0"], [row]), (["#0", "...", 0], [a]), ([None, "#0"], [a]), (["#0", None, "#1"], [a, b]), ([[0, 2]], []),
    ([[0, 2], [1, 1], [-1, 0]], []), ([":", [[0, 1], [2, 3]]], []), (["1:", "#0"], [b]), (["::2", "#0", "::-1"], [b]),
    (["#0"], [np.zeros((0,), np.int32)]), (["#0"], [truth((3,), 4)]), (["#0"], [truth((3, 4), 5)]), (["#0", "::2"], [truth((3, 4), 6)]),
    ([":", "#0"], [truth((4,), 7)]), ([0, "#0"], [truth((4, 5), 8)]), ([":", ":", "#0"], [truth((5,), 9)]), (["#0", "#1"], [truth((3,), 4), np.array([1], np.int32)]),
    (["#0"], [truth((3, 4, 5), 10)]), (["#0"], [np.zeros(3, bool)]),
]
for index, arrays in ADVANCED:
    family.case("get", lambda xp, x, *arrays: x[tuple(py(i, arrays) for i in index)], [X, *arrays], {"index": index}, grad=True)

UPDATES = [(["1:3"], []), ([0], []), (["::-2", 1], []), (["...", "::2"], []), (["#0"], [np.array([2, 0], np.int32)]), (["#0", "#1"], [np.array([2, 0, 1], np.int32), np.array([3, 1, 1], np.int32)]), ([":", "#0"], [np.array([3, 0], np.int32)]), (["#0"], [truth((3, 4), 5)])]
OPS = {"set": "set", "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "min": "min", "max": "max"}
for index, arrays in UPDATES:
    shape = X[tuple(py(i, arrays) for i in index)].shape
    for op, name in OPS.items():
        v = real(shape, 21, 0.5, 1.5)

        def f(xp, x, *rest):
            *places, values = rest
            unique = {"unique_indices": True} if op in ("mul", "div") else {}
            y = getattr(jnp.asarray(x).at[tuple(py(i, places) for i in index)], name)(values, **unique)
            return np.asarray(y) if xp is np else y

        family.case("at", f, [X, *arrays, v], {"index": index, "op": op})
    family.case("at", f, [whole((3, 4, 5), 7, 0, 99), *arrays, whole((), 8, 20, 60)], {"index": index, "op": "max"})
# Places that occur more than once
twice = np.array([1, 3, 1, 1, 0, 3], np.int32)
values = real((6,), 31, 1, 1.2)
for op, ufunc in {"add": np.add, "mul": np.multiply, "min": np.minimum, "max": np.maximum}.items():
    def f(xp, x, places, v):
        if xp is np:
            y = x.copy()
            ufunc.at(y, places, v)
            return y
        return getattr(x.at[places], OPS[op])(v)

    family.case("at", f, [V, twice, values], {"index": ["#0"], "op": op}, grad=op != "mul")
family.case("at", lambda _, x, i, v: torch.scatter_reduce(x, 0, i.long(), v, "prod"), [V, twice, values], {"index": ["#0"], "op": "mul"}, oracle="torch", wrt=[0, 2])


def last(xp, x, places, v):
    y = x.copy()
    y[places] = v
    return y


family.case("at", last, [V, twice, values], {"index": ["#0"], "op": "set"}, grad=False)

# take, put and their like
for axis in (0, 1, -1):
    for index in (np.array([0, 2, 1, 0], np.int32), np.array([[1], [0]], np.int32), np.array(2, np.int32)):
        family.case("take", lambda xp, x, i: xp.take(x, i, axis), [X, index], {"axis": axis})
    for dtype in ("float", "int"):
        x = X if dtype == "float" else whole((3, 4, 5), 3, 0, 99)
        index = whole((3, 4, 2) if axis != 0 else (2, 4, 5), 41, 0, 3)
        index = index if axis != 1 else whole((3, 6, 1), 42, 0, 4)
        family.case("takeAlongAxis", lambda xp, x, i: xp.take_along_axis(x, i, axis), [x, index], {"axis": axis})


def put_along(xp, x, i, v, axis):
    if xp is np:
        y = x.copy()
        np.put_along_axis(y, i, v, axis)
        return y
    return jnp.put_along_axis(x, i, v, axis, inplace=False)


family.case("putAlongAxis", lambda xp, x, i, v: put_along(xp, x, i, v, 1), [M, np.array([[0], [2], [4], [1]], np.int32), real((4, 1), 5)], {"axis": 1})
family.case("putAlongAxis", lambda xp, x, i, v: put_along(xp, x, i, v, 0), [M, np.array([[0, 1, 3, 1, 2]], np.int32), real((1, 5), 5)], {"axis": 0})
for dim, index in ((0, whole((2, 3), 51, 0, 4)), (1, whole((3, 2), 52, 0, 5))):
    family.case("gather", lambda _, x, i: torch.gather(x, dim, i.long()), [M, index], {"axis": dim}, oracle="torch", wrt=[0])
unique = np.array([[0, 3], [4, 1]], np.int32)
family.case("scatter", lambda _, x, i, s: torch.scatter(x, 1, i.long(), s), [M, unique, real((2, 2), 6)], {"axis": 1, "mode": "set"}, oracle="torch", wrt=[0, 2])
many = whole((4, 6), 53, 0, 5)
family.case("scatter", lambda _, x, i, s: torch.scatter_add(x, 1, i.long(), s), [M, many[:, :5], real((4, 5), 7)], {"axis": 1, "mode": "add"}, oracle="torch", wrt=[0, 2])
family.case("scatter", lambda _, x, i, s: torch.scatter_reduce(x, 1, i.long(), s, "prod"), [M, many[:, :5], real((4, 5), 7, 1, 1.5)], {"axis": 1, "mode": "mul"}, oracle="torch", wrt=[0, 2])
family.case("scatter", lambda _, x, i, s: torch.scatter_reduce(x, 1, i.long(), s, "amax"), [M, many[:, :5], real((4, 5), 8)], {"axis": 1, "mode": "max"}, oracle="torch", wrt=[0, 2])
def np_put(xp, x, i, v):
    y = x.copy(); np.put(y, i, v); return y
family.case("put", np_put, [M, np.array([0, 7, 19], np.int32), real((3,), 9)], grad=False)
def np_putmask(xp, x, m, v):
    y = x.copy(); np.putmask(y, m, v); return y
family.case("putmask", np_putmask, [M, truth((4, 5), 11), real((3,), 9)], grad=False)
family.case("oneHot", lambda _, i: torch.nn.functional.one_hot(i.long(), 4).double(), [whole((2, 3), 3, 0, 4)], {"depth": 4}, oracle="torch")
family.case("repeatEach", lambda xp, x: xp.repeat(x, np.array([1, 0, 2, 1]), 0), [M], {"counts": [1, 0, 2, 1]})
family.write()
