"""Polynomials: fitted, from roots, divided. Writes polynomials.json and polynomials.bin."""

import numpy as np

from record import Family, f32, real, whole

family = Family("polynomials")
X, Y = real((12,), 1, 2), real((12,), 2)
for degree in range(5):
    family.case("polyfit", lambda xp, x, y: np.polyfit(x, y, degree), [X, Y], {"degree": degree}, grad=False)
    family.case("polyfit", lambda xp, x, y: np.polyfit(x, y, degree), [X, real((12, 3), 3)], {"degree": degree}, grad=False)
for n in range(1, 6):
    family.case("poly", lambda xp, r: xp.poly(r), [real((n,), 4 + n)])
for m, n in ((5, 2), (4, 4), (6, 3), (3, 2), (5, 5)):
    u, v = real((m,), 10 + m), f32(real((n,), 20 + n) + 2)
    family.case("polydiv", lambda xp, u, v: np.polydiv(u, v), [u, v], grad=False)
family.case("polydiv", lambda xp, u, v: np.polydiv(u, v), [real((4,), 30), f32([2.0])], grad=False)
family.case("polydiv", lambda xp, u, v: np.polydiv(u, v), [real((2,), 31), real((4,), 32)], grad=False)
for x in ([0, 0, 1, 2, 0, 3, 0], [0, 0], [1, 2], [0, 1], [5, 0]):
    for where in ("fb", "f", "b"):
        family.case("trimZeros", lambda xp, x: np.trim_zeros(x, where), [f32(x)], {"where": where}, grad=False)
family.write()
