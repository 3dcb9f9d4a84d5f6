"""Golden modules: state names, outputs, gradients and buffers of torch.nn in float64, written to modules.json.

Run with a Python that has torch:  python test/golden/modules.py
Case number k has seed 100 k. Entry i of the module's state_dict is `uniform(shape, seed + 10 + i, 0.5, offset)` of lcg.py, offset 1
for running_var and 0 otherwise; counters stay 0. Input j is `uniform(shape, seed + j, scale, offset)` or `labels(size, seed + j,
classes)`. Output j meets the gradient `uniform(shape, seed + 70 + j)`. Inputs and state are float32 values, arithmetic is float64.
`state` holds names and shapes in order; `gradients` are of the inputs that are floats, then of the parameters by name; `buffers`
are those that the forward pass changed. Everything is flat, row-major, rounded to 8 significant digits.
"""

import json
import os
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lcg import labels, uniform

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
CASES = []


def t(*shape, scale=1.0, offset=0.0, classes=None):
    return {"shape": list(shape), "scale": scale, "offset": offset, "classes": classes}


def case(name, module, *inputs, call=None, train=True):
    CASES.append((name, module, inputs, call or (lambda m, *xs: m(*xs)), train))


# Linear and distances
case("Linear", nn.Linear(4, 3), t(2, 5, 4))
case("Bilinear", nn.Bilinear(3, 4, 2), t(5, 3), t(5, 4))
case("Bilinear, more axes, no bias", nn.Bilinear(2, 3, 2, bias=False), t(2, 3, 2), t(2, 3, 3))
case("CosineSimilarity", nn.CosineSimilarity(), t(4, 5), t(4, 5))
case("PairwiseDistance", nn.PairwiseDistance(), t(4, 5), t(4, 5))
case("PairwiseDistance 3", nn.PairwiseDistance(3), t(4, 5), t(4, 5))

# Convolutions
case("Conv1d", nn.Conv1d(3, 4, 3, stride=2, padding=1), t(2, 3, 9))
case("Conv1d same, dilated, grouped", nn.Conv1d(4, 6, 4, padding="same", dilation=2, groups=2), t(1, 4, 10))
case("Conv1d circular", nn.Conv1d(2, 3, 3, padding=2, padding_mode="circular"), t(1, 2, 6))
case("Conv2d reflect", nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode="reflect"), t(1, 2, 4, 5))
case("Conv2d replicate same", nn.Conv2d(2, 2, (2, 3), padding="same", padding_mode="replicate"), t(1, 2, 4, 4))
case("Conv3d", nn.Conv3d(2, 3, 2, stride=(1, 2, 1), padding=1), t(1, 2, 3, 4, 3))
case("Conv3d depthwise, no bias", nn.Conv3d(2, 4, (2, 1, 3), groups=2, bias=False), t(1, 2, 3, 2, 4))
case("ConvTranspose1d", nn.ConvTranspose1d(3, 2, 4, stride=3, padding=1, output_padding=2), t(2, 3, 4))
case("ConvTranspose2d", nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), t(1, 2, 4, 3))
case("ConvTranspose2d grouped, dilated", nn.ConvTranspose2d(4, 2, (2, 3), groups=2, dilation=2, bias=False), t(1, 4, 3, 3))
case("ConvTranspose3d", nn.ConvTranspose3d(2, 2, 2, stride=2), t(1, 2, 2, 2, 2))

