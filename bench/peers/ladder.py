"""PyTorch's side of the kernel ladder: JSON lines in and out. {"torch": expression, "shapes": ..., "threads": n} sets up, {"step": n} times."""

import json
import sys
import time

try:
    import torch
except ImportError as error:
    print(json.dumps({"absent": str(error)}), flush=True)
    sys.exit(0)

F = torch.nn.functional
print(json.dumps({"name": "pytorch", "version": torch.__version__}), flush=True)
step, clock = None, time.perf_counter
for line in sys.stdin:
    request = json.loads(line)
    if "torch" in request:
        torch.set_flush_denormal(True)
        torch.set_num_threads(request["threads"])
        clock = time.process_time if request["cpu"] else time.perf_counter
        torch.manual_seed(0)
        x = [torch.rand(shape) - 0.5 for shape in request["shapes"]]
        step = eval("lambda: " + request["torch"], {"torch": torch, "F": F, "x": x})
        with torch.inference_mode():
            step()
        print(json.dumps({"ready": True}), flush=True)
    else:
        with torch.inference_mode():
            begin = clock()
            for _ in range(request["step"]):
                step()
            seconds = clock() - begin
        print(json.dumps({"seconds": seconds}), flush=True)
