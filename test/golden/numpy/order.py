"""Sorting, searching, counting, quantiles, running sums. Writes order.json and order.bin."""

import numpy as np

from record import SPECIAL, Family, f32, real, truth, whole

family = Family("order")
NANS = f32([[3, np.nan, -1, 2, np.inf, 0], [0.0, -0.0, -np.inf, 1, np.nan, np.nan]])
INPUTS = [real((7,), 1), real((3, 4, 5), 2), real((2, 130), 3), real((0,), 4), real((3, 0), 5)]
INTEGERS = [whole((9,), 6, -5, 5), whole((3, 200), 7, -100000, 100000), whole((40,), 8, 0, 200).astype(np.uint8), truth((5, 6), 9)]

for x in INPUTS + INTEGERS + [NANS]:
    for axis in range(-1, x.ndim - 1):
        grad = x is not NANS
        family.case("sort", lambda xp, a: xp.sort(a, axis), [x], options={"axis": axis}, grad=grad)
        family.case("argsort", lambda xp, a: xp.argsort(a, axis, kind="stable").astype(np.int32), [x], options={"axis": axis}, grad=False)
        if x.dtype != bool:
            wide = lambda a: a.astype(np.int32) if a.dtype == np.uint8 else a
            family.case("cumsum", lambda xp, a: xp.cumsum(wide(a), axis, dtype=wide(a).dtype), [x], options={"axis": axis}, grad=grad)
            small = np.sign(x) * (np.abs(x) % 2) if x.dtype == np.int32 else x
            family.case("cumprod", lambda xp, a: xp.cumprod(wide(a), axis, dtype=wide(a).dtype), [small], options={"axis": axis}, grad=grad)
        family.case("cummax", lambda xp, a: np.maximum.accumulate(a, axis), [x], options={"axis": axis}, grad=False)
        family.case("cummin", lambda xp, a: np.minimum.accumulate(a, axis), [x], options={"axis": axis}, grad=False)
family.case("cumprod", lambda xp, a: xp.cumprod(a, -1), [f32([[2, 0, 3, 4], [0, 0, 1, 2], [1, 2, 3, 0]])], options={"axis": -1})
for seed, shape in enumerate([(9,), (4, 6), (2, 3, 50)]):
    x = real(shape, 20 + seed)
    for name in ["cummax", "cummin"]:
        family.case(
            name + "Torch",
            lambda xp, a: getattr(xp, name)(a, -1).values,
            [x],
            oracle="torch",
        )
    for k in [0, 1, 3]:
        for largest in [True, False]:
            family.case(
                "topk", lambda xp, a: xp.topk(a, k, largest=largest).values, [x], options={"k": k, "largest": largest}, oracle="torch"
            )
    for axis in [None, 0, -1]:
        option = {} if axis is None else {"axis": axis}
        family.case("median", lambda xp, a: xp.median(a, axis=axis), [x], options=option)
        for q in [0.0, 0.3, 0.5, 1.0]:
            for method in ["linear", "lower", "higher", "midpoint", "nearest"]:
                family.case(
                    "quantile", lambda xp, a: xp.quantile(a, q, axis=axis, method=method), [x], options={"q": q, "method": method, **option}, grad=method != "nearest"
                )
        family.case("quantile", lambda xp, a: xp.quantile(a, np.array([0.25, 0.9]), axis=axis), [x], options={"q": [0.25, 0.9], **option})
family.case("median", lambda xp, a: xp.median(a, axis=-1), [NANS], options={"axis": -1}, grad=False)

ROW = np.sort(real((9,), 40))
for side in ["left", "right"]:
    family.case("searchsorted", lambda xp, a, v: xp.searchsorted(a, v, side=side).astype(np.int32), [ROW, real((3, 4), 41)], options={"side": side}, grad=False)
    family.case("searchsorted", lambda xp, a, v: xp.searchsorted(a, v, side=side).astype(np.int32), [ROW, ROW], options={"side": side}, grad=False)
    family.case("searchsorted", lambda xp, a, v: xp.searchsorted(a, v, side=side).astype(np.int32), [f32([1, 2, 2, np.nan]), SPECIAL], options={"side": side}, grad=False)
for x in [whole((20,), 42, 0, 6), whole((0,), 43, 0, 1), whole((50,), 44, 0, 3).astype(np.uint8)]:
    family.case("bincount", lambda xp, a: np.bincount(a).astype(np.int32), [x], grad=False)
    family.case("bincount", lambda xp, a: np.bincount(a, minlength=9).astype(np.int32), [x], options={"minLength": 9}, grad=False)
    if x.size > 0:
        family.case("bincountWeights", lambda xp, a, w: np.bincount(a, w), [x, real(x.shape, 45)], grad=False)
for bins in [1, 4, 10]:
    for x in [whole((60,), 46, 0, 21).astype(np.float64), whole((5, 5), 47, -9, 9).astype(np.float64)]:
        family.case("histogram", lambda xp, a: (lambda c, e: (c.astype(np.int32), e))(*np.histogram(a, bins, range=(0, 2**bins))), [x], options={"bins": bins, "range": [0, 2**bins]}, grad=False)
        family.case("density", lambda xp, a: np.histogram(a, bins, range=(-16, 32), density=True), [x], options={"bins": bins, "range": [-16, 32]}, grad=False)
for x in [whole((30,), 48, -3, 3), NANS, truth((4, 4), 49), real((6,), 50), whole((12,), 51, 0, 5).astype(np.uint8)]:
    family.case("unique", lambda xp, a: np.unique(a), [x], grad=False)
    family.case(
        "uniqueAll",
        lambda xp, a: (lambda v, i, r, c: (v, i.astype(np.int32), r.reshape(a.shape).astype(np.int32), c.astype(np.int32)))(
            *np.unique(a, return_index=True, return_inverse=True, return_counts=True)
        ),
        [x],
        grad=False,
    )
    family.case("argwhere", lambda xp, a: np.argwhere(a).astype(np.int32), [x], grad=False)
    family.case("nonzero", lambda xp, a: tuple(i.astype(np.int32) for i in np.nonzero(a)), [x], grad=False)

family.write()
