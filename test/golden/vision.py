"""Writes vision.json: transforms of pictures by torchvision. Run from this folder: python vision.py"""
import json
import math
import sys

import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F

from lcg import uniform

SHAPE = (2, 3, 6, 7)
BILINEAR, NEAREST, BICUBIC = InterpolationMode.BILINEAR, InterpolationMode.NEAREST, InterpolationMode.BICUBIC
x = torch.from_numpy(uniform(SHAPE, 1, 0.5, 0.5))
# Whole bytes, as posterize and equalize see them; few levels, so that equalize has something to spread.
levels = (torch.from_numpy(uniform((1, 3, 12, 50), 2, 0.5, 0.5)) ** 3 * 255).round().to(torch.uint8)

cases = []


def case(op, options, output):
    cases.append({"op": op, "options": options, "shape": list(output.shape), "output": [round(v, 6) for v in output.flatten().tolist()]})


for size in ([3, 4], [9, 5], [4, 14]):
    for mode, name in ((BILINEAR, "bilinear"), (BICUBIC, "bicubic")):
        for antialias in (True, False):
            case("resize", {"size": size, "mode": name, "antialias": antialias}, F.resize(x, size, mode, antialias=antialias))
    case("resize", {"size": size, "mode": "nearest", "antialias": False}, F.resize(x, size, NEAREST))
for size in ([4, 4], [3, 5], [9, 8], [5, 11]):
    case("centerCrop", {"size": size}, F.center_crop(x, size))
for angle, translate, scale, shear in ((30, (0, 0), 1.0, (0, 0)), (0, (2, -1), 1.0, (0, 0)), (-70, (1, 2), 0.7, (10, 0)), (15, (0, 0), 1.3, (20, -15))):
    options = {"angle": angle, "x": translate[0], "y": translate[1], "scale": scale, "shearX": shear[0], "shearY": shear[1]}
    for mode, name in ((BILINEAR, "bilinear"), (NEAREST, "nearest")):
        case("affine", {**options, "mode": name}, F.affine(x, angle, list(translate), scale, list(shear), mode))
case("rotate", {"degrees": 40, "mode": "bilinear"}, F.rotate(x, 40, BILINEAR))
# Between pixels torchvision darkens the edge of a fill, weighing what is inside twice; only whole pixels are compared.
case("rotate", {"degrees": 40, "mode": "nearest", "fill": 0.25}, F.rotate(x, 40, NEAREST, fill=[0.25, 0.25, 0.25]))
for factor in (0.0, 0.4, 1.7):
    case("brightness", {"factor": factor}, F.adjust_brightness(x, factor))
    case("contrast", {"factor": factor}, F.adjust_contrast(x, factor))
    case("saturation", {"factor": factor}, F.adjust_saturation(x, factor))
    case("sharpness", {"factor": factor}, F.adjust_sharpness(x, factor))
for turn in (-0.5, 0.1, 0.35):
    case("hue", {"turn": turn}, F.adjust_hue(x, turn))
case("solarize", {"threshold": 0.6}, F.solarize(x, 0.6))
case("autoContrast", {}, F.autocontrast(x * 0.5 + 0.2))
for bits in (1, 4, 7):
    case("posterize", {"bits": bits}, F.posterize(levels[:, :, :2, :9], bits))
case("equalize", {}, F.equalize(levels))
case("normalize", {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]}, F.normalize(x, [0.5, 0.4, 0.3], [0.2, 0.3, 0.4]))

boxes = [[1.0, 1.0, 4.0, 3.0], [0.0, 2.0, 7.0, 6.0], [5.0, 0.0, 6.0, 1.0]]
box = torch.tensor(boxes)
moved = {}
for name, call in {
    "affine": lambda b: F.affine(b, 30, [1, -1], 0.8, [10, 0]),
    "resize": lambda b: F.resize(b, [12, 21]),
    "flip": lambda b: F.horizontal_flip(b),
    "crop": lambda b: F.crop(b, 1, 2, 4, 4),
    # Where pictures are filled up, torchvision rounds boxes the other way than pictures.
    "centerCrop": lambda b: F.center_crop(b, [4, 4]),
}.items():
    moved[name] = call(torchvision.tv_tensors.BoundingBoxes(box, format="XYXY", canvas_size=SHAPE[2:])).tolist()

made = f"python {sys.version.split()[0]}, torch {torch.__version__}, torchvision {torchvision.__version__}"
with open("vision.json", "w") as file:
    json.dump({"made": made, "boxes": boxes, "moved": moved, "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
print(made, len(cases))
