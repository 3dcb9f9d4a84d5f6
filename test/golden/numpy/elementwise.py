"""Functions of single elements: arithmetic, comparison, bits, exponentials, angles, special functions. Writes elementwise.json and elementwise.bin."""

import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp
import torch

from record import DENORMAL, SPECIAL, Family, f32, real, truth, whole

family = Family("elementwise")
BROADCAST = [((4, 1, 3), (2, 1)), ((), (5,)), ((0, 3), (1, 3)), ((3, 4), (3, 4))]


def scipy_or(name):
    """scipy.special for values, jax.scipy.special for gradients."""
    return lambda xp, *xs: getattr(sp if xp is np else jsp, name)(*xs)


def both(name):
    return lambda xp, *xs: getattr(xp, name)(*xs)


def unary(rule, f, low=-3.0, high=3.0, special=SPECIAL, grad=True, extra=None, integers=True):
    middle, reach = (low + high) / 2, (high - low) / 2
    for seed, shape in enumerate([(24,), (2, 1, 3), (0,) if len(rule) % 2 else ()]):
        family.case(rule, f, [real(shape, seed + 1, reach, middle)], grad=grad)
    if special is not None:
        family.case(rule, f, [special], grad=False)
    if extra is not None:
        family.case(rule, f, [f32(extra)], grad=grad)
    if integers:
        family.case(rule, f, [whole((5,), 3, max(int(low), -8), min(int(high), 8) + 1)])


def binary(rule, f, low=-3.0, high=3.0, special=True, grad=True, low2=None, high2=None, integers=True):
    low2, high2 = low if low2 is None else low2, high if high2 is None else high2
    for seed, (a, b) in enumerate(BROADCAST):
        x = real(a, 10 + seed, (high - low) / 2, (low + high) / 2)
        y = real(b, 20 + seed, (high2 - low2) / 2, (low2 + high2) / 2)
        family.case(rule, f, [x, y], grad=grad)
    if special:
        family.case(rule, f, [SPECIAL[:, None], SPECIAL[None, :]], grad=False)
    if integers:
        family.case(rule, f, [whole((4, 5), 5, -20, 20), whole((5,), 6, -5, 6)], grad=False)


# Arithmetic
for rule, name in {"add": "add", "sub": "subtract", "mul": "multiply", "maximum": "maximum", "minimum": "minimum"}.items():
    binary(rule, both(name))
    family.case(rule, both(name), [whole((6,), 7, 0, 200).astype(np.uint8), whole((6,), 8, 0, 50).astype(np.uint8)])
binary("div", both("divide"), low2=0.5, high2=4.0, integers=False)
family.case("div", lambda xp, a, b: xp.divide(a, b), [whole((4, 5), 5, -20, 20), whole((5,), 6, -5, 6)], grad=False)
# Quotients that are not near whole numbers: there NumPy computes (a − mod) / b, Fathom the floor of the rounded quotient.
binary("floorDivide", both("floor_divide"), low2=0.5, high2=4.0, special=False, grad=False, integers=False)
family.case("floorDivide", both("floor_divide"), [whole((4, 5), 5, -20, 20), whole((5,), 6, -5, 6)])
binary("mod", both("mod"), low2=0.5, high2=4.0, special=False, integers=True)
binary("remainder", both("remainder"), low=-9, high=9, low2=-4.0, high2=-0.5, special=False)
binary("fmod", both("fmod"), low=-9, high=9, low2=0.5, high2=4.0, special=False)
family.case("fmod", both("fmod"), [SPECIAL, f32([3.0] * len(SPECIAL))], grad=False)
family.case("fmod", both("fmod"), [f32([5, -5, 0, 1e5, -1e5, 7]), f32([np.inf, -np.inf, np.inf, 3, 7, -2])], grad=False)
family.case("divmod", lambda xp, a, b: xp.divmod(a, b), [whole((4, 5), 5, -20, 20), whole((5,), 6, -5, 6)])
family.case("divmod", lambda xp, a, b: xp.divmod(a, b), [real((4, 5), 9, 9), real((5,), 10, 1, 2)], grad=False)
binary("copysign", both("copysign"), integers=False)
binary("heaviside", both("heaviside"), grad=False, integers=False, special=False)
family.case("heaviside", both("heaviside"), [SPECIAL, real((12,), 4)], grad=False)
binary("fmax", both("fmax"), integers=False)
binary("fmin", both("fmin"), integers=False)
binary("hypot", both("hypot"), integers=False)
family.case("hypot", both("hypot"), [f32([3e37, 1e-30, 3e30, 0]), f32([4e37, 1e-30, 4.0, 0])], grad=False)
for a, b in [((6, 7), (7,)), ((5,), (5,)), ((), (4,)), ((0,), (1,))]:
    x, y = whole(a, 31, -400, 400), whole(b, 32, -60, 60)
    family.case("gcd", both("gcd"), [x, y])
    family.case("lcm", both("lcm"), [x, y])
