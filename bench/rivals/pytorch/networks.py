"""Networks of the next token: recurrent layers and a dense layer, with PyTorch's own layers or with loops."""

import loops
import torch
from torch import nn
from torch.nn import functional

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class OwnLayers(nn.Module):
    """PyTorch's own stack of recurrent layers."""

    def __init__(self, task, hidden):
        super().__init__()
        self.stack = LAYERS[task["cell"]](task["symbols"], hidden, task["configuration"]["layers"])

    def forward(self, x):
        return self.stack(x)[0]

    def load(self, layers):
        for index, layer in enumerate(layers):
            d = layer["d"]
            inside = [0.0] * (len(layer["b"]) - len(d)) + d
            fill(getattr(self.stack, f"weight_ih_l{index}"), layer["x"])
            fill(getattr(self.stack, f"weight_hh_l{index}"), layer["h"])
            fill(getattr(self.stack, f"bias_ih_l{index}"), layer["b"])
            fill(getattr(self.stack, f"bias_hh_l{index}"), inside)


class LoopLayers(nn.Module):
    """Layers that are loops."""

    def __init__(self, task, hidden):
        super().__init__()
        loop = loops.LOOPS[task["cell"]]
        sizes = [task["symbols"]] + [hidden] * task["configuration"]["layers"]
        made = [loop(inputs, hidden, task["hoisted"]) for inputs in sizes[:-1]]
        self.layers = nn.ModuleList(torch.jit.script(layer) if task["scripted"] else layer for layer in made)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def load(self, layers):
        for loop, layer in zip(self.layers, layers):
            for name, parameter in loop.named_parameters():
                fill(parameter, layer[name])


class Net(nn.Module):
    def __init__(self, task, hidden):
        super().__init__()
        self.symbols = task["symbols"]
        self.recurrent = (OwnLayers if task["module"] == "layers" else LoopLayers)(task, hidden)
        self.head = nn.Linear(hidden, self.symbols)

    def forward(self, tokens):
        return self.head(self.recurrent(functional.one_hot(tokens, self.symbols).float()))

    def load(self, twin):
        self.recurrent.load(twin["layers"])
        fill(self.head.weight, twin["head"]["x"])
        fill(self.head.bias, twin["head"]["b"])


def fill(parameter, values):
    with torch.no_grad():
        parameter.copy_(torch.tensor(values).view_as(parameter))


def window(twin, name):
    return torch.tensor(twin[name]).view(twin["steps"], twin["rows"])
