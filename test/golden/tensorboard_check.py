"""Has the real TensorBoard read tensorboard.tfevents, which events.test.ts writes again byte for byte, and checks all that it finds.
Run from this folder: python tensorboard_check.py [FILE]"""
import io
import shutil
import sys
import tempfile

import numpy as np
import tensorboard
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

file = sys.argv[1] if len(sys.argv) > 1 else "tensorboard.tfevents"
folder = tempfile.mkdtemp()
shutil.copy(file, f"{folder}/events.out.tfevents.1700000000.fathom.0")
board = EventAccumulator(folder, size_guidance={"histograms": 0, "images": 0, "tensors": 0}, purge_orphaned_data=False)
board.Reload()
tags = board.Tags()
assert set(tags["scalars"]) == {"loss", "train/loss", "train/accuracy"}, tags
loss = board.Scalars("loss")[0]
assert (loss.value, loss.step, loss.wall_time) == (0.5, 3, 1_700_000_000.25), loss
assert board.Scalars("train/loss")[0].step == 2**40 and np.isnan(board.Scalars("train/accuracy")[0].value)
weights = board.Histograms("weights")[0].histogram_value
assert (weights.min, weights.max, weights.num, weights.sum) == (-1.5, 3, 5, 2), weights
assert sum(weights.bucket) == 5 and len(weights.bucket) == len(weights.bucket_limit)
assert list(weights.bucket_limit) == sorted(weights.bucket_limit) and weights.sum_squares == 2.25 + 0.125 + 9
assert board.Histograms("nothing")[0].histogram_value.num == 0
grey = board.Images("grey")[0]
assert (grey.width, grey.height) == (2, 2)
assert np.array(Image.open(io.BytesIO(grey.encoded_image_string))).tolist() == [[0, 128], [255, 64]]
assert np.array(Image.open(io.BytesIO(board.Images("red")[0].encoded_image_string))).tolist() == [[[255, 0, 0]]]
note = board.Tensors("note")[0].tensor_proto
assert note.string_val[0].decode() == "**ünï**", note
assert board.summary_metadata["note"].plugin_data.plugin_name == "text"
graph = board.Graph()
names = {node.name: node for node in graph.node}
assert {"x", "layer/weight"} <= set(names), list(names)
assert all(source in names for node in graph.node for source in node.input)
assert names["x"].attr["shape"].s == b"(1, 2)"
print(f"read by tensorboard {tensorboard.__version__}, python {sys.version.split()[0]}: {len(graph.node)} nodes, {tags['scalars']}")
