"""Peak memory of PyTorch for the work of `score`, `generate`, `eval`, `sft` and a `train` step with a GGUF model.

    python bench/peers/memory.py prepare MODEL.gguf FOLDER
    python bench/peers/memory.py COMMAND MODEL.gguf FOLDER

`prepare` writes the data of memory.sh into FOLDER, and the model in float32 as FOLDER/hf, from which PyTorch reads it, so
that its peak is not that of dequantising. One process per command, since a peak does not fall. All on the CPU in float32.
"""

import json
import pathlib
import random
import resource
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

command, file, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
CHAT = "<|im_start|>user\n%s<|im_end|>\n<|im_start|>assistant\n"
NEW_TOKENS = 24
PASS_TOKENS = 4096  # of one forward pass of `score`


def write(name, lines):
    with open(folder / name, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)


def prepare():
    random.seed(0)
    rows = [("Add %d and %d." % (a, b), str(a + b)) for a, b in (random.choices(range(1, 10), k=2) for _ in range(2000))]
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    ids = [{"ids": tokenizer(CHAT % q + "The answer is " + a).input_ids} for q, a in rows]
    write("ids-50.jsonl", ids[:50])
    write("ids-2000.jsonl", ids)
    write("prompts.jsonl", [{"prompt": [{"role": "user", "content": q}]} for q, _ in rows[:16]])
    write("sft.jsonl", [{"prompt": CHAT % q, "completion": a} for q, a in rows[:64]])
    write("problems.jsonl", [{"prompt": q, "answer": a} for q, a in rows[:64]])
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    model.hf_quantizer = None  # else it refuses to save what it has dequantised
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder / "hf")


def load():
    return AutoModelForCausalLM.from_pretrained(folder / "hf", dtype=torch.float32)


def lines(name):
    return [json.loads(line) for line in open(folder / name)]


def batch(sequences):
    pad = torch.nn.utils.rnn.pad_sequence
    return (pad([torch.tensor(s) for s in sequences], batch_first=True),
            pad([torch.ones(len(s), dtype=torch.long) for s in sequences], batch_first=True))


def logprobs(model, ids, mask):
    return torch.log_softmax(model(input_ids=ids, attention_mask=mask).logits[:, :-1], -1), mask[:, 1:]


def chosen(distributions, ids):
    return distributions.gather(-1, ids[:, 1:, None])[..., 0]


def score(model, sequences):
    with torch.no_grad():
        width = PASS_TOKENS // max(map(len, sequences))
        for start in range(0, len(sequences), width):
            ids, mask = batch(sequences[start:start + width])
            distributions, _ = logprobs(model, ids, mask)
            chosen(distributions, ids)
            -(distributions.exp() * distributions).sum(-1)


def respond(model, prompts, samples):
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    rows = [tokenizer.apply_chat_template(p, add_generation_prompt=True, return_dict=False) for p in prompts]
    rows = [row for row in rows for _ in range(samples)]
    longest = max(map(len, rows))
    left = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    with torch.no_grad():
        out = model.generate(left, attention_mask=mask, do_sample=True, max_new_tokens=NEW_TOKENS, pad_token_id=0)
    return [row[row != 0].tolist() for row in out]


def update(models, sequences):
    optimizers = [torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.01) for model in models]
    ids, mask = batch(sequences)
    found = [logprobs(model, ids, mask) for model in models]
    loss = sum(-(chosen(each, ids) * mask).sum() / mask.sum() for each, mask in found)
    if len(models) == 2:
        policy, actor = found[0][0].detach(), found[1][0]
        loss = loss + ((policy.exp() * (policy - actor)).sum(-1) * found[0][1]).sum() / found[0][1].sum()
    loss.backward()
    for model, optimizer in zip(models, optimizers):
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def questions(count):
    return [[{"role": "user", "content": line["prompt"]}] for line in lines("problems.jsonl")[:count]]


if command == "prepare":
    prepare()
    sys.exit()
if command.startswith("score"):
    score(load(), [line["ids"] for line in lines("ids" + command[5:] + ".jsonl")])
elif command == "generate":
    respond(load(), [line["prompt"] for line in lines("prompts.jsonl")], 4)
elif command == "eval":
    respond(load(), questions(64), 1)
elif command == "sft":
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    update([load()], [tokenizer(l["prompt"] + l["completion"]).input_ids for l in lines("sft.jsonl")[:16]])
elif command in ("train", "train-two"):
    models = [load() for _ in range(2 if command == "train-two" else 1)]
    respond(models[0], questions(16), 1)
    update(models, respond(models[-1], questions(4), 4))
    respond(models[0], questions(16), 1)
print("PyTorch", command, "%.0f MB" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6))