# Pooling
case("MaxPool1d", nn.MaxPool1d(3, stride=2, padding=1), t(2, 2, 8))
case("MaxPool2d ceil", nn.MaxPool2d(3, stride=2, ceil_mode=True), t(1, 2, 6, 6))
case("MaxPool2d dilated", nn.MaxPool2d(2, stride=1, dilation=2), t(1, 2, 5, 4))
case("MaxPool3d", nn.MaxPool3d(2), t(1, 2, 4, 4, 3))
case("AvgPool1d", nn.AvgPool1d(3, stride=1, padding=1, count_include_pad=False), t(1, 2, 6))
case("AvgPool2d ceil", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), t(1, 2, 6, 5))
case("AvgPool3d", nn.AvgPool3d((1, 2, 2)), t(1, 2, 2, 4, 4))
case("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(4), t(1, 2, 7))
case("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((3, None)), t(1, 2, 5, 4))
case("AdaptiveAvgPool3d", nn.AdaptiveAvgPool3d((2, 1, 3)), t(1, 1, 4, 3, 5))
case("AdaptiveMaxPool1d", nn.AdaptiveMaxPool1d(3), t(1, 2, 7))
case("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d(2), t(1, 2, 5, 4))
case("AdaptiveMaxPool3d", nn.AdaptiveMaxPool3d(2), t(1, 1, 3, 4, 5))

# Normalisation
case("BatchNorm1d", nn.BatchNorm1d(3), t(5, 3))
case("BatchNorm1d signals, mean of all", nn.BatchNorm1d(3, momentum=None), t(2, 3, 4))
case("BatchNorm1d eval", nn.BatchNorm1d(3), t(5, 3), train=False)
case("BatchNorm2d untracked eval", nn.BatchNorm2d(2, track_running_stats=False), t(2, 2, 3, 2), train=False)
case("BatchNorm3d", nn.BatchNorm3d(2, momentum=0.3, eps=1e-3), t(2, 2, 2, 2, 2))
case("GroupNorm", nn.GroupNorm(2, 4), t(2, 4, 3, 2))
case("GroupNorm plain", nn.GroupNorm(3, 6, affine=False), t(2, 6, 3))
case("InstanceNorm1d", nn.InstanceNorm1d(3), t(2, 3, 5))
case("InstanceNorm2d affine", nn.InstanceNorm2d(2, affine=True), t(2, 2, 3, 3))
case("InstanceNorm2d tracked", nn.InstanceNorm2d(2, affine=True, track_running_stats=True), t(2, 2, 3, 3))
case("InstanceNorm2d tracked eval", nn.InstanceNorm2d(2, affine=True, track_running_stats=True), t(2, 2, 3, 3), train=False)
case("InstanceNorm3d", nn.InstanceNorm3d(2), t(1, 2, 2, 2, 3))
case("LayerNorm no bias", nn.LayerNorm(6, bias=False), t(4, 6))
case("RMSNorm", nn.RMSNorm(6, eps=1e-5), t(4, 6))
case("RMSNorm two axes", nn.RMSNorm((2, 3), eps=1e-6, elementwise_affine=False), t(4, 2, 3))

# Activations
X = t(24, scale=5.0)
for made in (nn.ReLU(), nn.ReLU6(), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Sigmoid(), nn.LogSigmoid(), nn.Hardsigmoid(),
             nn.Hardswish(), nn.Tanh(), nn.Tanhshrink(), nn.Softsign(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.CELU(1.5),
             nn.Hardtanh(-2.0, 3.0), nn.Softplus(2.0), nn.Softshrink(0.8), nn.Hardshrink(0.8), nn.Threshold(0.5, -1.0)):  # fmt: skip
    case(type(made).__name__, made, X)
case("PReLU", nn.PReLU(3), t(2, 3, 4))
case("GLU", nn.GLU(1), t(2, 6, 2))
case("Softmin", nn.Softmin(-1), t(3, 5, scale=3.0))
case("LogSoftmax", nn.LogSoftmax(1), t(2, 4, 2, scale=3.0))

# Padding and rearranging
case("ConstantPad1d", nn.ConstantPad1d((1, 2), 0.5), t(1, 2, 3))
case("ConstantPad3d", nn.ConstantPad3d((1, 0, 0, 1, 2, 0), -1.0), t(1, 1, 1, 2, 2))
case("ZeroPad2d", nn.ZeroPad2d((1, 0, 2, 1)), t(1, 2, 2, 2))
case("ReflectionPad1d", nn.ReflectionPad1d(2), t(1, 2, 4))
case("ReflectionPad2d", nn.ReflectionPad2d((2, 1, 0, 1)), t(1, 1, 3, 3))
case("ReplicationPad2d", nn.ReplicationPad2d((1, 2, 3, 0)), t(1, 1, 2, 3))
case("ReplicationPad3d", nn.ReplicationPad3d(1), t(1, 1, 2, 1, 2))
case("CircularPad2d", nn.CircularPad2d((1, 2, 0, 3)), t(1, 1, 3, 3))
case("Upsample nearest", nn.Upsample(scale_factor=2), t(1, 2, 2, 3))
case("Upsample linear", nn.Upsample(size=7, mode="linear"), t(1, 2, 4))
case("Upsample bilinear, corners", nn.Upsample(scale_factor=(2, 3), mode="bilinear", align_corners=True), t(1, 1, 3, 2))
case("Upsample bicubic", nn.Upsample(size=(5, 6), mode="bicubic"), t(1, 1, 3, 4))
case("PixelShuffle", nn.PixelShuffle(2), t(1, 8, 2, 3))
case("PixelUnshuffle", nn.PixelUnshuffle(2), t(1, 2, 4, 6))
case("Unfold", nn.Unfold((2, 3), stride=2, padding=1), t(1, 2, 4, 5))
case("Fold", nn.Fold((4, 5), (2, 3), stride=2, padding=1), t(1, 12, 9))
case("Unflatten", nn.Unflatten(1, (2, 3)), t(2, 6))

# Embeddings
case("Embedding with padding", nn.Embedding(6, 3, padding_idx=2), t(2, 4, classes=6))
case("EmbeddingBag mean", nn.EmbeddingBag(6, 3), t(3, 4, classes=6))
case("EmbeddingBag max", nn.EmbeddingBag(6, 3, mode="max"), t(3, 4, classes=6))
case("EmbeddingBag sum, weights", nn.EmbeddingBag(6, 3, mode="sum"), t(3, 4, classes=6), t(3, 4),
     call=lambda m, i, w: m(i, per_sample_weights=w))  # fmt: skip
case("EmbeddingBag mean, padding", nn.EmbeddingBag(4, 3, padding_idx=1), t(3, 4, classes=4))

# Recurrence
case("RNNCell", nn.RNNCell(3, 4), t(2, 3), t(2, 4))
case("RNNCell relu, no bias", nn.RNNCell(3, 4, bias=False, nonlinearity="relu"), t(2, 3), t(2, 4))
case("LSTMCell", nn.LSTMCell(3, 4), t(2, 3), t(2, 4), t(2, 4), call=lambda m, x, h, c: m(x, (h, c)))
case("GRUCell", nn.GRUCell(3, 4), t(2, 3), t(2, 4))


def with_lengths(lengths):
    def call(module, x):
        packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        output, state = module(packed)
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
        return (output, *state) if isinstance(state, tuple) else (output, state)

    return call


flat_state = lambda m, *xs: (lambda y, s: (y, *s) if isinstance(s, tuple) else (y, s))(*m(*xs))
case("RNN", nn.RNN(3, 4, batch_first=True), t(2, 5, 3), call=flat_state)
case("RNN relu, two layers, both ways", nn.RNN(2, 3, 2, nonlinearity="relu", bidirectional=True, batch_first=True),
     t(2, 4, 2), t(4, 2, 3), call=flat_state)  # fmt: skip
case("LSTM", nn.LSTM(3, 4, batch_first=True), t(2, 5, 3), t(1, 2, 4), t(1, 2, 4),
     call=lambda m, x, h, c: flat_state(m, x, (h, c)))  # fmt: skip
case("LSTM two layers, both ways, lengths", nn.LSTM(2, 3, 2, bidirectional=True, batch_first=True), t(3, 5, 2),
     call=with_lengths([5, 2, 3]))  # fmt: skip
case("GRU two layers, no bias", nn.GRU(3, 2, 2, bias=False, batch_first=True), t(2, 4, 3), call=flat_state)
case("GRU both ways, lengths", nn.GRU(2, 3, bidirectional=True, batch_first=True), t(3, 4, 2), call=with_lengths([1, 4, 2]))

# Attention
MHA = nn.MultiheadAttention
causal = lambda n: torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
padding = torch.tensor([[False, False, False, True], [False, True, True, True]])
case("MultiheadAttention", MHA(8, 2, batch_first=True), t(2, 3, 8), t(2, 4, 8), t(2, 4, 8), call=lambda m, q, k, v: m(q, k, v))
case("MultiheadAttention causal", MHA(6, 3, bias=False, batch_first=True), t(2, 4, 6),
     call=lambda m, x: m(x, x, x, attn_mask=causal(4), need_weights=False)[0])  # fmt: skip
case("MultiheadAttention other sizes, padding", MHA(4, 2, kdim=3, vdim=5, batch_first=True), t(2, 3, 4), t(2, 4, 3), t(2, 4, 5),
     call=lambda m, q, k, v: m(q, k, v, key_padding_mask=padding, need_weights=False)[0])  # fmt: skip


class SDPA(nn.Module):
    """scaled_dot_product_attention with grouped queries and an additive mask."""

    def forward(self, q, k, v, mask):
        return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)


case("scaledDotProductAttention grouped, masked", SDPA(), t(1, 4, 3, 2), t(1, 2, 5, 2), t(1, 2, 5, 3), t(3, 5))
layer = {"dropout": 0.0, "batch_first": True}
case("TransformerEncoderLayer", nn.TransformerEncoderLayer(4, 2, 6, **layer), t(2, 3, 4))
case("TransformerEncoderLayer gelu, norm first, masked",
     nn.TransformerEncoderLayer(4, 2, 6, activation="gelu", norm_first=True, **layer), t(2, 4, 4),
     call=lambda m, x: m(x, src_mask=causal(4), src_key_padding_mask=padding))  # fmt: skip
case("TransformerDecoderLayer", nn.TransformerDecoderLayer(4, 2, 6, **layer), t(2, 3, 4), t(2, 5, 4),
     call=lambda m, x, y: m(x, y, tgt_mask=causal(3)))  # fmt: skip
case("TransformerDecoderLayer norm first, padding", nn.TransformerDecoderLayer(4, 1, 5, norm_first=True, **layer),
     t(2, 3, 4), t(2, 4, 4), call=lambda m, x, y: m(x, y, memory_key_padding_mask=padding))  # fmt: skip
case("TransformerEncoder",
     nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3, **layer), 2, norm=nn.LayerNorm(4)), t(1, 3, 4))  # fmt: skip
case("TransformerDecoder",
     nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 3, **layer), 2), t(1, 2, 4), t(1, 3, 4))  # fmt: skip