family.case("gcd", both("gcd"), [np.array([1836311903, 0, 0, 7, 2147483647], np.int32), np.array([1134903170, 0, 5, 0, 2147483647], np.int32)])
family.case("ldexp", lambda xp, a, n: xp.ldexp(a, n), [real((6,), 33), whole((6,), 34, -20, 20)], grad=False)
family.case("ldexp", lambda xp, a, n: xp.ldexp(a, n), [f32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0]), np.array([3, 2, 1, 9, 0, 100], np.int32)], grad=False)
for x in [real((12,), 35, 1000), real((3, 2), 36, 1e-3), f32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, 0.5, -0.25, 1e30, 1e-30, -3.0, 8.0])]:
    family.case("frexp", lambda xp, a: xp.frexp(a), [x], grad=False)
    family.case("modf", lambda xp, a: xp.modf(a), [x], grad=False)
family.case("modf", lambda xp, a: (a - xp.trunc(a), xp.trunc(a)), [real((6,), 37, 5)])
unary("neg", both("negative"), integers=True)
unary("abs", both("abs"))
unary("sign", both("sign"))
unary("square", both("square"))
unary("reciprocal", both("reciprocal"), 0.25, 4, integers=False)
unary("sqrt", both("sqrt"), 0.01, 9)
unary("rsqrt", lambda xp, x: 1 / xp.sqrt(x), 0.1, 9, special=f32([np.nan, np.inf, 0.0, 1.0, -1.0, 4.0, 1e-10]))
family.case("add", both("add"), [DENORMAL, DENORMAL[::-1]], grad=False)
family.case("mul", both("multiply"), [DENORMAL, f32([0.5, 1, 2, 1, 1, 1])], grad=False)
family.case("neg", both("negative"), [DENORMAL], grad=False)
family.case("abs", both("abs"), [DENORMAL], grad=False)
family.case("maximum", both("maximum"), [DENORMAL, np.zeros(6)], grad=False)

# Rounding
ROUNDING = f32([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1e6 + 0.5, -1e-20, 0.49999997, -7.999, 16777216.0, np.nan, np.inf, -np.inf, 0.0, -0.0])
for rule, name in {"floor": "floor", "ceil": "ceil", "round": "round", "trunc": "trunc"}.items():
    unary(rule, both(name), -20, 20, special=ROUNDING, grad=False)
for decimals in (0, 1, 2, -1):
    for x in (real((9,), 41, 100), whole((6,), 42, -200, 200)):
        family.case("around", lambda xp, x: xp.around(x, decimals), [x], {"decimals": decimals}, grad=False)
for options in ({}, {"nan": 1.5}, {"nan": -1.0, "posInf": 7.0, "negInf": -8.0}):
    named = {{"posInf": "posinf", "negInf": "neginf"}.get(k, k): v for k, v in options.items()}
    if "posInf" in options:
        family.case("nanToNum", lambda xp, x: xp.nan_to_num(x, **named), [SPECIAL], options, grad=False)
        family.case("nanToNum", lambda xp, x: xp.nan_to_num(x, **named), [real((3, 2), 43)], options)
    else:
        family.case("nanToNum", lambda xp, x: xp.nan_to_num(x, **named), [f32([np.nan, 1, -2, 0])], options, grad=False)
for low, high in ((-1.0, 1.0), (None, 0.5), (0.25, None)):
    for x in (real((7,), 44, 3), real((2, 0), 44), real((3, 4), 45, 2)):
        family.case("clip", lambda xp, x: xp.clip(x, low, high), [x], {"low": low, "high": high})
    family.case("clip", lambda xp, x: xp.clip(x, low, high), [SPECIAL], {"low": low, "high": high}, grad=False)

