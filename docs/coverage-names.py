"""The names that docs/coverage.md is about, with the versions they come from. Writes coverage-names.json."""

import json
import os

import jax
import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def functions(module):
    names = (name for name in dir(module) if not name.startswith("_"))
    return sorted(n for n in names if callable(getattr(module, n)) and not isinstance(getattr(module, n), type))


def ours_to_judge(name):
    """Of torch: without copies in place, copies of views, and kernels of single libraries, which are no functions of their own."""
    kernels = ("cudnn_", "miopen_", "mkldnn_", "fbgemm_", "quantized_", "native_", "sym_", "fake_quantize", "set_autocast", "get_autocast", "is_autocast", "batch_norm_", "_")
    return not (name.endswith("_") or name.endswith("_copy") or name.startswith(kernels))


spaces = {
    "numpy": functions(np),
    "numpy.linalg": functions(np.linalg),
    "numpy.fft": functions(np.fft),
    "torch": [name for name in functions(torch) if ours_to_judge(name)],
    "jax": ["checkpoint", "closure_convert", "custom_gradient", "custom_jvp", "custom_vjp", "eval_shape", "grad", "hessian", "jacfwd", "jacrev", "jit", "jvp", "lax.cond", "lax.fori_loop", "lax.map", "lax.scan", "lax.switch", "lax.while_loop", "linear_transpose", "linearize", "make_jaxpr", "pmap", "pure_callback", "value_and_grad", "vjp", "vmap"],
}
versions = {"numpy": np.__version__, "numpy.linalg": np.__version__, "numpy.fft": np.__version__, "torch": torch.__version__.split("+")[0], "jax": jax.__version__}
with open(os.path.join(HERE, "coverage-names.json"), "w") as file:
    json.dump({"versions": versions, "names": spaces}, file, indent=1)
    file.write("\n")
print({space: len(names) for space, names in spaces.items()}, versions)