case("Transformer", nn.Transformer(4, 2, 1, 1, 3, **layer), t(1, 3, 4), t(1, 2, 4))

# Parametrisations
case("weightNorm Linear", parametrizations.weight_norm(nn.Linear(3, 2)), t(2, 3))
case("weightNorm Conv2d", parametrizations.weight_norm(nn.Conv2d(2, 3, 2), dim=1), t(1, 2, 3, 3))
case("spectralNorm Linear", parametrizations.spectral_norm(nn.Linear(4, 3)), t(2, 4))
case("spectralNorm Conv2d, 3 iterations", parametrizations.spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=3), t(1, 2, 3, 3))
case("spectralNorm Linear eval", parametrizations.spectral_norm(nn.Linear(4, 3)), t(2, 4), train=False)
case("spectralNorm ConvTranspose1d", parametrizations.spectral_norm(nn.ConvTranspose1d(2, 3, 2)), t(1, 2, 3))


def make(spec, seed):
    size, shape = int(np.prod(spec["shape"])), tuple(spec["shape"])
    if spec["classes"] is not None:
        return torch.from_numpy(labels(size, seed, spec["classes"]).reshape(shape))
    return torch.from_numpy(uniform(shape, seed, spec["scale"], spec["offset"]).astype(np.float64)).requires_grad_()


