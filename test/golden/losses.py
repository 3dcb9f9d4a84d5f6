"""Golden losses: values and gradients from PyTorch in float64, written to losses.json.

Run with a Python that has torch:  python test/golden/losses.py
Case number k has seed 100 k; input j is `uniform(shape, seed + j, scale, offset)` or `labels(size, seed + j, classes)` of lcg.py, int32;
`signs` makes 2 u - 1 of labels of two classes. The output meets the gradient `uniform(shape, seed + 70)`; `gradients` are of the inputs
that are floats and not `fixed`. contrastive, focal, dice and hinge, which torch.nn has not, are written out below. CTC takes
batches first, as Fathom does. Everything is flat, row-major, rounded to 9 significant digits.
"""

import json
import os
import warnings

import numpy as np
import torch

from lcg import labels, uniform

warnings.filterwarnings("ignore")
F = torch.nn.functional
torch.set_default_dtype(torch.float64)
CASES = []


def t(*shape, scale=1.0, offset=0.0, classes=None, fixed=False, signs=False):
    return {"shape": list(shape), "scale": scale, "offset": offset, "classes": classes, "fixed": fixed, "signs": signs}


def case(name, compute, *inputs):
    CASES.append((name, compute, inputs))


P = {"scale": 0.49, "offset": 0.5}  # probabilities
X, Y = t(5, 4, scale=2.0), t(5, 4, scale=2.0)
S = t(5, 4, classes=2, signs=True)
CLASS_WEIGHTS = torch.tensor([0.5, 1.0, 2.0, 0.25, 1.5, 1.0])
L, N = t(6, 6, scale=4.0), t(6, classes=6)

for reduction in ("mean", "sum", "none"):
    case(f"l1 {reduction}", lambda x, y, r=reduction: F.l1_loss(x, y, reduction=r), X, Y)
case("smoothL1", F.smooth_l1_loss, X, Y)
case("smoothL1 0.3", lambda x, y: F.smooth_l1_loss(x, y, beta=0.3), X, Y)
case("huber", F.huber_loss, X, Y)
case("huber 0.5", lambda x, y: F.huber_loss(x, y, delta=0.5), X, Y)
case("gaussianNll", F.gaussian_nll_loss, X, Y, t(5, 4, **P))
case("gaussianNll full", lambda x, y, v: F.gaussian_nll_loss(x, y, v, full=True, eps=1e-3, reduction="sum"), X, Y, t(5, 4, **P))
case("poissonNll", F.poisson_nll_loss, X, t(5, 4, classes=6, fixed=True))
case("poissonNll full", lambda x, y: F.poisson_nll_loss(x, y, log_input=False, full=True), t(5, 4, **P), t(5, 4, classes=6))

for reduction in ("mean", "sum", "none"):
    case(f"crossEntropy weights {reduction}",
         lambda x, y, r=reduction: F.cross_entropy(x, y, weight=CLASS_WEIGHTS, reduction=r), L, N)  # fmt: skip
case("crossEntropy ignored", lambda x, y: F.cross_entropy(x, y, ignore_index=2), L, N)
case("crossEntropy ignored, weights, smoothing",
     lambda x, y: F.cross_entropy(x, y, weight=CLASS_WEIGHTS, ignore_index=2, label_smoothing=0.2), L, N)  # fmt: skip
case("crossEntropy ignored, none", lambda x, y: F.cross_entropy(x, y, ignore_index=2, reduction="none"), L, N)
soft = lambda y: torch.softmax(y, -1)
case("crossEntropy soft", lambda x, y: F.cross_entropy(x, soft(y)), L, t(6, 6, fixed=True))
case("crossEntropy soft, weights, smoothing",
     lambda x, y: F.cross_entropy(x, soft(y), weight=CLASS_WEIGHTS, label_smoothing=0.1), L, t(6, 6, fixed=True))  # fmt: skip
case("crossEntropy sequences", lambda x, y: F.cross_entropy(x.transpose(1, 2), y, label_smoothing=0.1), t(2, 3, 5), t(2, 3, classes=5))
case("nll", lambda x, y: F.nll_loss(F.log_softmax(x, -1), y), L, N)
case("nll weights, ignored", lambda x, y: F.nll_loss(F.log_softmax(x, -1), y, weight=CLASS_WEIGHTS, ignore_index=1), L, N)
case("bce", F.binary_cross_entropy, t(5, 4, **P), t(5, 4, fixed=True, **P))
case("bce weights, sum", lambda x, y, w: F.binary_cross_entropy(x, y, weight=w, reduction="sum"),
     t(5, 4, **P), t(5, 4, fixed=True, **P), t(4, fixed=True, **P))  # fmt: skip
case("bceWithLogits weights", lambda x, y, w, p: F.binary_cross_entropy_with_logits(x, y, weight=w, pos_weight=p),
     X, t(5, 4, fixed=True, **P), t(4, fixed=True, **P), t(4, offset=2.0, fixed=True))  # fmt: skip
