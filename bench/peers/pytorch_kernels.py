"""Single operations in eager PyTorch; the rows are bench/workloads/kernels.ts."""

import torch
from pytorch_stream import OPERAND, UPSTREAM, operand, sample

F = torch.nn.functional

OPERATIONS = {
    "matmul": lambda x, o: x[0] @ x[1],
    "conv2d": lambda x, o: F.conv2d(x[0], x[1], stride=o["stride"], padding=o["padding"], groups=o["groups"]),
    "convTranspose2d": lambda x, o: F.conv_transpose2d(x[0], x[1], stride=o["stride"], padding=o["padding"]),
    "softmax": lambda x, o: torch.softmax(x[0], -1),
    "layerNorm": lambda x, o: F.layer_norm(x[0], x[1].shape, x[1], x[2]),
    "batchNorm": lambda x, o: F.batch_norm(x[0], None, None, x[1], x[2], training=True),
    "crossEntropy": lambda x, o: F.cross_entropy(x[0], x[1]),
    "embedding": lambda x, o: F.embedding(x[1], x[0]),
    "sum": lambda x, o: x[0].sum(o["axis"]) if "axis" in o else x[0].sum(),
    "exp": lambda x, o: x[0].exp(),
    "tanh": lambda x, o: x[0].tanh(),
    "gelu": lambda x, o: F.gelu(x[0]),
    "add": lambda x, o: x[0] + x[1],
    "transpose": lambda x, o: x[0].t().contiguous(),
    "sort": lambda x, o: x[0].sort().values,
    "topk": lambda x, o: x[0].topk(o["k"]).values,
    "cumsum": lambda x, o: x[0].cumsum(0),
}


def kernel(w):
    if w["operation"] == "normal":
        return normal(w["output"])
    compute, options = OPERATIONS[w["operation"]], w["options"]
    inputs = [operand(spec, OPERAND + i) for i, spec in enumerate(w["inputs"])]
    upstream = operand({"shape": w["output"]}, UPSTREAM)
    floats = [x for x in inputs if x.is_floating_point()]
    result = []

    @torch.inference_mode()
    def forward():
        result[:] = [compute(inputs, options)]

    def both():
        y = compute(inputs, options)
        result[:] = [y, *torch.autograd.grad(y, floats, upstream)]

    if w["gradients"]:
        for x in floats:
            x.requires_grad_()
    return both if w["gradients"] else forward, lambda: sample(*result)


def normal(shape):
    result = []

    def step():
        result[:] = [torch.randn(shape)]

    return step, lambda: [float(result[0].mean()), float(result[0].square().mean().sqrt())]
