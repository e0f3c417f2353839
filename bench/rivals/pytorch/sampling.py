"""One character after the other: with PyTorch's own layers, or an LSTM of matrix-vector products by hand."""

import networks
import torch
from torch.nn import functional


class OwnLayers:
    def __init__(self, task, hidden):
        self.net = networks.Net(task, hidden).eval()
        self.state = None

    def load(self, twin):
        self.net.load(twin)

    def logits(self, token):
        x = functional.one_hot(token, self.net.symbols).float().view(1, 1, -1)
        y, self.state = self.net.recurrent.stack(x, self.state)
        return self.net.head(y[0, 0])


class ByHand:
    """The first layer looks its input product up; no product is a product of matrices."""

    def __init__(self, task, hidden):
        layers, symbols = task["configuration"]["layers"], task["symbols"]
        sizes = [symbols] + [hidden] * (layers - 1)
        bound = hidden**-0.5
        weight = lambda *shape: torch.empty(*shape).uniform_(-bound, bound)
        self.x = [weight(4 * hidden, size) for size in sizes]
        self.h = [weight(4 * hidden, hidden) for _ in sizes]
        self.b = [weight(4 * hidden) for _ in sizes]
        self.head = weight(symbols, hidden), weight(symbols)
        self.pack(hidden)

    def load(self, twin):
        for name in ("x", "h", "b"):
            for own, layer in zip(getattr(self, name), twin["layers"]):
                networks.fill(own, layer[name])
        for own, name in zip(self.head, ("x", "b")):
            networks.fill(own, twin["head"][name])
        self.pack(twin["hidden"])

    def pack(self, hidden):
        self.table = (self.x[0] + self.b[0][:, None]).t().contiguous()
        self.above = [torch.cat((x, h), 1) for x, h in zip(self.x[1:], self.h[1:])]
        self.states = [(torch.zeros(hidden), torch.zeros(hidden)) for _ in self.x]

    def logits(self, token):
        y = None
        for index, (h, c) in enumerate(self.states):
            if index == 0:
                z = torch.addmv(self.table[token[0]], self.h[0], h)
            else:
                z = torch.addmv(self.b[index], self.above[index - 1], torch.cat((y, h)))
            i, f, g, o = z.chunk(4)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            y = torch.sigmoid(o) * torch.tanh(c)
            self.states[index] = (y, c)
        return torch.addmv(self.head[1], self.head[0], y)


MODELS = {"layers": OwnLayers, "hand": ByHand}


class Sampling:
    detail = None
    characters = 50

    def __init__(self, task):
        self.model = MODELS[task["module"]](task, task["configuration"]["hidden"])
        self.token = torch.zeros(1, dtype=torch.long)

    @torch.inference_mode()
    def step(self):
        for _ in range(self.characters):
            probabilities = functional.softmax(self.model.logits(self.token), 0)
            self.token = torch.multinomial(probabilities, 1)
            self.token.item()

    @staticmethod
    @torch.inference_mode()
    def twin(task, twin):
        model = MODELS[task["module"]](task, twin["hidden"])
        model.load(twin)
        token = torch.tensor(twin["tokens"])
        return [value for _ in range(twin["windows"]) for value in model.logits(token).tolist()]
