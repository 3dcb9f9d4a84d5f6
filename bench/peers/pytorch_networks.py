"""Networks in eager PyTorch from the layers of bench/workloads/layers.ts, or through torch.compile."""

import torch
from pytorch_stream import BATCHES, INPUT, PARAMETER, TARGET, operand, sample

nn, F = torch.nn, torch.nn.functional


class Apply(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = build(body), build(shortcut)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Tokens(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.token = nn.Embedding(layer["vocabulary"], layer["width"])
        self.position = nn.Embedding(layer["length"], layer["width"])

    def forward(self, ids):
        return self.token(ids) + self.position.weight


class Block(nn.Module):
    def __init__(self, layer):
        super().__init__()
        width = layer["width"]
        self.heads, self.causal, self.norm_first = layer["heads"], layer["causal"], layer["normFirst"]
        self.norm1, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x):
        b, t, width = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out(mixed.transpose(1, 2).reshape(b, t, width))

    def widen(self, x):
        return self.down(F.gelu(self.up(x)))

    def forward(self, x):
        if self.norm_first:
            x = x + self.attend(self.norm1(x))
            return x + self.widen(self.norm2(x))
        x = self.norm1(x + self.attend(x))
        return self.norm2(x + self.widen(x))


class LastHidden(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.lstm = nn.LSTM(layer["from"], layer["to"], batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0][:, -1]


LAYERS = {
    "linear": lambda l: nn.Linear(l["from"], l["to"]),
    "conv": lambda l: nn.Conv2d(
        l["from"], l["to"], l["kernel"], l.get("stride", 1), l["padding"], groups=l.get("groups", 1), bias=l.get("bias", True)
    ),
    "convTranspose": lambda l: nn.ConvTranspose2d(
        l["from"], l["to"], l["kernel"], l["stride"], l["padding"], bias=l.get("bias", True)
    ),
    "batchNorm": lambda l: nn.BatchNorm2d(l["features"]),
    "layerNorm": lambda l: nn.LayerNorm(l["width"]),
    "maxPool": lambda l: nn.MaxPool2d(l["size"], l.get("stride"), l.get("padding", 0)),
    "relu": lambda l: nn.ReLU(),
    "relu6": lambda l: nn.ReLU6(),
    "gelu": lambda l: nn.GELU(),
    "tanh": lambda l: nn.Tanh(),
    "sigmoid": lambda l: nn.Sigmoid(),
    "flatten": lambda l: nn.Flatten(),
    "globalAvgPool": lambda l: Apply(lambda x: x.mean((2, 3))),
    "reshape": lambda l: Apply(lambda x: x.reshape(-1, *l["shape"])),
    "residual": lambda l: Residual(l["body"], l["shortcut"]),
    "tokens": Tokens,
    "transformer": Block,
    "lstm": LastHidden,
}


def build(layers):
    return nn.Sequential(*[LAYERS[layer["kind"]](layer) for layer in layers])


def initialized(layers):
    return initialize(build(layers))


def initialize(model):
    """Weights by the shared rule (weightScale in layers.ts); biases are zeros, norms keep their ones and zeros."""
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            fan = 1
            for n in parameter.shape[1:]:
                fan *= n
            if parameter.dim() > 1:
                parameter.copy_(operand({"shape": parameter.shape}, PARAMETER + i, (6 / fan) ** 0.5))
        for name, parameter in model.named_parameters():
            if "bias" in name:
                parameter.zero_()
    return model


def train(w, compiled):
    model = initialized(w["layers"])
    make = {
        "adam": lambda p: torch.optim.Adam(p, lr=w["lr"]),
        "adamw": lambda p: torch.optim.AdamW(p, lr=w["lr"]),
        "sgd": lambda p: torch.optim.SGD(p, lr=w["lr"], momentum=0.9),
    }
    optimizer = make[w["optimizer"]](model.parameters())
    entropy, classes = w["loss"] == "crossEntropy", w.get("classes")
    xs = [operand({"shape": [w["batch"], *w["input"]], "below": w.get("vocabulary")}, INPUT + i) for i in range(BATCHES)]
    ys = [operand({"shape": [w["batch"], *w["target"]], "below": classes}, TARGET + i) for i in range(BATCHES)]

    def cost(x, y):
        guess = model(x)
        return F.cross_entropy(guess.reshape(-1, classes), y.reshape(-1)) if entropy else F.mse_loss(guess, y)

    if compiled:
        cost = torch.compile(cost)
    count = [0]

    def step():
        i = count[0] % BATCHES
        count[0] += 1
        optimizer.zero_grad()
        loss = cost(xs[i], ys[i])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, None


def inference(w, compiled):
    model = initialized(w["layers"]).eval()
    x = operand({"shape": [w["batch"], *w["input"]], "below": w.get("vocabulary")}, INPUT)
    forward = torch.compile(model) if compiled else model
    result = []

    @torch.inference_mode()
    def step():
        result[:] = [forward(x)]

    return step, lambda: sample(*result)
