"""Golden layers: forward values and gradients from PyTorch in float64, written to layers.json.

Run with a Python that has torch:  python test/golden/layers.py
Each case lists its tensors in order; tensor i is `uniform(shape, seed + i, scale, offset)` of lcg.py / lcg.ts, where
seed is the case's (100 times its number, from 0), scale is 1 and offset 0 unless given; or, where `classes` is given,
`labels(length, seed + i, classes)`. Inputs are float32 values, so that a float32 engine starts from the same numbers;
the arithmetic here is float64. The upstream gradient dy is `uniform(shape of the output, seed + 99)`.
`outputs` is the forward value; `gradients[i]` is that of sum(output * dy) by tensor i (null for labels and buffers).
Everything is flat, row-major, rounded to 9 significant digits.
"""

import json
import os

import numpy as np
import torch

from lcg import labels, uniform

F = torch.nn.functional
CASES = []


def case(name, op, options, compute, *tensors):
    CASES.append((name, op, options, compute, tensors))


def t(*shape, scale=1.0, offset=0.0, classes=None, isBuffer=False):
    return {"shape": list(shape), "scale": scale, "offset": offset, "classes": classes, "isBuffer": isBuffer}


def conv(name, x, w, bias=True, **options):
    tensors = [t(*x), t(*w, scale=0.5)] + ([t(w[0], scale=0.5)] if bias else [])
    case(f"conv2d: {name}", "conv2d", options, lambda x, w, b=None: F.conv2d(x, w, b, **options), *tensors)


conv("3x3, no padding, no bias", (2, 3, 5, 6), (4, 3, 3, 3), bias=False)
conv("3x3, padding 1", (2, 3, 5, 5), (4, 3, 3, 3), padding=1)
conv("3x3, stride 2, padding 1, even side", (2, 3, 6, 6), (4, 3, 3, 3), stride=2, padding=1)
conv("3x3, stride 2, no padding, a last column unused", (1, 2, 6, 8), (3, 2, 3, 3), stride=2)
conv("5x5, stride 3, padding 2", (1, 2, 7, 8), (3, 2, 5, 5), stride=3, padding=2)
conv("3x3, dilation 2, padding 2", (1, 2, 6, 6), (3, 2, 3, 3), padding=2, dilation=2)
conv("3x3, stride 2, dilation 2, padding 3", (1, 2, 8, 7), (2, 2, 3, 3), stride=2, padding=3, dilation=2)
conv("3x2 kernel, stride (1, 2), padding (1, 0), dilation (2, 1)", (1, 2, 7, 6), (3, 2, 3, 2),
     stride=(1, 2), padding=(1, 0), dilation=(2, 1))  # fmt: skip
conv("2 groups, padding 1", (2, 4, 5, 5), (6, 2, 3, 3), padding=1, groups=2)
conv("depthwise, padding 1", (2, 4, 5, 5), (4, 1, 3, 3), padding=1, groups=4)
conv("depthwise, multiplier 2, stride 2", (1, 3, 6, 6), (6, 1, 3, 3), stride=2, padding=1, groups=3)
conv("1x1", (2, 5, 4, 4), (6, 5, 1, 1))
conv("1x1, stride 2", (2, 5, 5, 5), (3, 5, 1, 1), stride=2)
conv("kernel as large as the image", (2, 3, 4, 4), (5, 3, 4, 4))


def pool(kind, name, x, **options):
    torch_names = {"kernel": "kernel_size", "countIncludePad": "count_include_pad"}
    function = F.max_pool2d if kind == "maxPool2d" else F.avg_pool2d
    named = {torch_names.get(key, key): value for key, value in options.items()}
    case(f"{kind}: {name}", kind, options, lambda x: function(x, **named), t(*x))


pool("maxPool2d", "2x2", (2, 3, 6, 6), kernel=2, stride=2)
pool("maxPool2d", "2x2 on odd sides", (1, 3, 5, 7), kernel=2, stride=2)
pool("maxPool2d", "3x3, stride 2, padding 1, overlapping", (2, 2, 7, 6), kernel=3, stride=2, padding=1)
pool("maxPool2d", "3x3, stride 1", (1, 2, 5, 5), kernel=3, stride=1)
pool("avgPool2d", "2x2", (2, 3, 6, 6), kernel=2, stride=2)
pool("avgPool2d", "3x3, stride 2, padding 1, padding counted", (2, 2, 7, 6), kernel=3, stride=2, padding=1)
pool("avgPool2d", "3x3, stride 2, padding 1, padding not counted", (2, 2, 7, 6),
     kernel=3, stride=2, padding=1, countIncludePad=False)  # fmt: skip


def batch_norm(x, weight, bias, mean, variance, training):
    return F.batch_norm(x, mean.clone(), variance.clone(), weight, bias, training=training, momentum=0.1, eps=1e-5)


STATISTICS = (t(3, isBuffer=True), t(3, scale=0.5, offset=1.0, isBuffer=True))
for training in (True, False):
    case(f"batchNorm2d: {'train' if training else 'eval'}", "batchNorm2d", {"training": training, "eps": 1e-5},
         lambda *a, training=training: batch_norm(*a, training), t(4, 3, 3, 2), t(3, offset=1.0), t(3), *STATISTICS)  # fmt: skip


