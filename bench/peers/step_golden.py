"""Golden values of training steps: the tests compute the same steps and compare every metric.

    python bench/peers/step_golden.py jackpot/src/test/resources/io/jackpot/train/steps

makes two tiny models that have learned some arithmetic, trains with them for a few steps, and writes
for a step of each run, whose policy has moved since its rollout: its settings, what was sampled, the
models before the rollout and before the step, and the metrics as train_step.py computes them in
PyTorch's double precision.

JACKPOT names another launcher than bin/jackpot.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
import transformers

import train_step

ROOT = pathlib.Path(__file__).parents[2]
TOKENIZER = ROOT / "jackpot/src/main/resources/io/jackpot/models/policy/tokenizer.json"
STEP = 3  # the last of its rollout
KEYS = ("step", "response", "position", "rollout", "problem", "sample", "startStep", "prompt",
        "tokens", "reward", "finished", "action", "advantage", "u", "inf", "topIds", "topInf")
CASES = {
    "two-models": ["--arm", "jackpot", "--top-k", "5", "--lambda", "1.2"],
    "one-model": ["--arm", "jackpot-no-clip", "--top-k", "5", "--lambda", "1.1"],
    "rounded": ["--arm", "jackpot-no-clip", "--top-k", "5", "--target", "ref", "--actor-dtype", "int8",
                "--kv-dtype", "fp8"],
    "baseline": ["--arm", "tis-new", "--correction-level", "geometric", "--policy-cap", "1.05",
                 "--aggregation", "sequence-mean", "--distill-direction", "reverse"],
}


def jackpot(*arguments):
    launcher = os.environ.get("JACKPOT", str(ROOT / "bin/jackpot"))
    subprocess.run([launcher, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def model(folder, name, width):
    torch.manual_seed(width)
    config = transformers.Qwen3Config(
        vocab_size=18, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, head_dim=8, max_position_embeddings=64,
        tie_word_embeddings=True, eos_token_id=16)
    fresh = folder / f"fresh-{name}"
    transformers.Qwen3ForCausalLM(config).float().save_pretrained(fresh)
    shutil.copy(TOKENIZER, fresh)
    jackpot("sft", "--model", fresh, "--data", folder / "data.jsonl", "--steps", 60, "--batch", 16,
            "--learning-rate", "0.02", "--out", folder / f"sft-{name}", "--device", "cpu")
    return folder / f"sft-{name}" / "model"


def main(out):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        with (folder / "data.jsonl").open("w") as data:
            for i in range(256):
                a, b = i % 4, i // 4 % 4
                data.write(json.dumps({"prompt": f"{a}+{b}=", "completion": f"#{(a + b) % 4}$"}) + "\n")
        policy, actor = model(folder, "policy", 16), model(folder, "actor", 8)
        for name, options in CASES.items():
            run, golden = folder / name, out / name
            jackpot("train", "--policy", policy, "--actor", actor, "--out", run, "--device", "cpu",
                    "--rollout-prompts", 6, "--samples-per-prompt", 4, "--mini-batches", 3, "--steps", 3,
                    "--operations", 1, "--modulus", 4, "--max-response-tokens", 6, "--eval-problems", 3,
                    "--learning-rate", "0.02", "--warmup-steps", 0, "--token-log", "all",
                    "--token-log-responses", "all", *options)
            settings = json.loads((run / "config.json").read_text())
            settings |= {"policy": "policy", "actor": "actor"}
            tokens = train_step.lines(run / "tokens.jsonl")
            steps = train_step.responses(tokens)
            train_step.set_advantages(steps, settings)
            expected, *_ = train_step.evaluate(
                settings, STEP, steps[STEP],
                lambda step, of: train_step.Model(run, step, of, settings["temperature"]),
                settings["lambda"])
            shutil.rmtree(golden, ignore_errors=True)
            golden.mkdir(parents=True)
            (golden / "config.json").write_text(json.dumps(settings))
            (golden / "expected.json").write_text(json.dumps(expected))
            with (golden / "tokens.jsonl").open("w") as file:
                for line in tokens:
                    if line["step"] == STEP:
                        file.write(json.dumps({key: line[key] for key in KEYS if key in line}) + "\n")
            for step, part in ((0, "before-rollout"), (STEP - 1, "before-step")):
                for of in ("policy", "actor"):
                    saved = run / "token-log" / f"step-{step:06d}" / of
                    if saved.exists():
                        (golden / part / of).mkdir(parents=True)
                        for file in ("config.json", "model.safetensors"):
                            shutil.copy(saved / file, golden / part / of)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
