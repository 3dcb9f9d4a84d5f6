"""
Quantises the weights of model.json with TensorFlow.js's own converter (its modules alone: the package asks for TensorFlow) and writes
what they decode to.
    python quantised.py FOLDER_OF_THE_UNPACKED_WHEEL
"""
import importlib
import json
import os
import sys
import types

import numpy as np

package = types.ModuleType("tensorflowjs")
package.__path__ = [os.path.join(sys.argv[1], "tensorflowjs")]
sys.modules["tensorflowjs"] = package
# All that these modules want of TensorFlow is to open files.
tensorflow = types.ModuleType("tensorflow")
tensorflow.io = types.SimpleNamespace(gfile=types.SimpleNamespace(GFile=open))
sys.modules["tensorflow"] = tensorflow
write_weights = importlib.import_module("tensorflowjs.write_weights")
read_weights = importlib.import_module("tensorflowjs.read_weights")
version = importlib.import_module("tensorflowjs.version").version
print("tensorflowjs", version, "numpy", np.__version__, file=sys.stderr)

with open("model.json") as file:
    model = json.load(file)
groups = read_weights.read_weights(model["weightsManifest"], ".")
golden = {}
for kind in ("uint8", "uint16", "float16"):
    os.makedirs(kind, exist_ok=True)
    manifest = write_weights.write_weights(groups, kind, quantization_dtype_map={kind: "*"}, write_manifest=False)
    with open(f"{kind}/model.json", "w") as out:
        json.dump({**model, "weightsManifest": manifest}, out)
    decoded = read_weights.read_weights(manifest, kind)
    golden[kind] = {w["name"]: np.asarray(w["data"], "f8").ravel().tolist() for group in decoded for w in group}
with open("quantised.json", "w") as out:
    json.dump({"tensorflowjs": version, "numpy": np.__version__, "weights": golden}, out)
