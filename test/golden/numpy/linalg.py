"""
Linear algebra: NumPy's and SciPy's conventions through torch.linalg, which has the gradients. Results with a free sign or phase are
recorded as what does not depend on it. Writes linalg.json and linalg.bin.
"""

import numpy as np
import scipy.linalg
import torch

from record import Family, real

family = Family("linalg")
L = torch.linalg


def case(rule, f, inputs, options=None, grad=True):
    family.case(rule, f, inputs, options=options, grad=grad, oracle="torch")


def near_identity(shape, seed):
    x = real(shape, seed)
    n = shape[-1]
    return (x + 2 * np.eye(n)).astype(np.float32).astype(np.float64)


def positive(x):
    return x @ x.mT + torch.eye(x.shape[-1], dtype=x.dtype)


def power(x, p):
    # torch.linalg.matrix_power fails in reverse mode for negative powers.
    result = torch.eye(x.shape[-1], dtype=x.dtype).expand(x.shape)
    for _ in range(abs(p)):
        result = result @ (L.inv(x) if p < 0 else x)
    return result


for seed, shape in enumerate([(4, 4), (2, 3, 3), (1, 1), (2, 0, 0), (6, 6)]):
    a = near_identity(shape, 10 + seed)
    n = shape[-1]
    case("cholesky", lambda xp, x: L.cholesky(positive(x)), [real(shape, seed)])
    case("choleskyUpper", lambda xp, x: L.cholesky(positive(x), upper=True), [real(shape, seed)])
    case("inv", lambda xp, x: L.inv(x), [a])
    case("det", lambda xp, x: L.det(x), [a])
    case("slogdet", lambda xp, x: tuple(L.slogdet(x)), [a], grad=False)
    case("logAbsDet", lambda xp, x: L.slogdet(x)[1], [a])
    case("solve", lambda xp, x, b: L.solve(x, b), [a, real(shape[:-1] + (2,), 30 + seed)])
    case("lu", lambda xp, x: tuple(L.lu(x)), [real(shape, seed)], grad=False)
    case("luFactors", lambda xp, x: tuple(L.lu(x)[1:]), [real(shape, seed)], grad=n > 0)
    case("expm", lambda xp, x: L.matrix_exp(x), [real(shape, seed, 2.0)], grad=n > 0)
    for p in [0, 1, 2, 5, -1, -2]:
        case("matrixPower", lambda xp, x: power(x, p), [a], options={"n": p}, grad=n > 0 and p != 0)
    if n > 0:
        for p in [None, 2, -2, 1, -1, np.inf, -np.inf, "fro", "nuc"]:
            option = {} if p is None else {"p": str(p)}
            case("cond", lambda xp, x: L.cond(x, p), [a], options=option, grad=p in (None, 2, -2))
    case("eigvalsh", lambda xp, x: L.eigvalsh((x + x.mT) / 2), [real(shape, seed)])
    case(
        "eigh",
        lambda xp, x: (lambda w, v: (w, v * v, (v * w[..., None, :] ** 2) @ v.mT))(*L.eigh((x + x.mT) / 2)),
        [real(shape, seed)],
    )

case("solveVector", lambda xp, x, b: L.solve(x, b), [near_identity((4, 4), 40), real((4,), 41)])
case("solveBroadcast", lambda xp, x, b: L.solve(x.expand(3, 2, 2), b), [near_identity((2, 2), 42), real((3, 2, 1), 43)])
for down in [True, False]:
    for unit in [True, False]:
        case(
            "triangularSolve",
            lambda xp, x, b: L.solve_triangular(x, b, upper=not down, unitriangular=unit),
            [near_identity((2, 4, 4), 44), real((2, 4, 3), 45)],
            options={"lower": down, "unitDiagonal": unit},
            grad=False,
        )
# Without the gradient: torch answers 0 where it is the cofactors.
case("det", lambda xp, x: L.det(x), [np.array([[1.0, 2.0], [2.0, 4.0]])], grad=False)

# General spectra: symmetric functions of the eigenvalues, sizes of the elements of the vectors.
def general(xp, x):
    w, v = L.eig(x)
    order = np.lexsort((w.detach().numpy().imag.round(9), w.detach().numpy().real.round(9)))
    w, v = w[order], v[:, order]
    return w.real, w.imag, (v.abs() ** 2)


for seed, n in enumerate([1, 2, 5, 8]):
    case("eig", general, [real((n, n), 50 + seed)])
    case("eigvals", lambda xp, x: (L.eigvals(x).real.sum(), (L.eigvals(x) ** 3).real.sum(), L.eigvals(x).abs().sum()), [real((n, n), 50 + seed)])

for seed, (m, n) in enumerate([(4, 4), (6, 3), (3, 6), (1, 5), (5, 1), (12, 4)]):
    for batch in [(), (2,)] if seed < 3 else [()]:
        x = real(batch + (m, n), 60 + seed)
        case("svdvals", lambda xp, x: L.svdvals(x), [x])
        case(
            "svd",
            lambda xp, x: (lambda u, s, vh: (s, u * u, vh * vh, (u * s[..., None, :] ** 2) @ vh))(*L.svd(x, full_matrices=False)),
            [x],
        )
        case("svdFull", lambda xp, x: (lambda u, s, vh: (s, u[..., : s.shape[-1]].abs(), vh[..., : s.shape[-1], :].abs()))(*L.svd(x)), [x], grad=False)
        case("qr", lambda xp, x: tuple(L.qr(x)), [x])
        case("qrComplete", lambda xp, x: L.qr(x, mode="complete")[1], [x], grad=False)
        case("lu", lambda xp, x: tuple(L.lu(x)), [x], grad=False)
        case("luFactors", lambda xp, x: tuple(L.lu(x)[1:]), [x])
        case("pinv", lambda xp, x: L.pinv(x), [x])
        case("matrixRank", lambda xp, x: L.matrix_rank(x).to(torch.int32), [x], grad=False)
        case("lstsq", lambda xp, x, b: L.pinv(x) @ b, [x, real(batch + (m, 2), 80 + seed)])
        for p in ["fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2]:
            case("matrixNorm", lambda xp, x: L.matrix_norm(x, p), [x], options={"ord": str(p)})
case("matrixRank", lambda xp, x: L.matrix_rank(x).to(torch.int32), [np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]])], grad=False)
case("pinv", lambda xp, x: L.pinv(x), [np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]])], grad=False)

for seed, shape in enumerate([(6,), (2, 3), (3, 2, 4)]):
    x = real(shape, 90 + seed)
    case("norm", lambda xp, x: L.vector_norm(x), [x])
    for p in [0, 1, 2, 3, 0.5, -1, -2, np.inf, -np.inf]:
        for axis in [0, -1]:
            case("vectorNorm", lambda xp, x: L.vector_norm(x, p, dim=axis, keepdim=axis == 0), [x], options={"ord": str(p), "axis": axis, "keepDims": axis == 0}, grad=p != 0)
for offset in [0, 1, -2]:
    case("trace", lambda xp, x: x.diagonal(offset, -2, -1).sum(-1), [real((2, 3, 4), 95)], options={"offset": offset})

# SciPy and torch agree on the exponential; one with a large norm, where scaling counts.
x = real((3, 3), 97, 12.0)
assert np.allclose(scipy.linalg.expm(x), L.matrix_exp(torch.tensor(x)).numpy(), rtol=1e-9)
case("expm", lambda xp, x: L.matrix_exp(x), [x], grad=False)

family.write()
