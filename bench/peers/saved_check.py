"""A saved model in transformers: logits against `score`, and tokenizer, special ids and generation settings of its source.

    python bench/peers/saved_check.py SOURCE SAVED [JACKPOT]

SOURCE is the GGUF file or Hugging Face folder that a run began with, SAVED a folder that the run saved (RUN/model, or
RUN/checkpoints/step-…/policy), JACKPOT the command (bin/jackpot). Prints what it compared; fails beyond 1e-3, or if
anything else differs.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

source, saved = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
jackpot = sys.argv[3] if len(sys.argv) > 3 else pathlib.Path(__file__).parents[2] / "bin/jackpot"
place = (source, {}) if source.is_dir() else (source.parent, {"gguf_file": source.name})
TEXTS = ["<|im_start|>user\nAdd 4 and 3.<|im_end|>\n<|im_start|>assistant\nThe answer is 7.<|im_end|>\n",
         "  leading spaces, tabs\tand\n\nlines 1234567 don't É日本 🙂", "def f(x):\n    return x ** 2\n", "a"]
CHAT = [{"role": "user", "content": "Name a prime."}]
failed = []


def check(what, found, expected):
    print(f"{what:24} {found!s:.60}{'' if found == expected else f'   expected {expected!s:.60}   FAILED'}")
    if found != expected:
        failed.append(what)


model = AutoModelForCausalLM.from_pretrained(saved, dtype=torch.float32).eval()
ours, theirs = AutoTokenizer.from_pretrained(saved), AutoTokenizer.from_pretrained(place[0], **place[1])
ids = [theirs(text).input_ids for text in TEXTS]
check("token ids", [ours(text).input_ids for text in TEXTS], ids)
check("text of ids", [ours.decode(line) for line in ids], [theirs.decode(line) for line in ids])
check("chat template", ours.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True),
      theirs.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True))
config = AutoConfig.from_pretrained(place[0], **place[1])
for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
    check("config " + key, getattr(model.config, key), getattr(config, key))
    check("tokenizer " + key, getattr(ours, key), getattr(theirs, key))
ends = GenerationConfig.from_pretrained(saved).eos_token_id  # all end tokens: a GGUF file may have more than its eos
ends = ends if isinstance(ends, list) else [ends]
check("generation ends", sorted(ends), sorted({*ends, config.eos_token_id}))
if source.is_dir() and (source / "generation_config.json").exists():
    before, after = (json.load(open(folder / "generation_config.json")) for folder in (source, saved))
    before.pop("transformers_version", None), after.pop("transformers_version", None)
    check("generation config", after, before)

with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "ids.jsonl")
    file.write_text("".join(json.dumps({"ids": line}) + "\n" for line in ids))
    run = subprocess.run([jackpot, "score", "--device", "cpu", "--model", saved, "--input", file], capture_output=True, text=True)
if run.returncode:
    sys.exit(run.stderr)
worst = 0.0
for line, answer in zip(ids, map(json.loads, run.stdout.splitlines())):
    with torch.no_grad():
        logits = model(torch.tensor([line])).logits[0]
    chosen = logits[:-1].log_softmax(-1).gather(1, torch.tensor(line)[1:, None])[:, 0]
    for want, got in ((chosen, answer["logprobs"]), (logits[-1], answer["lastLogits"])):
        if len(got):
            worst = max(worst, (want - torch.tensor(got)).abs().max().item())
print(f"{'log-probs and logits':24} largest difference {worst:.1e}")
greedy = model.generate(torch.tensor([ids[0][:-2]]), max_new_tokens=8)[0].tolist()
print(f"{'generate':24} {ours.decode(greedy[len(ids[0]) - 2:])!r}")
if failed or not worst <= 1e-3:
    sys.exit("FAILED: " + ", ".join(failed or ["logits"]))
