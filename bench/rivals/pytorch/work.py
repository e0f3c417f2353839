"""The three tasks. Each has `twin`, the numbers that are checked, and `step`, the unit of work that is timed."""

import time

import networks
import torch
from torch import nn
from torch.nn import functional


class Training:
    """Forward, backward, clipping and Adam on one window of random tokens."""

    def __init__(self, task):
        shape = (task["configuration"]["steps"], task["configuration"]["batch"])
        tokens, targets = (torch.randint(0, task["symbols"], shape) for _ in range(2))
        self.updates = Updates(networks.Net(task, task["configuration"]["hidden"]), tokens, targets)
        self.detail = f"foreach={self.updates.choose_faster_adam()}"
        self.step = self.updates.step

    @staticmethod
    def twin(task, twin):
        net = networks.Net(task, twin["hidden"])
        net.load(twin)
        updates = Updates(net, *(networks.window(twin, name) for name in ("tokens", "targets")))
        return [updates.step() for _ in range(twin["windows"])]


class Updates:
    def __init__(self, net, tokens, targets):
        self.net, self.tokens, self.targets = net, tokens, targets
        self.choose(foreach=False)

    def choose(self, foreach):
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, foreach=foreach)

    def choose_faster_adam(self):
        """PyTorch has two ways to write Adam; which is faster depends on the sizes."""
        self.step()
        seconds = {}
        for foreach in (False, True):
            self.choose(foreach)
            seconds[foreach] = min(timed(self.adam.step) for _ in range(4))
        faster = min(seconds, key=seconds.get)
        self.choose(faster)
        return faster

    def step(self):
        self.adam.zero_grad(set_to_none=True)
        logits = self.net(self.tokens)
        loss = functional.cross_entropy(logits.flatten(0, 1), self.targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.adam.step()
        return loss.item()


class Forward:
    """Logits of one window."""

    detail = None

    def __init__(self, task):
        shape = (task["configuration"]["steps"], task["configuration"]["batch"])
        self.net = networks.Net(task, task["configuration"]["hidden"])
        self.tokens = torch.randint(0, task["symbols"], shape)

    @torch.inference_mode()
    def step(self):
        self.net(self.tokens)

    @staticmethod
    def twin(task, twin):
        net = networks.Net(task, twin["hidden"])
        net.load(twin)
        with torch.inference_mode():
            logits = net(networks.window(twin, "tokens"))
        return logits.flatten().tolist() * twin["windows"]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