# Powers, exponentials, logarithms
for a, b in BROADCAST:
    family.case("pow", both("power"), [real(a, 51, 1.4, 1.6), real(b, 52, 2)])
POWERS = f32([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, np.inf, -np.inf, np.nan])
family.case("pow", both("power"), [POWERS[:, None], f32([0, 1, -1, 2, -2, 0.5, -0.5, 3, -3])[None, :]], grad=False)
family.case("pow", both("power"), [whole((5, 1), 53, -6, 7), whole((6,), 54, 0, 8)])
for exponent in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.5, 7, -3):
    family.case("powNumber", lambda xp, x: xp.power(x, xp.asarray(float(exponent))), [real((8,), 55, 1.4, 1.6)], {"exponent": exponent})
unary("exp", both("exp"), -5, 5)
unary("expm1", both("expm1"), -3, 3, extra=[1e-10, -1e-10, 1e-5, -1e-4, 0.01, -0.3, 0.5, 20, -20, 40])
unary("log", both("log"), 0.01, 9, integers=False)
unary("log1p", both("log1p"), -0.9, 5, extra=[1e-10, -1e-10, 1e-5, -1e-4, 0.01, -0.3, 0.5, 1e5, -0.999], integers=False)
unary("exp2", both("exp2"), -5, 5, extra=[1, 2, 10, -3, 0, 100, -100, 0.5, 31.5])
unary("log2", both("log2"), 0.01, 9, extra=[1, 2, 4, 8, 1024, 0.125, 2.0**100, 3, 0.3], integers=False)
unary("log10", both("log10"), 0.01, 9, extra=[1, 10, 100, 1000, 10000, 1e5, 1e10, 0.5, 0.3], integers=False)
unary("cbrt", both("cbrt"), -9, 9, extra=[1, 8, 27, -64, 1000, 1e-9, 1e30, -1e30])
for low, high, rule, name in [(-5, 5, "logaddexp", "logaddexp"), (-5, 5, "logaddexp2", "logaddexp2")]:
    binary(rule, both(name), low, high, integers=False)
    # torch, whose gradient does not round x − result
    family.case(rule, lambda xp, a, b: getattr(xp, rule)(a, b), [f32([1000, -1000, 80, 0]), f32([1000, -1000.5, -80, 0])], oracle="torch")
binary("xlogy", scipy_or("xlogy"), 0.1, 3, integers=False)
binary("xlog1py", scipy_or("xlog1py"), 0.1, 3, integers=False)
unary("entr", scipy_or("entr"), 0.05, 2, integers=False)
binary("relEntr", scipy_or("rel_entr"), 0.1, 2, integers=False)
unary("logit", scipy_or("logit"), 0.05, 0.95, extra=[1e-10, 1e-4, 0.999, 0.5, 0.5000001], integers=False)
unary("expit", scipy_or("expit"), -8, 8, extra=[-40, 40, -80, 88, 0])
unary("logSigmoid", lambda xp, x: -xp.logaddexp(0.0, -x), -8, 8, extra=[-40, 15, -80, 0])
unary("softplus", lambda xp, x: xp.logaddexp(0.0, x), -8, 8, extra=[40, -15, 80, 0])

# Angles
unary("sin", both("sin"), -7, 7, special=SPECIAL[:-1], extra=[30, -100, 1000, 3.1415927, 1e-6])
unary("cos", both("cos"), -7, 7, special=SPECIAL[:-1], extra=[30, -100, 1000, 0, 1e-6])
unary("tan", both("tan"), -1.4, 1.4, special=SPECIAL[:-1], extra=[2, 3, -2.5, 4, 0.001], integers=False)
unary("asin", both("arcsin"), -0.99, 0.99, extra=[0.5, 0.999, -0.9999, 1e-6, 0], integers=False)
unary("acos", both("arccos"), -0.99, 0.99, extra=[0.5, 0.999, -0.9999, 1e-6, 0], integers=False)
unary("atan", both("arctan"), -4, 4, extra=[1, -1, 1e-6, 1e6, 1e20, 0.4142])
binary("atan2", both("arctan2"), integers=False)
unary("sinh", both("sinh"), -4, 4, extra=[1e-5, -1e-8, 0.5, 15, -25, 80])
unary("cosh", both("cosh"), -4, 4, extra=[1e-5, -1e-8, 0.5, 15, -25, 80])
unary("tanh", both("tanh"), -4, 4, extra=[1e-5, -1e-8, 0.5, 15, -25])
unary("asinh", both("arcsinh"), -4, 4, extra=[1e-5, -1e-8, 0.5, 1e5, -1e10, 1e30])
unary("acosh", both("arccosh"), 1.05, 9, extra=[1.001, 1e5, 1e10, 1e30, 2], integers=False)
unary("atanh", both("arctanh"), -0.95, 0.95, extra=[1e-5, -1e-8, 0.5, 0.999], integers=False)
unary("sinc", both("sinc"), -4, 4, special=f32([0.0, 1.0, -2.0, 0.5, 1e-5, np.nan, 100.0]), extra=[0.5, 0.25, -1.5])
unary("deg2rad", both("deg2rad"), -200, 200)
unary("rad2deg", both("rad2deg"), -4, 4)

