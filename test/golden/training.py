"""Golden first steps of training: writes training.json from PyTorch in float32.

Run with a Python that has torch:  python test/golden/training.py
Data and weights come from lcg.py (lcg.ts is its twin): input seed 1000 + batch, target seed 2000 + batch, parameter i
(weight, bias, layer by layer) seed 10 + i with scale 1/sqrt(fan in). Step k (from 0) uses batch k mod 4.
A checksum is the sum and the sum of magnitudes of a parameter, added in float64 after step 10.
"""

import json
import os

import numpy as np
import torch

from lcg import labels, uniform

F = torch.nn.functional
STEPS, BATCHES = 10, 4
torch.set_num_threads(1)


def mlp():
    nn = torch.nn
    return nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


def cnn():
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # (8, 1, 12, 12) -> (8, 4, 6, 6)
        nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(),  # -> (8, 8, 3, 3) -> (8, 72)
        nn.Linear(72, 10),
    )  # fmt: skip


MODELS = {
    "mlp": {"build": mlp, "input": [64, 4], "loss": "mse", "outputs": 2},
    "cnn": {"build": cnn, "input": [8, 1, 12, 12], "loss": "crossEntropy", "outputs": 10},
}

OPTIMIZERS = {
    "sgdMomentum": ({"lr": 0.05, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "sgdNesterov": (
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "adam": ({"lr": 0.001}, lambda p: torch.optim.Adam(p, lr=0.001)),
    "adamW": ({"lr": 0.001, "weightDecay": 0.01}, lambda p: torch.optim.AdamW(p, lr=0.001, weight_decay=0.01)),
}


def load(model):
    seed = 10
    for module in model:
        for parameter in module.parameters():
            fan = module.weight[0].numel()
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(uniform(tuple(parameter.shape), seed, fan**-0.5)))
            seed += 1


def batches(spec):
    size, outputs = spec["input"][0], spec["outputs"]
    for i in range(BATCHES):
        y = labels(size, 2000 + i, outputs) if spec["loss"] == "crossEntropy" else uniform((size, outputs), 2000 + i)
        yield torch.from_numpy(uniform(tuple(spec["input"]), 1000 + i)), torch.from_numpy(y)


def rounded(value):
    return float(f"{value:.9g}")


def run(spec, make):
    model = spec["build"]()
    load(model)
    optimizer, data, losses = make(model.parameters()), list(batches(spec)), []
    loss_of = F.cross_entropy if spec["loss"] == "crossEntropy" else F.mse_loss
    for step in range(STEPS):
        x, y = data[step % BATCHES]
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(rounded(loss.item()))
    sums = {
        name: {"sum": rounded(p.double().sum().item()), "magnitude": rounded(p.double().abs().sum().item())}
        for name, p in model.named_parameters()
    }
    return {"losses": losses, "checksums": sums}


golden = {
    "header": {"script": "training.py", "torch": torch.__version__, "numpy": np.__version__, "dtype": "float32"},
    "models": {
        name: {
            "input": spec["input"],
            "outputs": spec["outputs"],
            "loss": spec["loss"],
            "runs": {kind: {"options": options, **run(spec, make)} for kind, (options, make) in OPTIMIZERS.items()},
        }
        for name, spec in MODELS.items()
    },
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "training.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
