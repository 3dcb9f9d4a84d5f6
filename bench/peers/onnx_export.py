"""Writes an inference workload (JSON on stdin) as an ONNX file (first argument): the PyTorch peer's network with its weights, and
its input beside it, as raw numbers (second argument)."""

import json
import sys

import torch
from pytorch_networks import initialized
from pytorch_stream import INPUT, operand

w = json.load(sys.stdin)
model = initialized(w["layers"]).eval()
x = operand({"shape": [w["batch"], *w["input"]], "below": w.get("vocabulary")}, INPUT)
with torch.inference_mode():
    torch.onnx.export(model, (x,), sys.argv[1], input_names=["x"], output_names=["y"], dynamo=True, external_data=False)
x.numpy().tofile(sys.argv[2])
print(json.dumps({"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape)}))
