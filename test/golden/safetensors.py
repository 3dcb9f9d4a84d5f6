"""A small file by the reference implementation of safetensors: writes reference.safetensors.

Run with a Python that has safetensors and numpy:  python test/golden/safetensors.py
"""

import os
import sys

sys.path.pop(0)  # or this file would be imported in place of the package

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "double": np.array([1 / 3, -0.0], dtype=np.float64),
        "labels": np.array([-1, 0, 2**31 - 1], dtype=np.int32),
        "pixels": np.array([[0, 255, 7]], dtype=np.uint8),
        "mask": np.array([True, False, True]),
        "scalar": np.array(2.5, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
    },
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.safetensors"),
    metadata={"format": "np"},
)