# Comparison and logic
for rule, name in {"less": "less", "lessEqual": "less_equal", "greater": "greater", "greaterEqual": "greater_equal", "equal": "equal", "notEqual": "not_equal", "logicalAnd": "logical_and", "logicalOr": "logical_or", "logicalXor": "logical_xor"}.items():
    binary(rule, both(name))
    family.case(rule, both(name), [truth((3, 4), 61), truth((4,), 62)])
unary("logicalNot", both("logical_not"))
family.case("logicalNot", both("logical_not"), [truth((5,), 63)])
for rule, name in {"isNaN": "isnan", "isFinite": "isfinite", "isInf": "isinf", "isPosInf": "isposinf", "isNegInf": "isneginf", "signbit": "signbit"}.items():
    unary(rule, both(name), special=SPECIAL[1:] if rule == "signbit" else SPECIAL)
for options in ({}, {"rtol": 0.01}, {"atol": 0.5}, {"equalNaN": True}):
    named = {{"equalNaN": "equal_nan"}.get(k, k): v for k, v in options.items()}
    x = real((4, 5), 64)
    for y in (x * np.float32(1.001), x, real((5,), 65)):
        family.case("isClose", lambda xp, a, b: xp.isclose(a, b, **named), [x, f32(y)], options)
        family.case("allClose", lambda xp, a, b: xp.allclose(a, b, **named), [x, f32(y)], options)
    family.case("isClose", lambda xp, a, b: xp.isclose(a, b, **named), [SPECIAL[:, None], SPECIAL[None, :]], options)
for a, b in [(SPECIAL, SPECIAL), (SPECIAL[1:], SPECIAL[1:]), (real((3,), 1), real((3,), 1)), (real((3,), 1), real((1,), 1)), (real((3,), 1), real((4,), 1))]:
    family.case("arrayEqual", lambda xp, x, y: xp.array_equal(x, y), [a, b])
    family.case("arrayEqualNaN", lambda xp, x, y: xp.array_equal(x, y, equal_nan=True), [a, b])
family.case("arrayEquiv", lambda xp, x, y: xp.array_equiv(x, y), [f32([[1, 2], [1, 2]]), f32([1, 2])])
family.case("arrayEquiv", lambda xp, x, y: xp.array_equiv(x, y), [f32([[1, 2], [1, 3]]), f32([1, 2])])
for shapes in [((4, 5), (4, 5), (4, 5)), ((4, 1), (5,), ()), ((3,), (2, 3), (1,))]:
    family.case("where", lambda xp, c, a, b: xp.where(c, a, b), [truth(shapes[0], 66), real(shapes[1], 67), real(shapes[2], 68)])
family.case("where", lambda xp, c, a, b: xp.where(c, a, b), [truth((4,), 66), whole((4,), 67, 0, 9), whole((4,), 68, 0, 9)])

# Bits
for rule, name in {"bitwiseAnd": "bitwise_and", "bitwiseOr": "bitwise_or", "bitwiseXor": "bitwise_xor"}.items():
    for a, b in [((4, 5), (5,)), ((6,), ()), ((0,), (0,))]:
        family.case(rule, both(name), [whole(a, 71, -1000, 1000), whole(b, 72, -1000, 1000)])
    family.case(rule, both(name), [whole((6,), 73, 0, 256).astype(np.uint8), whole((6,), 74, 0, 256).astype(np.uint8)])
    family.case(rule, both(name), [truth((6,), 75), truth((6,), 76)])
