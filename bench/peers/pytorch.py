"""The PyTorch peer: builds each workload in plain eager PyTorch, answers the harness in JSON lines (see serve.ts).

Not named torch.py, because a script's own folder comes first on Python's path and `import torch` would find it.
"""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "golden"))

try:
    import torch
    from lcg import labels, uniform
except ImportError as error:
    print(json.dumps({"absent": str(error)}), flush=True)
    sys.exit(0)

F = torch.nn.functional
LEFT, RIGHT, UPSTREAM, PARAMETER, INPUT, TARGET = 1, 2, 3, 10, 1000, 2000
BATCHES, COMPARED, PATIENCE = 16, 5, 4.0


def tensor(shape, seed, scale=1.0):
    return torch.from_numpy(uniform(shape, seed, scale))


def sample(*tensors):
    flat = [t.detach().reshape(-1) for t in tensors]
    return [float(t[i * 1000003 % len(t)]) for t in flat for i in range(16)]


def matmul(w):
    n = w["size"]
    a, b = tensor((n, n), LEFT), tensor((n, n), RIGHT)
    result = []

    @torch.inference_mode()
    def step():
        result[:] = [a @ b]

    return step, lambda: sample(*result)


def conv(w):
    size, out, k = w["side"], w["side"] + 2 * w["padding"] - w["kernel"] + 1, w["kernel"]
    x, weight = tensor((w["batch"], w["from"], size, size), LEFT), tensor((w["to"], w["from"], k, k), RIGHT)
    dy = tensor((w["batch"], w["to"], out, out), UPSTREAM)
    result = []

    @torch.inference_mode()
    def forward():
        result[:] = [F.conv2d(x, weight, padding=w["padding"])]

    def both():
        y = F.conv2d(x, weight, padding=w["padding"])
        result[:] = [y, *torch.autograd.grad(y, [x, weight], dy)]

    if w["backward"]:
        x.requires_grad_(), weight.requires_grad_()
    return both if w["backward"] else forward, lambda: sample(*result)


def build(layers):
    modules, seed = [], PARAMETER
    for layer in layers:
        kind = layer["kind"]
        if kind == "linear":
            module, fan = torch.nn.Linear(layer["from"], layer["to"]), layer["from"]
        elif kind == "conv":
            module = torch.nn.Conv2d(layer["from"], layer["to"], layer["kernel"], padding=layer["padding"])
            fan = layer["from"] * layer["kernel"] ** 2
        else:
            module = {"relu": torch.nn.ReLU, "flatten": torch.nn.Flatten}.get(kind, lambda: torch.nn.MaxPool2d(layer["size"]))()
        modules.append(module)
        for parameter in module.parameters():
            with torch.no_grad():
                parameter.copy_(tensor(tuple(parameter.shape), seed, fan**-0.5))
            seed += 1
    return torch.nn.Sequential(*modules)


def train(w):
    model = build(w["layers"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    batch, outputs, entropy = w["batch"], w["outputs"], w["loss"] == "crossEntropy"
    xs = [tensor((batch, *w["input"]), INPUT + i) for i in range(BATCHES)]
    ys = [
        torch.from_numpy(labels(batch, TARGET + i, outputs)) if entropy else tensor((batch, outputs), TARGET + i)
        for i in range(BATCHES)
    ]
    loss_of = F.cross_entropy if entropy else F.mse_loss
    count = [0]

    def step():
        i = count[0] % BATCHES
        count[0] += 1
        optimizer.zero_grad()
        loss = loss_of(model(xs[i]), ys[i])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, None


def start(step, outputs):
    begin = time.perf_counter()
    last = step()
    first = time.perf_counter() - begin
    if outputs is not None:
        return {"firstStepMs": first * 1e3, "outputs": outputs()}
    losses = [last]
    while len(losses) < COMPARED and first < PATIENCE:
        losses.append(step())
    return {"firstStepMs": first * 1e3, "outputs": losses}


def peak_mib():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return 0.0


def main():
    print(json.dumps({"name": "pytorch", "version": torch.__version__}), flush=True)
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            torch.set_flush_denormal(True)  # before the thread pool starts: its threads inherit the setting
            torch.set_num_threads(request["threads"])
            workload = request["prepare"]
            step, outputs = {"matmul": matmul, "conv": conv, "train": train}[workload["kind"]](workload)
            answer = start(step, outputs)
        elif "step" in request:
            begin = time.perf_counter()
            for _ in range(request["step"]):
                step()
            answer = {"seconds": time.perf_counter() - begin}
        else:
            answer = {"peakMiB": peak_mib()}
        print(json.dumps(answer), flush=True)


main()
