#!/usr/bin/env python3
"""Kills runs of train, sft and eval at random moments, resumes them, and compares what they give.

bench/kills.py [N] [OUT] [--seed S] [--only train,sft,eval] [--jobs J]

A case starts a run of models of a few thousand parameters, ends its process up to three times, and lets it finish. Each end is one of
  start        kill -9 within the first second, the start of the JVM included
  any          kill -9 at any moment of a run
  checkpoint   kill -9 within 30 ms after a write of a checkpoint has begun (eval: after a response)
  interrupt    SIGINT at any moment; the process ends in order
  twice        SIGINT, and once more within 0.3 s
The next command is the one to resume, or the same start again where the folder holds no run yet.
Then all lines (but for keys that end in Seconds, PerSecond or Bytes) and all bytes of the last
checkpoint's models and optimizers have to be those of a run that nobody ended, and no temporary
file may be left. N is the number of ends (200). The table on standard output is that of
docs/robustness.md; OUT (a temporary folder by default) keeps the folders of failed cases.
JACKPOT is the command to run (bin/jackpot).
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMAND = os.environ.get("JACKPOT", str(HERE.parent / "bin" / "jackpot")).split()
TIMES = ("Seconds", "PerSecond", "Bytes")
KINDS = ("start", "any", "checkpoint", "interrupt", "twice")
SOURCE = HERE.parent / "jackpot/src/main/resources/io/jackpot/models/actor"
ARITHMETIC = "--operations 1 --modulus 4".split()
TRAIN = ("--rollout-prompts 6 --samples-per-prompt 4 --steps 18 --eval-every 6 --eval-problems 8 "
         "--checkpoint-every 2 --max-response-tokens 12 --device cpu").split() + ARITHMETIC


def commands(out):
    """The runs by name, of a model that was taught the form of an answer."""
    data, fresh, model = str(out / "data.jsonl"), out / "fresh", str(out / "model")
    run(["problems", "--count", "512", "--out", data, *ARITHMETIC])
    fresh.mkdir()
    shutil.copy(SOURCE / "tokenizer.json", fresh)
    config = json.loads((SOURCE / "config.json").read_text())
    config.update(hidden_size=16, intermediate_size=32, num_hidden_layers=1,
                  num_attention_heads=2, num_key_value_heads=1, head_dim=8)
    (fresh / "config.json").write_text(json.dumps(config))
    run(["sft", "--model", str(fresh), "--fresh", "--data", data, "--steps", "60",
         "--lr", "0.02", "--device", "cpu", "--out", model])
    train = ["train", "--policy", model, "--actor", model, *TRAIN]
    return {
        "train, jackpot": [*train, "--mini-batches", "3"],
        "train, off-policy": [*train, "--arm", "off-policy", "--mini-batches", "4",
                              "--reference-kl", "0.01", "--filter-groups"],
        "sft": ["sft", "--model", model, "--data", data, "--steps", "24", "--batch", "4",
                "--checkpoint-every", "5", "--device", "cpu"],
        "eval": ["eval", "--model", model, "--limit", "8", "--samples", "64", "--device", "cpu",
                 *ARITHMETIC],
    }


def run(arguments):
    done = subprocess.run(COMMAND + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode:
        sys.exit(" ".join(arguments) + ": " + done.stderr.strip())


def process(arguments, log):
    return subprocess.Popen(COMMAND + arguments, stdout=subprocess.DEVNULL, stderr=log)


def writing(folder):
    checkpoints = folder / "checkpoints"
    samples = folder / "samples.jsonl"
    if checkpoints.is_dir():
        return any(name.endswith(".tmp") for name in os.listdir(checkpoints))
    return not (folder / "metrics.jsonl").exists() and samples.exists() and samples.stat().st_size


def end(child, kind, folder, seconds, rng):
    """Ends a process; false if it was faster."""
    if kind == "start":
        time.sleep(rng.uniform(0, 1))
    elif kind == "checkpoint":
        skip = rng.uniform(0, seconds)
        start = time.time()
        while child.poll() is None and not (time.time() - start > skip and writing(folder)):
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.03))
    else:
        time.sleep(rng.uniform(0, seconds))
    if child.poll() is not None:
        return False
    if kind in ("interrupt", "twice"):
        child.send_signal(signal.SIGINT)
        if kind == "twice":
            time.sleep(rng.uniform(0, 0.3))
            child.send_signal(signal.SIGINT)
    else:
        child.kill()
    child.wait()
    return True


def timeless(value):
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if not k.endswith(TIMES)}
    return [timeless(each) for each in value] if isinstance(value, list) else value


def lines(file):
    return [json.dumps(timeless(json.loads(line))) for line in file.open()] if file.exists() else []


def difference(whole, other):
    """What differs between two folders; empty if nothing that matters does."""
    evaluation = (whole / "results.json").exists()
    for name in ("metrics.jsonl", "samples.jsonl", "tokens.jsonl"):
        a, b = lines(whole / name), lines(other / name)
        if evaluation:  # Its order is that in which responses end.
            a, b = sorted(a), sorted(b)
        if a != b:
            return name
    if evaluation:
        a, b = (json.loads((each / "results.json").read_text()) for each in (whole, other))
        if timeless(a) != timeless(b):
            return "results.json"
    for model in sorted(whole.rglob("*.safetensors")):
        copy = other / model.relative_to(whole)
        if not copy.exists() or copy.read_bytes() != model.read_bytes():
            return str(model.relative_to(whole))
    left = [str(each) for each in other.rglob(".*") if each.name not in (".lock",)]
    return "left: " + left[0] if left else "" if (other / "report.html").exists() else "no page"


def case(name, start, folder, seconds, kinds, rng, done):
    """Runs one case; returns what is wrong with its result."""
    log = (folder.parent / (folder.name + ".log")).open("wb")
    arguments = start + ["--out", str(folder)]
    for kind in kinds:
        child = process(arguments, log)
        if end(child, kind, folder, seconds, rng):
            done[name, kind] += 1
        if child.returncode == 2:
            return "exit 2"
        arguments = [start[0], "--resume", str(folder)]
        if not (folder / "config.json").exists():
            done["start again", name] += 1
            arguments = start + ["--out", str(folder)]
    child = process(arguments, log)
    return f"exit {child.returncode}" if child.wait() else ""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("n", type=int, nargs="?", default=200)
    options.add_argument("out", nargs="?")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--only", default="train,sft,eval")
    given = options.parse_args()
    out = Path(given.out or tempfile.mkdtemp(prefix="kills-")).resolve()
    out.mkdir(parents=True, exist_ok=True)
    all_commands = {name: command for name, command in commands(out).items()
                    if command[0] in given.only.split(",")}
    seconds = {}
    for name, command in all_commands.items():
        start = time.time()
        run(command + ["--out", str(out / name)])
        seconds[name] = time.time() - start
    done, failed = collections.Counter(), []
    names = list(all_commands)

    def total():
        return sum(done[name, kind] for name in names for kind in KINDS)

    def one(number):
        if total() >= given.n:
            return
        name, folder = names[number % len(names)], out / f"case-{number}"
        rng = random.Random(given.seed * 1_000_000 + number)
        kinds = [KINDS[(number // len(names) + i) % len(KINDS)] for i in range(rng.randint(1, 3))]
        wrong = (case(name, all_commands[name], folder, seconds[name], kinds, rng, done)
                 or difference(out / name, folder))
        if wrong:
            failed.append(name)
            print(f"{folder}: {name}: {', '.join(kinds)}: {wrong}", file=sys.stderr)
        else:
            shutil.rmtree(folder)
            (out / f"case-{number}.log").unlink()
        print(f"{total()} ends, {len(failed)} cases failed", file=sys.stderr, flush=True)

    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        list(pool.map(one, range(2 * given.n)))
    print("| run | " + " | ".join(KINDS) + " | started again | other bits |")
    print("|---" * (len(KINDS) + 3) + "|")
    for name in names:
        counts = " | ".join(str(done[name, kind]) for kind in KINDS)
        print(f"| {name} | {counts} | {done['start again', name]} | {failed.count(name)} |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