for x in (whole((7,), 77, -1000, 1000), whole((5,), 78, 0, 256).astype(np.uint8), truth((4,), 79)):
    family.case("bitwiseNot", both("bitwise_not"), [x])
for x in (whole((7,), 77, -100000, 100000), np.array([0, -1, 2147483647, -2147483648, 255], np.int32), whole((5,), 78, 0, 256).astype(np.uint8)):
    family.case("bitwiseCount", both("bitwise_count"), [x])
family.case("leftShift", both("left_shift"), [whole((6,), 81, -1000, 1000), whole((6,), 82, 0, 12)])
for x, n in [(whole((6,), 83, -100000, 100000), whole((6,), 84, 0, 31)), (np.array([-1, -2147483648, 2147483647, -5], np.int32), np.array([31, 31, 30, 1], np.int32)), (whole((6,), 85, 0, 256).astype(np.uint8), whole((6,), 86, 0, 8).astype(np.uint8))]:
    family.case("arithmeticRightShift", both("right_shift"), [x, n])
family.case("rightShift", lambda xp, x, n: (x.view(np.uint32) >> n.astype(np.uint32)).view(np.int32), [whole((6,), 83, -100000, 100000), whole((6,), 84, 0, 31)])

# Special functions
TAILS = [-6, -3, -1, -0.5, 0.49, 0.5, 0.51, 1, 2, 3.9, 4.1, 8, 9]
unary("erf", scipy_or("erf"), -3, 3, extra=[1e-8, -1e-5, 0.5, 5, -7])
unary("erfc", scipy_or("erfc"), -3, 3, extra=TAILS)
family.case("erfcx", lambda xp, x: sp.erfcx(x), [real((12,), 91, 3, 0.5)], grad=False)
family.case("erfcx", lambda xp, x: sp.erfcx(x), [f32([0.4, 0.6, 1, 4, 5, 20, 1e3, 1e6, -3, 0])], grad=False)
unary("erfinv", scipy_or("erfinv"), -0.95, 0.95, special=f32([0.0, 1.0, -1.0, 2.0, np.nan, 0.5]), extra=[1e-6, -1e-3, 0.25, 0.999, -0.9999, 0.99999], integers=False)
unary("lgamma", scipy_or("gammaln"), 0.1, 12, special=f32([np.nan, np.inf, 0.0, 1.0, 2.0, 3.0, 0.5]), extra=[20, 100, 1e3, 1e6, 0.01, 1e-5], integers=False)
family.case("lgamma", lambda _, x: torch.lgamma(x), [f32([-0.5, -1.5, -2.25, -10.7, -0.001])], oracle="torch")
unary("gamma", scipy_or("gamma"), 0.1, 8, special=f32([np.nan, np.inf, 0.0, -0.0, 1.0, 2.0, 3.0, 10.0, -1.0, -2.0]), extra=[20, 30, 0.01, 1e-5], integers=False)
family.case("gamma", lambda xp, x: sp.gamma(x), [f32([-0.5, -1.5, -2.25, -3.75])], grad=False)
unary("digamma", lambda xp, x: (sp.digamma if xp is np else jsp.digamma)(x), 0.1, 12, special=f32([np.nan, 1.0, 2.0, 0.5, -1.0, -3.0]), extra=[20, 100, 1e3, 0.01], integers=False)
family.case("digamma", lambda xp, x: sp.digamma(x), [f32([-0.5, -1.25, -2.25, -10.75])], grad=False)
for x in ([1.0, 2.5, 20], [-0.5, -1.25, -2.25, -10.75]):
    family.case("trigamma", lambda xp, x: sp.polygamma(1, x), [f32(x)], grad=False)
binary("betaln", scipy_or("betaln"), 0.2, 6, special=False, integers=False)
unary("i0", scipy_or("i0"), -6, 6, special=f32([0.0, 1.0, -2.0, 30.0, np.nan]), extra=[10, 19.9, 20.1, 50, -80])
unary("i0e", scipy_or("i0e"), -6, 6, special=f32([0.0, 1.0, -2.0, 30.0, np.nan]), extra=[10, 19.9, 20.1, 50, -80, 500])
family.write()
