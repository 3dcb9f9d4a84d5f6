"""Golden optimizers: 50 steps of each rule from PyTorch in float64, written to optimizers.json.

Run with a Python that has torch:  python test/golden/optimizers.py
The problem is mean((tanh(x W^T + b) V^T - y)^2) with tensors of lcg.py: x (6, 3) seed 1, y (6, 2) seed 2, W (4, 3) seed 3,
b (4,) seed 4, V (2, 4) seed 5, all of scale 1, float32 values in float64. A run holds the loss before each step and the
parameters W, b, V after the last. Lion, LAMB and Muon (which PyTorch has not, or computes in bfloat16) are plain
transcriptions below of the algorithms their papers give; SAM is one over torch.optim.SGD. Schedules hold the learning rate over
its first value for steps 0 to 59.
"""

import json
import math
import os

import numpy as np
import torch
from torch.optim import lr_scheduler, swa_utils

from lcg import uniform

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
STEPS = 50


def tensor(shape, seed):
    return torch.from_numpy(uniform(shape, seed).astype(np.float64))


X, Y = tensor((6, 3), 1), tensor((6, 2), 2)


def start():
    return [tensor(shape, seed).requires_grad_() for shape, seed in (((4, 3), 3), ((4,), 4), ((2, 4), 5))]


def loss_of(params):
    w, b, v = params
    return ((torch.tanh(X @ w.T + b) @ v.T - Y) ** 2).mean()


class Plain(torch.optim.Optimizer):
    """A rule as a function rule(p, g, state, t) -> p over all parameters."""

    def __init__(self, params, rule):
        super().__init__(params, {})
        self.rule, self.t = rule, 0

    @torch.no_grad()
    def step(self, closure=None):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                p.copy_(self.rule(p, p.grad, self.state[p], self.t))


def lion(lr, b1, b2, decay):
    def rule(p, g, state, t):
        m = state.get("m", torch.zeros_like(p))
        update = torch.sign(b1 * m + (1 - b1) * g)
        state["m"] = b2 * m + (1 - b2) * g
        return p - lr * (update + decay * p)

    return rule


def lamb(lr, b1, b2, eps, decay):
    def rule(p, g, state, t):
        m = state["m"] = b1 * state.get("m", torch.zeros_like(p)) + (1 - b1) * g
        v = state["v"] = b2 * state.get("v", torch.zeros_like(p)) + (1 - b2) * g * g
        u = (m / (1 - b1**t)) / (torch.sqrt(v / (1 - b2**t)) + eps) + decay * p
        return p - lr * (p.norm() / u.norm()) * u

    return rule


def muon(lr, momentum, decay, nesterov=True, match=False):
    def rule(p, g, state, t):
        b = state["b"] = momentum * state.get("b", torch.zeros_like(p)) + (1 - momentum) * g
        x = (1 - momentum) * g + momentum * b if nesterov else b
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / x.norm()
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        x = x.T if tall else x
        rows, columns = p.shape
        scale = 0.2 * math.sqrt(max(rows, columns)) if match else math.sqrt(max(1, rows / columns))
        return (1 - lr * decay) * p - lr * scale * x

    return rule


def run(make, after=None, edit=None):
    params = start()
    optimizer, losses = make(params), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(params)
        loss.backward()
        losses.append(loss.item())
        if edit is not None:
            edit(params)
        optimizer.step()
        if after is not None:
            after(params)
    return {"losses": losses, "parameters": [p.detach().reshape(-1).tolist() for p in params]}


def sam(rho):
    params = start()
    optimizer, losses = torch.optim.SGD(params, lr=0.1, momentum=0.9), []
    for _ in range(STEPS):
        loss = loss_of(params)
        ascent = torch.autograd.grad(loss, params)
        norm = torch.cat([g.reshape(-1) for g in ascent]).norm()
        moved = [(p + rho * g / norm).detach().requires_grad_() for p, g in zip(params, ascent)]
        for p, g in zip(params, torch.autograd.grad(loss_of(moved), moved)):
            p.grad = g
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "parameters": [p.detach().reshape(-1).tolist() for p in params]}


