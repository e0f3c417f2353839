"""A model of the next token with PyTorch; speaks the protocol of bench/protocol.ts.

The task is the RivalTask of bench/rivals/rival.ts and: module (layers, loop or hand), hoisted, scripted.
"""

import json
import os
import sys

import torch
from sampling import Sampling
from work import Forward, Training, timed

TASKS = {"training": Training, "forward": Forward, "sampling": Sampling}


def say(message):
    print(json.dumps(message), flush=True)


def blas():
    """The linear algebra library that the process has loaded, where the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            files = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line}
    except OSError:
        return "unknown BLAS"
    return " ".join(sorted(map(os.path.basename, files))) or "built-in BLAS"


def repeat(work, seconds):
    times = [timed(work)]
    while sum(times) < seconds:
        times.append(timed(work))
    return times


def main():
    task = json.loads(sys.stdin.readline())
    torch.set_num_threads(task["threads"])
    torch.manual_seed(1)
    kind = TASKS[task["configuration"]["task"]]
    check = kind.twin(task, task["twin"])
    work = kind(task)
    for _ in range(3):
        work.step()
    detail = ", ".join(filter(None, [f"PyTorch {torch.__version__}", blas(), work.detail]))
    ready = {"check": check, "detail": detail}
    if hasattr(work, "characters"):
        ready["tokens"] = work.characters
    say(ready)
    for line in sys.stdin:
        say({"times": repeat(work.step, float(line))})


main()