def flat(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().reshape(-1).tolist()]


def described(spec):
    neutral = {"scale": 1.0, "offset": 0.0, "classes": None}
    return {key: value for key, value in spec.items() if key not in neutral or value != neutral[key]}


def solve(number, name, module, specs, call, train):
    seed = 100 * number
    module.double().train(train)
    state = module.state_dict()
    for i, (key, value) in enumerate(state.items()):
        if value.dtype == torch.float64:
            offset = 1.0 if key.endswith("running_var") else 0.0
            value.copy_(torch.from_numpy(uniform(tuple(value.shape), seed + 10 + i, 0.5, offset).astype(np.float64)))
    inputs = [make(spec, seed + j) for j, spec in enumerate(specs)]
    before = {key: value.clone() for key, value in module.named_buffers()}
    outputs = call(module, *inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    dys = [torch.from_numpy(uniform(tuple(y.shape), seed + 70 + j).astype(np.float64)) for j, y in enumerate(outputs)]
    parameters = dict(module.named_parameters())
    wanted = [x for x in inputs if x.requires_grad] + list(parameters.values())
    found = torch.autograd.grad(outputs, wanted, dys, allow_unused=True)
    found = [torch.zeros_like(x) if g is None else g for x, g in zip(wanted, found)]
    count = len(found) - len(parameters)
    return {
        "name": name,
        "inputs": [described(spec) for spec in specs],
        "state": {key: list(value.shape) for key, value in state.items()},
        "outputs": [{"shape": list(y.shape), "values": flat(y)} for y in outputs],
        "inputGradients": [flat(g) for g in found[:count]],
        "gradients": {key: flat(g) for key, g in zip(parameters, found[count:])},
        "buffers": {key: flat(value) for key, value in module.named_buffers() if not torch.equal(value, before[key])},
    }


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules.json"), "w") as file:
    header = {"script": "modules.py", "torch": torch.__version__, "numpy": np.__version__, "dtype": "float64"}
    file.write('{"header": %s,\n"cases": [\n' % json.dumps(header))
    file.write(",\n".join(json.dumps(solve(k, *one), separators=(",", ":")) for k, one in enumerate(CASES)))
    file.write("\n]}\n")