def lbfgs(steps, **options):
    params = start()
    optimizer, losses = torch.optim.LBFGS(params, **options), []

    def closure():
        optimizer.zero_grad()
        loss = loss_of(params)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(optimizer.step(closure).item())
    return {"losses": losses, "parameters": [p.detach().reshape(-1).tolist() for p in params]}


def averaged(make):
    model = torch.nn.ParameterList(start())
    average = make(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss_of(list(model)).backward()
        optimizer.step()
        if step % 5 == 4:
            average.update_parameters(model)
    return [p.detach().reshape(-1).tolist() for p in average.module.parameters()]


def max_norm(params):
    with torch.no_grad():
        for p in (params[0], params[2]):
            p.copy_(torch.renorm(p, 2, 0, 0.8))


def add_l1(params):
    for p in params:
        p.grad += 0.01 * torch.sign(p.detach())


def grouped(params):
    return torch.optim.AdamW([{"params": params[:1], "lr": 0.01, "weight_decay": 0.2}, {"params": params[1:]}], lr=0.03)


optim = torch.optim
RUNS = {
    "sgd": lambda: run(lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01)),
    "sgdNesterov": lambda: run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    "sgdMaximize": lambda: run(lambda p: optim.SGD(p, lr=0.01, momentum=0.5, maximize=True)),
    "sgdMaxNorm": lambda: run(lambda p: optim.SGD(p, lr=0.3), after=max_norm),
    "sgdL1": lambda: run(lambda p: optim.SGD(p, lr=0.1), edit=add_l1),
    "sgdClipNorm": lambda: run(lambda p: optim.SGD(p, lr=0.5),
                               edit=lambda p: torch.nn.utils.clip_grad_norm_(p, 0.1)),
    "sgdClipMax": lambda: run(lambda p: optim.SGD(p, lr=0.5),
                              edit=lambda p: torch.nn.utils.clip_grad_norm_(p, 0.05, math.inf)),
    "sgdClipValue": lambda: run(lambda p: optim.SGD(p, lr=0.5),
                                edit=lambda p: torch.nn.utils.clip_grad_value_(p, 0.02)),
    "adam": lambda: run(lambda p: optim.Adam(p, lr=0.05, weight_decay=0.01)),
    "adamAmsgrad": lambda: run(lambda p: optim.Adam(p, lr=0.1, amsgrad=True)),
    "adamW": lambda: run(lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.1)),
    "adamWGroups": lambda: run(grouped),
    "nadam": lambda: run(lambda p: optim.NAdam(p, lr=0.02)),
    "nadamDecoupled": lambda: run(
        lambda p: optim.NAdam(p, lr=0.02, weight_decay=0.1, momentum_decay=0.01, decoupled_weight_decay=True)),
    "adamax": lambda: run(lambda p: optim.Adamax(p, lr=0.05, weight_decay=0.01)),
    "rmsprop": lambda: run(lambda p: optim.RMSprop(p, lr=0.01)),
    "rmspropCentered": lambda: run(
        lambda p: optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.01)),
    "adagrad": lambda: run(lambda p: optim.Adagrad(p, lr=0.2)),
    "adagradDecay": lambda: run(
        lambda p: optim.Adagrad(p, lr=0.2, lr_decay=0.05, initial_accumulator_value=0.1, weight_decay=0.01)),
    "adadelta": lambda: run(lambda p: optim.Adadelta(p, lr=1.0, weight_decay=0.01)),
    "adafactor": lambda: run(lambda p: optim.Adafactor(p, lr=0.01)),
    "adafactorDecay": lambda: run(
        lambda p: optim.Adafactor(p, lr=0.5, beta2_decay=-0.5, eps=(1e-8, 1e-2), d=1.5, weight_decay=0.1)),
    "lion": lambda: run(lambda p: Plain(p, lion(0.01, 0.9, 0.99, 0.1))),
    "lamb": lambda: run(lambda p: Plain(p, lamb(0.02, 0.9, 0.999, 1e-6, 0.01))),
    "muon": lambda: run(lambda p: Plain([p[0], p[2]], muon(0.02, 0.95, 0.1))),
    "muonPlain": lambda: run(lambda p: Plain([p[0], p[2]], muon(0.02, 0.9, 0.0, nesterov=False, match=True))),
    "sam": lambda: sam(0.05),
    "lbfgs": lambda: lbfgs(12, lr=0.5, max_iter=4, history_size=3),
    "lbfgsWolfe": lambda: lbfgs(12, max_iter=4, history_size=5, line_search_fn="strong_wolfe"),
}


