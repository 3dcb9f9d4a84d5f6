"""Greedy decoding in PyTorch, token by token with a key-value cache of fixed length that is written in place."""

import torch
from pytorch_networks import initialize
from pytorch_stream import sample

nn, F = torch.nn, torch.nn.functional


class Block(nn.Module):
    def __init__(self, w):
        super().__init__()
        width, heads, length = w["width"], w["heads"], w["length"]
        self.norm1, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.register_buffer("keys", torch.zeros(1, heads, length, width // heads))
        self.register_buffer("values", torch.zeros(1, heads, length, width // heads))

    def attend(self, x, position, seen):
        _, heads, _, size = self.keys.shape
        q, k, v = self.qkv(x).view(3, 1, heads, 1, size)
        self.keys.index_copy_(2, position, k)
        self.values.index_copy_(2, position, v)
        mixed = F.scaled_dot_product_attention(q, self.keys, self.values, attn_mask=seen)
        return self.out(mixed.reshape(1, heads * size))

    def forward(self, x, position, seen):
        x = x + self.attend(self.norm1(x), position, seen)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.token = nn.Embedding(w["vocabulary"], w["width"])
        self.position = nn.Embedding(w["length"], w["width"])
        self.blocks = nn.ModuleList(Block(w) for _ in range(w["depth"]))
        self.norm = nn.LayerNorm(w["width"])
        self.register_buffer("places", torch.arange(w["length"]))

    def forward(self, token, position):
        seen = (self.places <= position)[None]
        x = self.token(token) + self.position(position)
        for block in self.blocks:
            x = block(x, position, seen)
        return F.linear(self.norm(x), self.token.weight)


def decode(w, compiled):
    model = initialize(Decoder(w)).eval()
    forward = torch.compile(model) if compiled else model
    state = {"token": torch.zeros(1, dtype=torch.int64), "count": 0}

    @torch.inference_mode()
    def step():
        logits = forward(state["token"], torch.tensor([state["count"] % w["length"]]))
        state.update(token=logits.argmax(-1), count=state["count"] + 1, logits=logits)

    return step, lambda: sample(state["logits"])
