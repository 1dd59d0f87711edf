"""Golden values for RopeScalingTest: frequencies and attention factors as transformers computes them.

    python bench/peers/rope_golden.py transformer/src/test/resources/golden/rope.txt

A line each: head_dim, rope_theta, attention factor, frequencies; in the order of the
test's cases.
"""

import sys

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

CASES = [
    dict(head_dim=64, theta=1e4, rope_type="linear", factor=2.5),
    dict(head_dim=64, theta=5e5, rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
         original_max_position_embeddings=8192),
    dict(head_dim=128, theta=5e5, rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
         original_max_position_embeddings=8192),
    dict(head_dim=128, theta=1e6, rope_type="yarn", factor=4.0, original_max_position_embeddings=32768),
    dict(head_dim=16, theta=1e4, rope_type="yarn", factor=2.0, original_max_position_embeddings=128, beta_fast=16,
         beta_slow=2, truncate=False, attention_factor=0.8),
    dict(head_dim=8, theta=1e4, rope_type="yarn", factor=40.0, original_max_position_embeddings=64, mscale=0.707,
         mscale_all_dim=1.0),
]

with open(sys.argv[1], "w") as out:
    for case in CASES:
        case = dict(case)
        head_dim, theta = case.pop("head_dim"), case.pop("theta")
        config = LlamaConfig(head_dim=head_dim, hidden_size=2 * head_dim, num_attention_heads=2,
                             max_position_embeddings=131072, rope_parameters=dict(case, rope_theta=theta))
        frequencies, attention = ROPE_INIT_FUNCTIONS[case["rope_type"]](config, "cpu")
        print(head_dim, theta, attention, *[repr(f) for f in frequencies.tolist()], file=out)