case("kl", lambda x, y: F.kl_div(F.log_softmax(x, -1), soft(y)), X, t(5, 4, fixed=True))
case("kl logarithms, sum", lambda x, y: F.kl_div(F.log_softmax(x, -1), F.log_softmax(y, -1), log_target=True, reduction="sum"),
     X, t(5, 4, fixed=True))  # fmt: skip


def focal(x, y, gamma=2.0, alpha=0.25):
    ce = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    p = torch.sigmoid(x)
    pt = p * y + (1 - p) * (1 - y)
    weight = 1.0 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
    return (weight * (1 - pt) ** gamma * ce).mean()


def dice(p, y, smooth=1.0):
    p, y = p.flatten(1), y.flatten(1)
    return (1 - (2 * (p * y).sum(1) + smooth) / (p.sum(1) + y.sum(1) + smooth)).mean()


def contrastive(a, b, same, margin=1.0):
    d = F.pairwise_distance(a, b)
    return torch.where(same == 1, 0.5 * d**2, 0.5 * torch.clamp(margin - d, min=0) ** 2).mean()


case("focal", focal, X, t(5, 4, classes=2))
case("focal 1.5, plain", lambda x, y: focal(x, y, 1.5, None), X, t(5, 4, fixed=True, **P))
case("dice", dice, t(2, 3, 4, **P), t(2, 3, 4, classes=2))
case("hinge", lambda x, y: torch.clamp(1 - x * y, min=0).mean(), X, S)
case("hingeEmbedding", lambda x, y: F.hinge_embedding_loss(x, y, margin=1.5), X, S)
case("marginRanking", lambda a, b, y: F.margin_ranking_loss(a, b, y, margin=0.3), X, Y, S)
case("multiMargin", F.multi_margin_loss, L, N)
A, B, C = t(5, 3, scale=2.0), t(5, 3, scale=2.0), t(5, 3, scale=2.0)
case("tripletMargin", F.triplet_margin_loss, A, B, C)
case("tripletMargin swap, norm 1", lambda a, b, c: F.triplet_margin_loss(a, b, c, margin=2.0, p=1, swap=True), A, B, C)
case("contrastive", lambda a, b, y: contrastive(a, b, y, 3.0), A, B, t(5, classes=2))
case("cosineEmbedding", lambda a, b, y: F.cosine_embedding_loss(a, b, y, margin=0.1), A, B, t(5, classes=2, signs=True))


def ctc(x, y, inputs=None, targets=None, **options):
    batch, steps, _ = x.shape
    inputs = torch.full((batch,), steps) if inputs is None else torch.tensor(inputs)
    targets = torch.full((batch,), y.shape[1]) if targets is None else torch.tensor(targets)
    return F.ctc_loss(F.log_softmax(x, -1).transpose(0, 1), y, inputs, targets, **options)


case("ctc", lambda x, y: ctc(x, y + 1), t(3, 8, 5, scale=3.0), t(3, 3, classes=4))
case("ctc lengths, sum", lambda x, y: ctc(x, y + 1, [8, 5, 6], [3, 1, 2], reduction="sum"), t(3, 8, 5, scale=3.0), t(3, 3, classes=4))
case("ctc other blank, none", lambda x, y: ctc(x, y, blank=3, reduction="none"), t(2, 9, 4), t(2, 4, classes=3))
case("ctc impossible", lambda x, y: ctc(x, y + 1, [2, 6], [3, 3], zero_infinity=True), t(2, 6, 4), t(2, 3, classes=3))


def make(spec, seed):
    size, shape = int(np.prod(spec["shape"])), tuple(spec["shape"])
    if spec["classes"] is not None:
        found = torch.from_numpy(labels(size, seed, spec["classes"]).reshape(shape))
        return 2 * found.double() - 1 if spec["signs"] else found
    made = torch.from_numpy(uniform(shape, seed, spec["scale"], spec["offset"]).astype(np.float64))
    return made.requires_grad_(not spec["fixed"])


def flat(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def described(spec):
    neutral = {"scale": 1.0, "offset": 0.0, "classes": None, "fixed": False, "signs": False}
    return {key: value for key, value in spec.items() if key not in neutral or value != neutral[key]}


def solve(number, name, compute, specs):
    seed = 100 * number
    inputs = [make(spec, seed + j) for j, spec in enumerate(specs)]
    y = compute(*[x.double() if x.dtype == torch.int64 and name.startswith(("focal", "dice", "poisson")) else x for x in inputs])
    dy = torch.from_numpy(uniform(tuple(y.shape), seed + 70).astype(np.float64))
    found = torch.autograd.grad(y, [x for x in inputs if x.requires_grad], dy)
    return {
        "name": name,
        "inputs": [described(spec) for spec in specs],
        "shape": list(y.shape),
        "values": flat(y),
        "gradients": [flat(g) for g in found],
    }


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json"), "w") as file:
    header = {"script": "losses.py", "torch": torch.__version__, "numpy": np.__version__, "dtype": "float64"}
    file.write('{"header": %s,\n"cases": [\n' % json.dumps(header))
    file.write(",\n".join(json.dumps(solve(k, *one), separators=(",", ":")) for k, one in enumerate(CASES)))
    file.write("\n]}\n")