def shares(make, steps=60):
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def plateau(metrics, **options):
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    found = []
    for metric in metrics:
        scheduler.step(metric)
        found.append(optimizer.param_groups[0]["lr"])
    return found


S = lr_scheduler
METRICS = [float(f"{value:.6g}") for value in 1 / np.arange(1, 61) ** 0.5 + 0.05 * uniform((60,), 9).astype(np.float64)]
SCHEDULES = {
    "step": lambda o: S.StepLR(o, 7, 0.5),
    "multiStep": lambda o: S.MultiStepLR(o, [10, 25, 40], 0.3),
    "exponential": lambda o: S.ExponentialLR(o, 0.93),
    "constant": lambda o: S.ConstantLR(o, 0.25, 6),
    "linear": lambda o: S.LinearLR(o, 0.1, 0.8, 20),
    "polynomial": lambda o: S.PolynomialLR(o, 45, 0.9),
    "cosine": lambda o: S.CosineAnnealingLR(o, 60, 0.05),
    "cosineRestarts": lambda o: S.CosineAnnealingWarmRestarts(o, 5, 2, 0.02),
    "cosineRestartsEqual": lambda o: S.CosineAnnealingWarmRestarts(o, 8),
    "sequential": lambda o: S.SequentialLR(
        o, [S.LinearLR(o, 0.1, 1.0, 8), S.ExponentialLR(o, 0.9), S.StepLR(o, 5, 0.5)], [8, 30]),
    "chained": lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.1, 4), S.ExponentialLR(o, 0.95)]),
    "oneCycle": lambda o: S.OneCycleLR(o, 1.0, total_steps=60, cycle_momentum=False),
    "oneCycleLinear": lambda o: S.OneCycleLR(
        o, 1.0, total_steps=60, pct_start=0.2, anneal_strategy="linear", div_factor=10, final_div_factor=100,
        cycle_momentum=False),
}  # fmt: skip


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.14g}")


golden = {
    "header": {"script": "optimizers.py", "torch": torch.__version__, "numpy": np.__version__, "dtype": "float64"},
    "runs": {name: rounded(make()) for name, make in RUNS.items()},
    "averages": {
        "ema": rounded(averaged(lambda m: swa_utils.AveragedModel(m, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.8)))),
        "swa": rounded(averaged(lambda m: swa_utils.AveragedModel(m))),
    },
    "schedules": {name: rounded(shares(make)) for name, make in SCHEDULES.items()},
    "plateau": {
        "metrics": METRICS,
        "min": rounded(plateau(METRICS, factor=0.5, patience=2, threshold=0.01)),
        "max": rounded(plateau(METRICS, mode="max", factor=0.1, patience=1, cooldown=3, min_lr=1e-4, threshold_mode="abs")),
    },
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.json"), "w") as file:
    file.write('{"header": %s' % json.dumps(golden.pop("header")))
    for section, content in golden.items():
        lines = ",\n".join('"%s": %s' % (name, json.dumps(one, separators=(",", ":"))) for name, one in content.items())
        file.write(',\n"%s": {\n%s\n}' % (section, lines))
    file.write("}\n")
