"""Convolution, pooling and resampling by torch.nn.functional. Writes spatial.json and spatial.bin."""

import torch.nn.functional as F

from record import Family, real

family = Family("spatial")
CONVOLUTIONS = [F.conv1d, F.conv2d, F.conv3d]
TRANSPOSED = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d]
MAX = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
AVERAGE = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
SHAPES = [(11,), (7, 6), (3, 4, 5)]
BATCH = [2, 2, 1]

for rank in (1, 2, 3):
    size = SHAPES[rank - 1]
    batch = BATCH[rank - 1]
    for k, options in enumerate([{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": 2, "padding": 2, "dilation": 2}, {"padding": "same"}]):
        kernel = (2,) * rank if rank == 3 else (3,) * rank
        x, w = real((batch, 3, *size), 1 + k), real((2, 3, *kernel), 20 + k, 0.5)
        family.case(f"conv{rank}d", lambda _, x, w: CONVOLUTIONS[rank - 1](x, w, **options), [x, w], options, oracle="torch")
    x, w = real((batch, 4, *size), 31), real((4, 2, *kernel), 32, 0.5)
    family.case(f"conv{rank}d", lambda _, x, w: CONVOLUTIONS[rank - 1](x, w, groups=2), [x, w], {"groups": 2}, oracle="torch")
    for k, options in enumerate([{}, {"stride": 2}, {"stride": 2, "padding": 1, "output_padding": 1}, {"dilation": 2, "padding": 1}, {"stride": 3, "groups": 2}]):
        small = tuple(n // 2 for n in size)
        x, w = real((batch, 4, *small), 41 + k), real((4, 2, *((3 if rank < 3 else 2,) * rank)), 51 + k, 0.5)
        named = {("outputPadding" if key == "output_padding" else key): v for key, v in options.items()}
        family.case(f"convTranspose{rank}d", lambda _, x, w: TRANSPOSED[rank - 1](x, w, **options), [x, w], named, oracle="torch")
    for k, options in enumerate([{"kernel": 2}, {"kernel": 3, "stride": 2}, {"kernel": 3, "stride": 2, "padding": 1}, {"kernel": 2, "stride": 2, "ceilMode": True}, {"kernel": 3, "stride": 3, "padding": 1, "ceilMode": True}]):
        x = real((batch, 3, *size), 61 + k)
        torch_options = {"stride": options.get("stride"), "padding": options.get("padding", 0), "ceil_mode": options.get("ceilMode", False)}
        family.case(f"maxPool{rank}d", lambda _, x: MAX[rank - 1](x, options["kernel"], **torch_options), [x], options, oracle="torch")
        for include in (True, False):
            family.case(f"avgPool{rank}d", lambda _, x: AVERAGE[rank - 1](x, options["kernel"], **torch_options, count_include_pad=include), [x], {**options, "countIncludePad": include}, oracle="torch")
    for k, parts in enumerate([1, 2, 3, 4]):
        x = real((batch, 3, *size), 71 + k)
        family.case(f"adaptiveMaxPool{rank}d", lambda _, x: getattr(F, f"adaptive_max_pool{rank}d")(x, parts), [x], {"size": parts}, oracle="torch")
        family.case(f"adaptiveAvgPool{rank}d", lambda _, x: getattr(F, f"adaptive_avg_pool{rank}d")(x, parts), [x], {"size": parts}, oracle="torch")
    modes = {"nearest": "nearest", "nearest-exact": "nearest-exact", "linear": ["linear", "bilinear", "trilinear"][rank - 1]}
    if rank == 2:
        modes["cubic"] = "bicubic"
    for mode, torch_mode in modes.items():
        for target in ([13, 3, 11], [4, 12, 5]):
            for corners in ((False,) if mode.startswith("nearest") else (False, True)):
                x = real((1, 2, *size), 81)
                options = {"size": target[:rank], "mode": mode, **({"alignCorners": True} if corners else {})}
                family.case("interpolate", lambda _, x: F.interpolate(x, target[:rank], mode=torch_mode, **({} if mode.startswith("nearest") else {"align_corners": corners})), [x], options, oracle="torch")

positive = lambda shape, seed: real(shape, seed, 0.5, 1.0)
family.case("lpPool1d", lambda _, x: F.lp_pool1d(x, 2, 3), [positive((2, 3, 11), 91)], {"p": 2, "kernel": 3}, oracle="torch")
family.case("lpPool2d", lambda _, x: F.lp_pool2d(x, 3, 2), [positive((2, 3, 6, 5), 92)], {"p": 3, "kernel": 2}, oracle="torch")
for k, options in enumerate([{}, {"stride": 2}, {"padding": 1}, {"dilation": 2, "padding": 2, "stride": 2}]):
    family.case("unfold", lambda _, x: F.unfold(x, (3, 2), **options), [real((2, 3, 7, 6), 95 + k)], {"kernel": [3, 2], **options}, oracle="torch")
    columns = F.unfold(__import__("torch").tensor(real((2, 3, 7, 6), 95)), (3, 2), **options).shape
    family.case("fold", lambda _, x: F.fold(x, (7, 6), (3, 2), **options), [real(tuple(columns), 105 + k)], {"outputSize": [7, 6], "kernel": [3, 2], **options}, oracle="torch")
family.case("pixelShuffle", lambda _, x: F.pixel_shuffle(x, 2), [real((2, 8, 3, 4), 111)], {"factor": 2}, oracle="torch")
family.case("pixelUnshuffle", lambda _, x: F.pixel_unshuffle(x, 3), [real((2, 2, 6, 9), 112)], {"factor": 3}, oracle="torch")
family.write()
