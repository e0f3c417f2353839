"""Recurrent layers as loops over time: how one writes a cell that PyTorch does not have."""

from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def uniform(hidden, *shape):
    bound = hidden**-0.5
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class Loop(nn.Module):
    """The loop; `hoisted`: the products of the inputs of all steps are one product before it."""

    hoisted: torch.jit.Final[bool]
    hidden: torch.jit.Final[int]

    def __init__(self, inputs, hidden, gates, hoisted):
        super().__init__()
        self.hoisted = hoisted
        self.hidden = hidden
        self.x = uniform(hidden, gates * hidden, inputs)
        self.h = uniform(hidden, gates * hidden, hidden)
        self.b = uniform(hidden, gates * hidden)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.size(1), self.hidden)
        c = torch.zeros(x.size(1), self.hidden)
        weights = self.h.t()
        rows = functional.linear(x, self.x, self.b) if self.hoisted else x
        outputs: List[Tensor] = []
        for row in rows.unbind(0):
            z = row if self.hoisted else functional.linear(row, self.x, self.b)
            h, c = self.step(z, h, c, weights)
            outputs.append(h)
        return torch.stack(outputs)


class Lstm(Loop):
    def __init__(self, inputs, hidden, hoisted):
        super().__init__(inputs, hidden, 4, hoisted)

    def step(self, z: Tensor, h: Tensor, c: Tensor, weights: Tensor) -> Tuple[Tensor, Tensor]:
        i, f, g, o = torch.addmm(z, h, weights).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class PeepholeLstm(Loop):
    def __init__(self, inputs, hidden, hoisted):
        super().__init__(inputs, hidden, 4, hoisted)
        self.p = uniform(hidden, 3, hidden)

    def step(self, z: Tensor, h: Tensor, c: Tensor, weights: Tensor) -> Tuple[Tensor, Tensor]:
        i, f, g, o = torch.addmm(z, h, weights).chunk(4, 1)
        i = torch.sigmoid(i + self.p[0] * c)
        f = torch.sigmoid(f + self.p[1] * c)
        c = f * c + i * torch.tanh(g)
        return torch.sigmoid(o + self.p[2] * c) * torch.tanh(c), c


class Gru(Loop):
    def __init__(self, inputs, hidden, hoisted):
        super().__init__(inputs, hidden, 3, hoisted)
        self.d = uniform(hidden, hidden)

    def step(self, z: Tensor, h: Tensor, c: Tensor, weights: Tensor) -> Tuple[Tensor, Tensor]:
        zr, zz, zn = z.chunk(3, 1)
        hr, hz, hn = torch.mm(h, weights).chunk(3, 1)
        n = torch.tanh(zn + torch.sigmoid(zr + hr) * (hn + self.d))
        return n + torch.sigmoid(zz + hz) * (h - n), c


LOOPS = {"lstm": Lstm, "peephole_lstm": PeepholeLstm, "gru": Gru}