def running(x, mean, variance):
    F.batch_norm(x, mean, variance, training=True, momentum=0.1)
    return torch.stack([mean, variance])


case("batchNorm2d: running mean and variance (unbiased) after one train step, momentum 0.1", "batchNorm2dRunning",
     {"momentum": 0.1}, running, t(4, 3, 3, 2, isBuffer=True), *STATISTICS)  # fmt: skip
case("layerNorm: last axis, affine", "layerNorm", {"normalizedShape": [6], "eps": 1e-5},
     lambda x, w, b: F.layer_norm(x, (6,), w, b), t(3, 4, 6), t(6, offset=1.0), t(6))  # fmt: skip
case("layerNorm: last two axes, affine", "layerNorm", {"normalizedShape": [4, 5], "eps": 1e-5},
     lambda x, w, b: F.layer_norm(x, (4, 5), w, b), t(3, 4, 5), t(4, 5, offset=1.0), t(4, 5))  # fmt: skip
case("layerNorm: no affine", "layerNorm", {"normalizedShape": [6], "eps": 1e-5},
     lambda x: F.layer_norm(x, (6,)), t(5, 6))  # fmt: skip
case("gelu: erf", "gelu", {"approximate": "none"}, F.gelu, t(40, scale=6.0))
case("gelu: tanh", "gelu", {"approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh"), t(40, scale=6.0))
case("softmax: last axis", "softmax", {"axis": -1}, lambda x: F.softmax(x, -1), t(4, 7, scale=8.0))
case("softmax: axis 1 of 3", "softmax", {"axis": 1}, lambda x: F.softmax(x, 1), t(2, 5, 3, scale=3.0))
case("softmax: large inputs", "softmax", {"axis": -1}, lambda x: F.softmax(x, -1), t(3, 6, scale=5.0, offset=1e4))
case("logSoftmax: last axis", "logSoftmax", {"axis": -1}, lambda x: F.log_softmax(x, -1), t(4, 7, scale=20.0))
case("embedding: repeated rows", "embedding", {}, lambda w, i: F.embedding(i.reshape(3, 5), w), t(7, 4), t(15, classes=7))
case("crossEntropy: mean", "crossEntropy", {}, F.cross_entropy, t(6, 10, scale=4.0), t(6, classes=10))
case("crossEntropy: label smoothing 0.1", "crossEntropy", {"labelSmoothing": 0.1},
     lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1), t(6, 10, scale=4.0), t(6, classes=10))  # fmt: skip
case("crossEntropy: logits far apart", "crossEntropy", {}, F.cross_entropy, t(5, 8, scale=200.0), t(5, classes=8))
case("bceWithLogits: mean, soft targets", "bceWithLogits", {}, F.binary_cross_entropy_with_logits,
     t(5, 4, scale=6.0), t(5, 4, scale=0.5, offset=0.5, isBuffer=True))  # fmt: skip
case("bceWithLogits: logits far from 0", "bceWithLogits", {}, F.binary_cross_entropy_with_logits,
     t(4, 4, scale=150.0), t(4, 4, scale=0.5, offset=0.5, isBuffer=True))  # fmt: skip
case("mse: mean", "mse", {}, F.mse_loss, t(5, 4), t(5, 4))


def make(spec, seed):
    shape = tuple(spec["shape"])
    if spec["classes"] is not None:
        return torch.from_numpy(labels(shape[0], seed, spec["classes"]))
    values = uniform(shape, seed, spec["scale"], spec["offset"]).astype(np.float64)
    return torch.from_numpy(values).requires_grad_(not spec["isBuffer"])


def flat(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def described(spec):
    neutral = {"scale": 1.0, "offset": 0.0, "classes": None, "isBuffer": False}
    return {key: value for key, value in spec.items() if key not in neutral or value != neutral[key]}


def solve(number, name, op, options, compute, specs):
    tensors = [make(spec, 100 * number + i) for i, spec in enumerate(specs)]
    output = compute(*tensors)
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    dy = torch.from_numpy(uniform(tuple(output.shape), 100 * number + 99).astype(np.float64))
    found = iter(torch.autograd.grad(output, wanted, dy) if wanted else ())
    return {
        "name": name,
        "op": op,
        "options": options,
        "seed": 100 * number,
        "tensors": [described(spec) for spec in specs],
        "shape": list(output.shape),
        "outputs": flat(output),
        "gradients": [flat(next(found)) if tensor.requires_grad else None for tensor in tensors],
    }


golden = {
    "header": {"script": "layers.py", "torch": torch.__version__, "numpy": np.__version__, "dtype": "float64"},
    "cases": [solve(number, *parts) for number, parts in enumerate(CASES)],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json"), "w") as file:
    file.write('{"header": %s,\n"cases": [\n' % json.dumps(golden["header"]))
    file.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in golden["cases"]))
    file.write("\n]}\n")
