"""Writes one small checkpoint in each of PyTorch's two file formats, and what torch says is in them.

Run: python checkpoints.py (in this folder). Values are printed as float64, so that every one of them is exact.
"""

import json
from collections import OrderedDict

import torch

torch.manual_seed(7)
layer = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv2d(1, 2, 2), norm=torch.nn.BatchNorm2d(2)))
optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
layer(torch.randn(3, 1, 4, 4)).square().mean().backward()
optimizer.step()

base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
checkpoint = {
    "epoch": 3,
    "loss": 0.25,
    "arch": "tiny",
    "best": None,
    "state_dict": layer.state_dict(),
    "optimizer": optimizer.state_dict(),
    "parameter": torch.nn.Parameter(torch.tensor([1.5, -2.0])),
    "size": torch.Size([2, 3]),
    "views": {
        "whole": base,
        "transposed": base.permute(2, 0, 1),
        "part": base[1, ::2, 1:3],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
    },
    "dtypes": {
        "float64": torch.tensor([1 / 3, -0.0, 1e300], dtype=torch.float64),
        "float16": torch.tensor([1 / 3, 65504, 6e-8, -0.0, 2**-14, -2.5], dtype=torch.float16),
        "bfloat16": torch.tensor([1 / 3, 3e38, -1e-40, 0.0, -2.5], dtype=torch.bfloat16),
        "int64": torch.tensor([-(2**31), 2**31 - 1, 0], dtype=torch.int64),
        "int32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "int16": torch.tensor([[-32768], [32767]], dtype=torch.int16),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
    },
}
torch.save(checkpoint, "checkpoint.pt")
torch.save(checkpoint, "checkpoint-legacy.pt", _use_new_zipfile_serialization=False)

found = {}


def walk(value, name):
    if isinstance(value, torch.Tensor):
        flat = value.detach().to(torch.float64).flatten().tolist()
        found[name] = {"dtype": str(value.dtype), "shape": list(value.shape), "values": flat}
    elif isinstance(value, dict):
        for key, item in value.items():
            walk(item, f"{name}.{key}" if name else str(key))


walk(torch.load("checkpoint.pt"), "")
again, found = found, {}
walk(torch.load("checkpoint-legacy.pt"), "")
assert again == found
with open("checkpoints.json", "w") as file:
    json.dump({"torch": torch.__version__, "tensors": found}, file, separators=(",", ":"))
    file.write("\n")
