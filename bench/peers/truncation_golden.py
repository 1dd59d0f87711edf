"""Golden values for top-k, top-p and min-p sampling, from the logits warpers of transformers: how many
tokens may be sampled, and the probabilities of the first and the last of them.

    python bench/peers/truncation_golden.py transformer/src/test/resources/golden/truncation.txt

A line `logits` starts a new distribution, all of whose logits are different; a line `case` has
temperature, top-k (0 for none), top-p, min-p, how many tokens stay, and the two probabilities.
"""

import pathlib
import sys

import torch
from transformers import (
    LogitsProcessorList, MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)

VOCABULARY = 200
CASES = [
    (1.0, 0, 0.9, 0.0), (1.0, 0, 0.5, 0.0), (1.0, 0, 0.05, 0.0), (0.6, 0, 0.95, 0.0), (1.5, 0, 0.99, 0.0),
    (1.0, 1, 1.0, 0.0), (1.0, 20, 1.0, 0.0), (0.7, 20, 0.8, 0.0), (1.0, 100, 0.97, 0.0), (1.0, 500, 0.9, 0.0),
    (1.0, 0, 1.0, 0.1), (1.3, 0, 1.0, 0.02), (1.0, 0, 1.0, 1.0), (1.0, 0, 0.9, 0.05), (0.8, 30, 0.95, 0.1),
    (2.0, 150, 0.999, 0.001),
]

torch.manual_seed(11)
lines = []
for scale in [0.05, 1.0, 4.0]:
    logits = torch.round(scale * torch.randn(VOCABULARY, dtype=torch.float64), decimals=4)
    while logits.unique().numel() < VOCABULARY:
        logits = torch.round(scale * torch.randn(VOCABULARY, dtype=torch.float64), decimals=4)
    lines.append("logits " + " ".join(f"{x:g}" for x in logits.tolist()))
    for temperature, top_k, top_p, min_p in CASES:
        warpers = LogitsProcessorList([TemperatureLogitsWarper(temperature)])
        if top_k:
            warpers.append(TopKLogitsWarper(top_k))
        if top_p < 1:
            warpers.append(TopPLogitsWarper(top_p))
        if min_p:
            warpers.append(MinPLogitsWarper(min_p))
        scores = warpers(torch.zeros(1, 1, dtype=torch.long), logits[None].clone())
        kept = scores.softmax(-1)[scores > -torch.inf].sort(descending=True).values
        lines.append(f"case {temperature} {top_k} {top_p} {min_p} {len(kept)} {kept[0]:.9g} {kept[-1]:.9g}")
pathlib.Path(sys.argv[1]).write_text("\n".join(lines) + "\n")
