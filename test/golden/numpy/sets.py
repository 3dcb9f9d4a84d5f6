"""Vectors as sets, choices by conditions, order by several keys. Writes sets.json and sets.bin."""

import numpy as np

from record import Family, f32, real, truth, whole

family = Family("sets")
A, B = whole((12,), 1, 0, 9), whole((7,), 2, 4, 12)
F, G = f32(np.round(real((10,), 3, 3))), f32(np.round(real((6,), 4, 3)))
X = real((3, 4), 5)
for rule in ("union1d", "intersect1d", "setdiff1d", "setxor1d"):
    for a, b in ((A, B), (F, G), (A, np.zeros(0, np.int32)), (A.reshape(3, 4), B)):
        family.case(rule, lambda xp, a, b: getattr(np, rule)(a, b), [a, b], grad=False)
for x in (X * (np.abs(X) > 0.4), whole((3, 4), 6, 0, 2), truth((5,), 7), np.zeros((2, 2))):
    family.case("flatnonzero", lambda xp, x: np.flatnonzero(x).astype(np.int32), [x])
family.case("extract", lambda xp, c, x: x.ravel()[np.flatnonzero(c)], [truth((3, 4), 8), X])
family.case("compress", lambda xp, c, x: np.compress(c, x), [truth((12,), 9), X], {"axis": None}, grad=False)
for axis, n in ((0, 3), (1, 4)):
    family.case("compress", lambda xp, c, x: np.compress(c, x, axis), [truth((n,), 10), X], {"axis": axis}, grad=False)
family.case("select", lambda xp, x: xp.select([x < -0.3, x > 0.3], [x * 2, x * 3], -1.0), [X])
for keys in ([A, B[:1].repeat(12)], [whole((9,), 11, 0, 3), whole((9,), 12, 0, 3), whole((9,), 13, 0, 3)], [F]):
    family.case("lexsort", lambda xp, *keys: np.lexsort(keys).astype(np.int32), keys)
for right in (False, True):
    for bins in (f32([-1, -0.5, 0, 0.5]), f32([0.5, 0, -0.5])):
        family.case("digitize", lambda xp, x, b: np.digitize(x, b, right).astype(np.int32), [np.concatenate([X.ravel(), bins]), bins], {"right": right})
family.case("ravelMultiIndex", lambda xp, i, j: np.ravel_multi_index((i, j), (3, 4)).astype(np.int32), [whole((5,), 14, 0, 3), whole((5,), 15, 0, 4)], {"shape": [3, 4]})
family.case("unravelIndex", lambda xp, p: tuple(np.asarray(a, np.int32) for a in np.unravel_index(p, (2, 3, 4))), [whole((6,), 16, 0, 24)], {"shape": [2, 3, 4]})
family.write()
