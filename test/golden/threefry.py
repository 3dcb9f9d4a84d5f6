"""Golden values of JAX's counter-based generator: writes threefry.json.

Run with a Python that has jax:  python test/golden/threefry.py
Words (keys and bits) are unsigned 32-bit numbers; floats are float32 values printed in full.
"""

import json
import os

import jax
import numpy as np

jax.config.update("jax_threefry_partitionable", True)

KEYS = [("seed 0", jax.random.key(0)), ("seed 42", jax.random.key(42)), ("seed 2^32-1", jax.random.key(np.uint32(2**32 - 1)))]
KEYS.append(("words 13198a2e 03707344", jax.random.wrap_key_data(np.array([0x13198A2E, 0x03707344], np.uint32))))

# Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011); Random123's kat_vectors, threefry2x32 20.
KNOWN_ANSWERS = [
    {"key": [0, 0], "counter": [0, 0], "result": [0x6B200159, 0x99BA4EFE]},
    {"key": [0xFFFFFFFF, 0xFFFFFFFF], "counter": [0xFFFFFFFF, 0xFFFFFFFF], "result": [0x1CB996FC, 0xBB002BE7]},
    {"key": [0x13198A2E, 0x03707344], "counter": [0x243F6A88, 0x85A308D3], "result": [0xC4923A9C, 0x483DF7A0]},
]


def words(array):
    return np.asarray(array).astype(np.uint32).tolist()


def floats(array):
    return [float(np.format_float_scientific(v, unique=True)) for v in np.asarray(array, np.float32).reshape(-1)]


def known_answers():
    from jax.extend.random import threefry_2x32

    for known in KNOWN_ANSWERS:
        key, counter = (np.array(known[name], np.uint32) for name in ("key", "counter"))
        assert words(threefry_2x32(key, counter)) == known["result"], known
    return KNOWN_ANSWERS


def case(name, key):
    return {
        "name": name,
        "key": words(jax.random.key_data(key)),
        "bits": {"8": words(jax.random.bits(key, (8,))), "3x5": words(jax.random.bits(key, (3, 5)))},
        "split": {str(n): words(jax.random.key_data(jax.random.split(key, n))) for n in (2, 5)},
        "foldIn7": words(jax.random.key_data(jax.random.fold_in(key, 7))),
        "uniform": {"8": floats(jax.random.uniform(key, (8,))), "3x5": floats(jax.random.uniform(key, (3, 5)))},
        "normal": {"8": floats(jax.random.normal(key, (8,))), "3x5": floats(jax.random.normal(key, (3, 5)))},
    }


golden = {
    "header": {"script": "threefry.py", "jax": jax.__version__, "numpy": np.__version__, "jax_threefry_partitionable": True},
    "knownAnswers": known_answers(),
    "cases": [case(name, key) for name, key in KEYS],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "threefry.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
