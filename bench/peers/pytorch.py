"""The PyTorch peer: builds each workload, answers the harness in JSON lines (see serve.ts). `pytorch.py compile` puts
networks through torch.compile.

Not named torch.py, because a script's own folder comes first on Python's path and `import torch` would find it.
"""

import json
import sys
import time

try:
    import torch
    from pytorch_decode import decode
    from pytorch_kernels import kernel
    from pytorch_networks import inference, train
    from pytorch_stream import COMPARED, COMPARED_TOKENS, PATIENCE
except ImportError as error:
    print(json.dumps({"absent": str(error)}), flush=True)
    sys.exit(0)

COMPILED = sys.argv[1:] == ["compile"]


def prepare(w):
    if w["kind"] == "kernel":
        if COMPILED:
            raise RuntimeError("single operations run eagerly only")
        return kernel(w)
    return {"train": train, "inference": inference, "decode": decode}[w["kind"]](w, COMPILED)


def start(workload):
    step, outputs = prepare(workload)
    begin = time.perf_counter()
    last = step()
    first = time.perf_counter() - begin
    if workload["kind"] == "decode":
        for _ in range(COMPARED_TOKENS - 1):
            step()
    if outputs is not None:
        return step, {"firstStepMs": first * 1e3, "outputs": outputs()}
    losses = [last]
    while len(losses) < COMPARED and (first < PATIENCE or COMPILED):
        losses.append(step())
    return step, {"firstStepMs": first * 1e3, "outputs": losses}


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
            try:
                step, answer = start(request["prepare"])
            except Exception as error:  # the compiler fails in many ways
                answer = {"cannot": str(error).strip().split("\n")[0]}
        elif "step" in request:
            begin = time.perf_counter()
            for _ in range(request["step"]):
                step()
            answer = {"seconds": time.perf_counter() - begin}
        else:
            answer = {"peakMiB": peak_mib()}
        print(json.dumps(answer), flush=True)


main()
