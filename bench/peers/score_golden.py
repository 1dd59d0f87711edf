"""Golden values for `score`, from transformers in double precision, of the tiny models that
weights_golden.py made.

    python bench/peers/score_golden.py weights-loader/src/test/resources/golden \
        jackpot/src/test/resources/io/jackpot/inference/score.jsonl
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM

models, out = map(pathlib.Path, sys.argv[1:])
torch.manual_seed(3)
lines = []
for name in ["qwen2", "qwen3", "llama", "mistral"]:
    model = AutoModelForCausalLM.from_pretrained(
        models / name, dtype=torch.float64, attn_implementation="eager")
    for length in [1, 2, 64, 17]:
        ids = torch.randint(model.config.vocab_size, (length,))
        with torch.no_grad():
            logits = model(ids[None]).logits[0]
        log_probs = logits[:-1].log_softmax(-1)
        lines.append(json.dumps({
            "model": name,
            "ids": ids.tolist(),
            "logprobs": log_probs.gather(1, ids[1:, None])[:, 0].tolist(),
            "entropy": (-(log_probs.exp() * log_probs).sum(-1)).tolist(),
            "lastLogits": logits[-1].tolist(),
        }))
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("\n".join(lines) + "\n")
