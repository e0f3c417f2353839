"""Trains a model of the next token with PyTorch's own layers; speaks the protocol of bench/protocol.ts.

The argument is JSON: module (LSTM or GRU), symbols, layers, hidden, batch, steps, threads.
"""

import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Net(nn.Module):
    def __init__(self, module, symbols, hidden, layers):
        super().__init__()
        self.symbols = symbols
        self.recurrent = getattr(nn, module)(symbols, hidden, layers)
        self.head = nn.Linear(hidden, symbols)

    def forward(self, tokens):
        hidden, _ = self.recurrent(functional.one_hot(tokens, self.symbols).float())
        return self.head(hidden)


class Training:
    """Forward, backward, clipping and Adam on one window of random tokens."""

    def __init__(self, task):
        torch.manual_seed(1)
        self.symbols = task["symbols"]
        self.net = Net(task["module"], self.symbols, task["hidden"], task["layers"])
        shape = (task["steps"], task["batch"])
        self.tokens = torch.randint(0, self.symbols, shape)
        self.targets = torch.randint(0, self.symbols, shape)
        self.choose(foreach=False)

    def choose(self, foreach):
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, foreach=foreach)

    def step(self):
        self.adam.zero_grad(set_to_none=True)
        logits = self.net(self.tokens).view(-1, self.symbols)
        loss = functional.cross_entropy(logits, self.targets.view(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.adam.step()
        return loss.item()


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_of(work, count):
    return min(timed(work) for _ in range(count))


def choose_faster_adam(training):
    """PyTorch has two ways to write Adam; which is faster depends on the sizes."""
    seconds = {}
    for foreach in (False, True):
        training.choose(foreach)
        training.step()
        seconds[foreach] = best_of(training.step, 3)
    faster = min(seconds, key=seconds.get)
    training.choose(faster)
    return faster


def say(message):
    print(json.dumps(message), flush=True)


def blas():
    """The linear algebra library that the process has loaded, where the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            files = {os.path.basename(line.split()[-1]) for line in maps if "blas" in line}
    except OSError:
        return "unknown BLAS"
    return " ".join(sorted(files)) or "built-in BLAS"


def repeat(work, seconds):
    times = [timed(work)]
    while sum(times) < seconds:
        times.append(timed(work))
    return times


def main():
    task = json.loads(sys.argv[1])
    torch.set_num_threads(task["threads"])
    training = Training(task)
    first = training.step()
    foreach = choose_faster_adam(training)
    last = training.step()
    detail = f"PyTorch {torch.__version__}, {blas()}, foreach={foreach}"
    say({"losses": [first, last], "detail": detail})
    for line in sys.stdin:
        say({"times": repeat(training.step, float(line))})


main()
