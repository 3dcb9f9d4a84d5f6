"""Files that NumPy itself wrote, in forms that a reader must tell apart. Writes npy.json: each file in base64, and what is in it."""

import base64
import io
import json
import os

import numpy as np

RANGE = np.arange(6).reshape(2, 3)
ARRAYS = {
    "float64": RANGE / 4,
    "float32": (RANGE - 2.5).astype(np.float32),
    "float16": np.array([1.5, -2, 65504, 6e-8, np.inf, 0], np.float16),
    "int64": RANGE - 3,
    "int32": (RANGE - 3).astype(np.int32),
    "int16": (RANGE - 300).astype(np.int16),
    "int8": (RANGE - 3).astype(np.int8),
    "uint8": (RANGE * 50).astype(np.uint8),
    "uint16": (RANGE * 10000).astype(np.uint16),
    "uint32": (RANGE * 1000).astype(np.uint32),
    "uint64": (RANGE * 1000).astype(np.uint64),
    "bool": RANGE % 2 == 0,
    "big-endian float64": (RANGE / 4).astype(">f8"),
    "big-endian int32": (RANGE - 3).astype(">i4"),
    "column-major": np.asfortranarray(RANGE / 4),
    "column-major, three axes": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 3), np.float32),
}


def base(data):
    return base64.b64encode(data).decode()


def saved(x, **options):
    out = io.BytesIO()
    if options:
        np.lib.format.write_array(out, x, **options)
    else:
        np.save(out, x)
    return out.getvalue()


def entry(name, x, data):
    values = [("inf" if v == np.inf else v) for v in np.asarray(x, float).ravel().tolist()]
    return {"name": name, "shape": list(x.shape), "values": values, "bytes": base(data)}


files = [entry(name, x, saved(x)) for name, x in ARRAYS.items()]
files.append(entry("version 2", RANGE / 4, saved(RANGE / 4, version=(2, 0))))
files.append(entry("version 3", RANGE / 4, saved(RANGE / 4, version=(3, 0))))
archives = []
for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
    out = io.BytesIO()
    save(out, x=RANGE / 4, labels=np.arange(3, dtype=np.int32), **{"größe": np.array(1.5)})
    archives.append({"name": name, "bytes": base(out.getvalue())})
refused = {
    "complex": saved(np.zeros(2, complex)),
    "text": saved(np.array(["a"])),
    "objects": saved(np.array([{}], dtype=object)),
    "structured": saved(np.zeros(1, dtype=[("a", "i4"), ("b", "f8")])),
    "too large": saved(np.array([2**63], dtype=np.uint64)),
    "date": saved(np.array(["2020-01-01"], dtype="datetime64[D]")),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npy.json")
with open(path, "w") as file:
    head = {"from": f"numpy {np.__version__}", "files": files, "archives": archives, "refused": {k: base(v) for k, v in refused.items()}}
    json.dump(head, file, indent=1, ensure_ascii=False)
    file.write("\n")
print(f"numpy {np.__version__}")
