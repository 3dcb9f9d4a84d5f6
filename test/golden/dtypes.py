"""What NumPy, ml_dtypes and JAX make of every dtype that Fathom has: promotion, casts, arithmetic, order, sums. Writes dtypes.json.

Casts are JAX's (XLA defines what floats beyond an integer's range become; NumPy leaves it to the machine). Integer arithmetic is NumPy's.
16-bit floats compute in float32 and round once, which is what NumPy's float16 and ml_dtypes' bfloat16 do for one operation.
"""

import base64
import json
import os
import warnings

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

TYPES = {
    "bool": np.bool_, "uint8": np.uint8, "int8": np.int8, "int16": np.int16, "int32": np.int32, "int64": np.int64,
    "float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64,
}  # fmt: skip
NAMES = {np.dtype(t): name for name, t in TYPES.items()}
FLOATS = ["float16", "bfloat16", "float32", "float64"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
rng = np.random.default_rng(20)
cases = []
arrays = {}


def array(x):
    """The number of an array; equal ones are stored once."""
    x = np.asarray(x)
    entry = json.dumps([NAMES[x.dtype], list(x.shape), base64.b64encode(np.ascontiguousarray(x).tobytes()).decode()])
    return arrays.setdefault(entry, len(arrays))


def case(rule, inputs, outputs, options=None, ulps=0):
    entry = {"rule": rule, "in": [array(x) for x in inputs], "out": [array(x) for x in outputs]}
    if options is not None:
        entry["options"] = options
    if ulps:
        entry["ulps"] = ulps
    cases.append(entry)


def values(name, count=24):
    """Special values and random ones. Subnormal float32 and bfloat16 are left out: devices may flush them to zero."""
    t = TYPES[name]
    if name == "bool":
        return rng.integers(0, 2, count).astype(t)
    if name in INTEGERS:
        info = np.iinfo(t)
        ends = [0, 1, info.max, info.max - 1, info.min, info.min + 1, 2, 3, 7, 100]
        some = rng.integers(max(info.min, -1000), min(info.max, 1000), count, endpoint=True)
        return np.concatenate([np.array(ends, t), (rng.integers(info.min, info.max, count, t, True)), some.astype(t)])
    info = ml_dtypes.finfo(t)
    one, eps = 1.0, float(info.eps)
    special = [0, -0.0, np.inf, -np.inf, np.nan, one, -one, 0.5, 2.5, -2.5, 3.5, 1 + eps, float(info.max), float(info.min), float(info.tiny)]
    beyond = [127.9, -128.9, 128, 255.5, 256, -1, 32767.5, -32769, 65519, 2.0**31, -(2.0**31) - 300, 2.0**63, 1e19, -1e19, 1e30]
    halfway = [1 + 2.0**-11, 1 + 3 * 2.0**-11, 1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 2.0**-24, 1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-8 + 2.0**-40, 65520, 65519.99,
               2.0**-24, 3 * 2.0**-25, 2.0**-25, 2.0**-25 + 2.0**-60, 6.1e-5]  # fmt: skip
    x = np.array(special + beyond + halfway + list(rng.normal(0, 10, count)), np.float64).astype(t)
    wide = np.abs(x.astype(np.float64))
    return x[(wide == 0) | ~(wide < 2.0**-126)]


def pairs(name):
    """A column and a row, of the ends of the range and a few others."""
    x = values(name, 4)
    x = np.concatenate([x[:10], x[-6:]])
    return x[:, None], x[None, :]


def rounded_to_odd(x):
    """float64 -> float32 such that rounding again, to fewer bits, is as if once."""
    near = x.astype(np.float32)
    bits = near.view(np.uint32)
    away = np.abs(near.astype(np.float64)) > np.abs(x)
    exact = (near.astype(np.float64) == x) | np.isnan(x)
    return np.where(exact, bits, (bits - away) | 1).astype(np.uint32).view(np.float32)


# Promotion
case("promotion", [], [], {"table": [[a, b, NAMES[np.dtype(jnp.promote_types(TYPES[a], TYPES[b]))]] for a in TYPES for b in TYPES]})

# Casts
for a in TYPES:
    x = values(a)
    for b in TYPES:
        if b not in ("float16", "bfloat16"):
            y = np.asarray(jnp.asarray(x).astype(TYPES[b]))
        elif a == "float64":
            y = rounded_to_odd(x).astype(TYPES[b])
        else:
            y = x.astype(np.float32).astype(TYPES[b])
        case("cast", [x], [y], {"to": b})

# Arithmetic of two
with np.errstate(all="ignore"):
    for name in FLOATS + INTEGERS:
        x, y = pairs(name)
        wide = name in ("float16", "bfloat16")
        compute = (lambda f: lambda a, b: f(a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)) if wide else (lambda f: f)
        for rule, f in {"add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum}.items():
            z = compute(f)(x, y)
            case(rule, [x, y], [z])
        if name in FLOATS:
            case("div", [x, y], [compute(np.divide)(x, y)])
        else:
            case("floorDivide", [x, y], [np.floor_divide(x, y)])
            case("mod", [x, y], [np.mod(x, y)])
            for rule, f in {"bitwiseAnd": np.bitwise_and, "bitwiseOr": np.bitwise_or, "bitwiseXor": np.bitwise_xor}.items():
                case(rule, [x, y], [f(x, y)])
            n = np.arange(0, 8 * x.dtype.itemsize + 6).astype(x.dtype)
            many = values(name, 4)[:12, None]
            case("leftShift", [many, n], [np.left_shift(many, n)])
            case("arithmeticRightShift", [many, n], [np.right_shift(many, n)])
            unsigned = many.view(f"u{x.dtype.itemsize}")
            case("rightShift", [many, n], [np.right_shift(unsigned, n.astype(unsigned.dtype)).view(x.dtype)])
            small = np.abs(y.astype(np.int64) % 9).astype(x.dtype)
            case("power", [x, small], [np.power(x, small)])
        for rule, f in {"less": np.less, "lessEqual": np.less_equal, "equal": np.equal, "notEqual": np.not_equal}.items():
            case(rule, [x, y], [f(x, y)])
        x = values(name, 8)
        case("neg", [x], [np.negative(x)])
        case("abs", [x], [np.abs(x)])
        case("sign", [x], [np.sign(x.astype(np.float64)).astype(x.dtype) if name in FLOATS else np.sign(x)])

# Functions of 16-bit floats: float32's, rounded once
for name in ["float16", "bfloat16"]:
    x = (rng.normal(0, 3, 300)).astype(TYPES[name])
    w = x.astype(np.float64)
    for rule, y in {"exp": np.exp(w), "log": np.log(np.abs(w)), "sin": np.sin(w), "cos": np.cos(w), "tanh": np.tanh(w), "sqrt": np.sqrt(np.abs(w)), "log1p": np.log1p(np.abs(w)), "expm1": np.expm1(w), "rsqrt": 1 / np.sqrt(np.abs(w))}.items():
        inputs = np.abs(x) if rule in ("log", "sqrt", "log1p", "rsqrt") else x
        case(rule, [inputs], [y.astype(np.float32).astype(TYPES[name])], ulps=1)
    m = (rng.normal(0, 2, (6, 50))).astype(TYPES[name])
    w = m.astype(np.float64)
    e = np.exp(w - w.max(-1, keepdims=True))
    case("softmax", [m], [(e / e.sum(-1, keepdims=True)).astype(np.float32).astype(TYPES[name])], {"axis": -1}, ulps=1)
    case("variance", [m], [w.var(-1).astype(np.float32).astype(TYPES[name])], {"axis": -1}, ulps=1)
    case("logSumExp", [m], [np.log(np.exp(w).sum(-1)).astype(np.float32).astype(TYPES[name])], {"axis": -1}, ulps=1)
    for (p, q, r) in [(3, 5, 4), (17, 33, 16), (64, 64, 48)]:
        a, b = rng.normal(0, 1, (p, q)).astype(TYPES[name]), rng.normal(0, 1, (q, r)).astype(TYPES[name])
        exact = a.astype(np.float64) @ b.astype(np.float64)
        # Float32 sums in another order may fall on the other side of a rounding, or cancel to fewer digits.
        case("matmul", [a, b], [exact.astype(np.float32).astype(TYPES[name])], ulps=2)
        case("matmul", [a, b.astype(np.float32)], [exact.astype(np.float32)], ulps=4096)

# Reductions, order, choice
for name in FLOATS + INTEGERS + ["bool"]:
    x = rng.normal(0, 40, (7, 40)).astype(np.int64).clip(0 if name == "uint8" else -128, 127)
    x = (x % 2 if name == "bool" else x).astype(TYPES[name])
    narrow = name in ("bool", "uint8", "int8", "int16")
    total = np.int32 if narrow else TYPES[name]
    wide = x.astype(np.float64) if name in FLOATS else x.astype(np.int64)
    for axis in (0, 1):
        case("sum", [x], [wide.sum(axis).astype(total)], {"axis": axis})
        case("prod", [x[:2]], [np.prod(x[:2].astype(total if name in INTEGERS + ["bool"] else np.float64), axis=0).astype(total)], {"axis": 0})
        case("max", [x], [x.max(axis)], {"axis": axis})
        case("min", [x], [x.min(axis)], {"axis": axis})
        case("argmax", [x], [np.argmax(wide, axis).astype(np.int32)], {"axis": axis})
        case("argmin", [x], [np.argmin(wide, axis).astype(np.int32)], {"axis": axis})
    mean = wide.astype(np.float64).mean(1)
    case("mean", [x], [mean.astype(TYPES[name] if name in FLOATS else np.float32)], {"axis": 1}, ulps=1)
    case("sort", [x], [np.sort(wide, 1).astype(TYPES[name])])
    case("argsort", [x], [np.argsort(wide, 1, kind="stable").astype(np.int32)])
    every = values(name)
    if name != "bool":
        case("sort", [every], [np.sort(every.astype(np.float64)).astype(TYPES[name]) if name in FLOATS else np.sort(every)])
        case("cumsum", [x], [np.cumsum(wide, 1).astype(total)], {"axis": 1})
        case("scatterAdd", [x, (np.arange(7) % 3).astype(np.int32)], [np.stack([wide[i::3].sum(0) for i in range(3)]).astype(TYPES[name])])
    places = rng.integers(0, len(every), 30)
    for index in ("int32", "int64", "int8"):
        case("take", [every, places.astype(TYPES[index])], [every[places]])
    other = every[::-1].copy()
    condition = rng.integers(0, 2, len(every)).astype(np.bool_)
    case("where", [condition, every, other], [np.where(condition, every, other)])
    case("flip", [every], [other])
    case("pad", [every], [np.pad(every, 2, constant_values=1)])

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dtypes.json")
head = {"from": f"numpy {np.__version__}, ml_dtypes {ml_dtypes.__version__}, jax {jax.__version__}"}
with open(path, "w", encoding="utf-8") as file:
    lines = ",\n".join(json.dumps(entry) for entry in cases)
    stored = ",\n".join(arrays)
    file.write(f'{{"from": {json.dumps(head["from"])},\n"arrays": [\n{stored}\n],\n"cases": [\n{lines}\n]}}\n')
print(head["from"], len(cases), "cases", os.path.getsize(path), "bytes")
