"""Fourier transforms and windows. Complex results are a real and an imaginary array. Writes fourier.json and fourier.bin."""

import numpy as np

import torch

from record import Family, real

family = Family("fourier")


def parts(z):
    return z.real, z.imag


def kwargs(options):
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def complex_case(rule, name, shape, options=None, seed=1):
    options = options or {}
    f = lambda xp, a, b: parts(getattr(xp.fft, name)(a + 1j * b, **kwargs(options)))
    family.case(rule, f, [real(shape, seed), real(shape, seed + 1)], options=options)


def real_out(rule, name, shape, options=None, seed=1):
    options = options or {}
    f = lambda xp, a, b: getattr(xp.fft, name)(a + 1j * b, **kwargs(options))
    family.case(rule, f, [real(shape, seed), real(shape, seed + 1)], options=options)


def real_in(rule, name, shape, options=None, seed=1):
    options = options or {}
    family.case(rule, lambda xp, a: parts(getattr(xp.fft, name)(a, **kwargs(options))), [real(shape, seed)], options=options)


for n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 25, 30, 31, 32, 37, 49, 60, 64, 74, 97, 101, 128, 210]:
    for rule in ["fft", "ifft"]:
        complex_case(rule, rule, (n,), seed=n)
    real_in("rfft", "rfft", (n,), seed=n)
    real_in("ihfft", "ihfft", (n,), seed=n)
    real_out("irfft", "irfft", (n // 2 + 1,), {"n": n}, seed=n)
for norm in ["backward", "ortho", "forward"]:
    for axis in [0, 1, -1]:
        for n in [None, 3, 8]:
            options = {"norm": norm, "axis": axis, **({} if n is None else {"n": n})}
            complex_case("fft", "fft", (4, 5, 3), options)
            complex_case("ifft", "ifft", (4, 5, 3), options)
            real_in("rfft", "rfft", (4, 5, 3), options)
            real_out("irfft", "irfft", (4, 5, 3), options)
    real_out("hfft", "hfft", (5,), {"norm": norm})
    real_out("hfft", "hfft", (2, 4), {"norm": norm, "n": 7})
    for name in ["fft2", "ifft2", "fftn", "ifftn"]:
        complex_case(name, name, (3, 4, 5), {"norm": norm})
        complex_case(name, name, (3, 4, 5), {"norm": norm, "axes": [0, 2]})
        complex_case(name, name, (3, 4, 5), {"norm": norm, "axes": [1, 2], "s": [6, 3]})
    real_in("rfftn", "rfftn", (3, 4, 5), {"norm": norm})
    real_in("rfftn", "rfftn", (3, 4, 5), {"norm": norm, "axes": [2, 0]})
    real_in("rfft2", "rfft2", (3, 4, 6), {"norm": norm})
    real_out("irfftn", "irfftn", (3, 4, 4), {"norm": norm})
    real_out("irfftn", "irfftn", (3, 4, 4), {"norm": norm, "axes": [0, 1], "s": [5, 7]})
    real_out("irfft2", "irfft2", (3, 4, 4), {"norm": norm})

for n in [1, 2, 7, 8]:
    family.case("fftfreq", lambda xp, a: np.fft.fftfreq(n, 0.25), [np.zeros(1)], options={"n": n, "d": 0.25}, grad=False)
    family.case("rfftfreq", lambda xp, a: np.fft.rfftfreq(n, 0.25), [np.zeros(1)], options={"n": n, "d": 0.25}, grad=False)
for shape, axes in [((7,), None), ((4, 5), None), ((4, 5), 1), ((3, 4, 5), [0, 2])]:
    options = {} if axes is None else {"axes": axes}
    axes = tuple(axes) if isinstance(axes, list) else axes
    family.case("fftshift", lambda xp, a: xp.fft.fftshift(a, axes), [real(shape, 3)], options=options)
    family.case("ifftshift", lambda xp, a: xp.fft.ifftshift(a, axes), [real(shape, 3)], options=options)

for n in [0, 1, 2, 3, 8, 15]:
    for name in ["hanning", "hamming", "blackman", "bartlett"]:
        family.case(name, lambda xp, a: getattr(np, name)(n), [np.zeros(1)], options={"n": n}, grad=False)
    for beta in [0.0, 5.0, 8.6]:
        family.case("kaiser", lambda xp, a: np.kaiser(n, beta), [np.zeros(1)], options={"n": n, "beta": beta}, grad=False)
for n in [1, 4, 9]:
    family.case("hannPeriodic", lambda xp, a: torch.hann_window(n, dtype=torch.float64), [np.zeros(1)], options={"n": n}, grad=False, oracle="torch")

family.write()
