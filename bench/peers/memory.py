"""Peak memory of PyTorch for the work of `score`, `generate`, `sft` and an on-policy update with SmolLM2-135M in float32.

    python bench/peers/memory.py COMMAND MODEL.gguf FOLDER

FOLDER has ids.jsonl ({"ids"} a line), prompts.jsonl ({"prompt"}) and sft.jsonl ({"prompt", "completion"}), as
bench/peers/memory.sh writes them. One process per command, since a peak does not fall.
"""

import json
import pathlib
import resource
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

command, file, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)


def lines(name):
    return [json.loads(line) for line in open(folder / name)]


def batch(sequences):
    ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sequences], batch_first=True)
    return ids, torch.nn.utils.rnn.pad_sequence(
        [torch.ones(len(s), dtype=torch.long) for s in sequences], batch_first=True)


def logprobs(ids, mask):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    return torch.log_softmax(logits, -1).gather(-1, ids[:, 1:, None])[..., 0], mask[:, 1:]


def update(sequences):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, betas=(0.9, 0.999))
    found, mask = logprobs(*batch(sequences))
    (-(found * mask).sum() / mask.sum()).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


if command == "score":
    with torch.no_grad():
        found, mask = logprobs(*batch([line["ids"] for line in lines("ids.jsonl")]))
elif command in ("generate", "train"):
    prompts = [tokenizer(line["prompt"]).input_ids for line in lines("prompts.jsonl")]
    prompts = [p for p in prompts for _ in range(4)] if command == "generate" else prompts
    longest = max(map(len, prompts))
    left = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    with torch.no_grad():
        out = model.generate(left, attention_mask=mask, do_sample=True, max_new_tokens=24, pad_token_id=0)
    if command == "train":
        update([row[row != 0].tolist() for row in out])
elif command == "sft":
    update([tokenizer(l["prompt"] + l["completion"]).input_ids for l in lines("sft.jsonl")[:16]])
print(command, "%.0f MB" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6))
