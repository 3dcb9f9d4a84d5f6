"""How NumPy prints arrays, with its default options and others. Writes print.json."""

import json
import os

import numpy as np

from lcg import uniform64

HERE = os.path.dirname(os.path.abspath(__file__))
nan, inf = np.nan, np.inf
DTYPES = {"float64": np.float64, "float32": np.float32, "int32": np.int32, "uint8": np.uint8, "bool": np.bool_}
cases = []


def number(x):
    """A number as JSON has it; what JSON lacks as text."""
    x = float(x)
    return str(x) if not np.isfinite(x) or (x == 0 and np.signbit(x)) else x


def case(values, dtypes=("float64", "float32"), **options):
    for dtype in dtypes:
        with np.errstate(over="ignore"):
            array = np.asarray(values).astype(DTYPES[dtype])
        record = {"dtype": dtype, "shape": array.shape, "values": [number(x) for x in array.ravel()]}
        text = np.array2string(array, **options)
        cases.append({**record, "options": options, "text": text})


def stream(size, seed, scale=1.0):
    return uniform64((size,), seed, scale)


def eighths(size, seed):
    """As stream, but numbers that JSON writes with few digits."""
    return np.round(stream(size, seed, 1000)) / 8


def complex_case(values, **options):
    values = np.asarray(values)
    for kind, dtype in ((np.complex128, "float64"), (np.complex64, "float32")):
        array = values.astype(kind)
        record = {"dtype": dtype, "shape": array.shape, "complex": True}
        record["values"] = [number(part) for x in array.ravel() for part in (x.real, x.imag)]
        cases.append({**record, "options": options, "text": np.array2string(array, **options)})


case(3.0)
case(-0.1)
for values in (
    [1, 2.5, -0.125],
    [0.1, 0.2, 0.3],
    [1 / 3, 2 / 3, 1],
    [1e-8, 1],
    [1e-5, 1e-4],
    [1e-4, 1e-3],
    [123456.0, 1],
    [999999.0, 1000.0],
    [1e6, 1e5],
    [1e7, 1e6],
    [1e8, 1e7],
    [123456789.0, 1.5],
    [1e16, 1],
    [1e300, 1e-300, -1e30],
    [5e-324, 1e-310, 1],
    [1000.5, 1],
    [1001, 1],
    [0, 0, 0],
    [-0.0, 0.0],
    [nan, inf, -inf, 1],
    [nan, nan],
    [inf, 1e20],
    [-inf, 0.5],
    [nan, 1e-9, 12.0],
    [100, -0.001],
    [0.5, 1.5, 2.5, 3.5],
    [0.00390625, 2.00390625],
    [1.0000001, 1],
    [np.pi, np.e, -np.sqrt(2)],
    [16777217.0, 3.0],
    [0.1 + 0.2, 0.3],
    [-1e-7, 1e-7],
    [1e-100, 1e100],
):
    case(values)
    for precision in (0, 1, 4, 12):
        case(values, precision=precision)
for shape in ((2, 3), (1, 1), (2, 2, 2), (3, 1, 2), (2, 1, 2, 2), (4, 7), (1, 40), (2, 2, 20), (30,)):
    size = int(np.prod(shape))
    case(stream(size, 1).reshape(shape))
    case(stream(size, 2, 1000.0).reshape(shape), precision=3)
    case(np.round(stream(size, 3, 100.0)).reshape(shape))
    case(np.round(stream(size, 4, 300.0)).reshape(shape), ("int32",))
    case(np.arange(size).reshape(shape) % 256, ("uint8",))
    case((stream(size, 5) > 0).reshape(shape), ("bool",))
for options in ({"max_line_width": 40}, {"max_line_width": 10}, {"max_line_width": 120}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"threshold": 0, "edgeitems": 2}):
    case(stream(24, 6).reshape(2, 12), **options)
    case(stream(24, 7, 50.0).reshape(2, 3, 4), **options)
    case(np.arange(24).reshape(4, 6), ("int32",), **options)
    case(stream(24, 8).reshape(24) > 0, ("bool",), **options)
case(np.arange(2000), ("int32", "float32"))
case(eighths(1100, 9).reshape(11, 100))
case(eighths(1200, 10).reshape(20, 5, 12), precision=4)
case(np.zeros((0,)))
case(np.zeros((2, 0)))
case([[-2147483648, 2147483647], [0, -1]], ("int32",))
for values in (
    [1 + 2j, -1j],
    [1 + 10j, 2 + 3j],
    [0.5 - 0.25j, 1 / 3 + 1e-3j],
    [1e-9 + 1j, 1e9 - 1j],
    [complex(nan, 1), complex(1, -inf), 2],
    [complex(-0.0, -0.0), 1],
    [[1 + 1j, 2], [3j, 4 - 4j]],
):
    complex_case(values)
    complex_case(values, precision=3)
complex_case((stream(20, 11) + 1j * stream(20, 12)).reshape(2, 10))
complex_case(eighths(1500, 13) + 1j * eighths(1500, 14))

with open(os.path.join(HERE, "print.json"), "w") as file:
    lines = ",\n".join(json.dumps(one, separators=(",", ":"), allow_nan=False) for one in cases)
    file.write(f'{{"from":"numpy {np.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases, numpy {np.__version__}")
