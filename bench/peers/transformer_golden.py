"""Golden values for the transformer's tests, from PyTorch and its model library.

Tiny Qwen2, Qwen3 and Llama models get weights from the same counter-based generator as the Java
tests (Threefry-2x32, key = index of the parameter), so that no weight has to be stored. Written for
each: the logits of all tokens (little-endian float32), and loss and gradient norm of twelve AdamW
steps.

    python bench/peers/transformer_golden.py transformer/src/test/resources/golden
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config, Qwen3Config

LENGTHS = [97, 1, 64, 130, 8]
STEPS = 12

COMMON = dict(
    vocab_size=23,
    num_hidden_layers=2,
    max_position_embeddings=256,
    attn_implementation="eager",
    dtype=torch.float32,
)
CONFIGS = {
    "qwen2": Qwen2Config(
        hidden_size=32, intermediate_size=48, num_attention_heads=4, num_key_value_heads=2,
        rms_norm_eps=1e-6, tie_word_embeddings=False,
        rope_parameters={"rope_theta": 10000.0, "rope_type": "default"}, **COMMON),
    "qwen3": Qwen3Config(
        hidden_size=24, intermediate_size=40, num_attention_heads=4, num_key_value_heads=2,
        head_dim=16, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"}, **COMMON),
    "llama": LlamaConfig(
        hidden_size=32, intermediate_size=56, num_attention_heads=4, num_key_value_heads=4,
        rms_norm_eps=1e-5, tie_word_embeddings=False,
        rope_parameters={"rope_theta": 5000.0, "rope_type": "default"}, **COMMON),
}


def threefry(key, counters):
    """Word 0 of Threefry-2x32-20 under a 64-bit key for counters (i, 0)."""
    rotations = [13, 15, 26, 6, 17, 29, 16, 24]
    k0, k1 = np.uint32(key & 0xFFFFFFFF), np.uint32(key >> 32)
    keys = [k0, k1, np.uint32(0x1BD11BDA) ^ k0 ^ k1]
    x0 = counters.astype(np.uint32) + k0
    x1 = np.zeros_like(x0) + k1
    for group in range(5):
        for r in range(4):
            x0 = x0 + x1
            turn = np.uint32(rotations[(group % 2) * 4 + r])
            x1 = ((x1 << turn) | (x1 >> (np.uint32(32) - turn))) ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0


def uniform(key, count):
    return (threefry(key, np.arange(count)) >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


def java_order(model):
    """Parameters in the order of the Java class Parameters."""
    order = ["input_layernorm.weight",
             "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
             "self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias",
             "self_attn.q_norm.weight", "self_attn.k_norm.weight",
             "self_attn.o_proj.weight", "post_attention_layernorm.weight",
             "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"]
    named = dict(model.named_parameters())
    names = ["model.embed_tokens.weight"]
    for layer in range(model.config.num_hidden_layers):
        names += [f"model.layers.{layer}.{name}" for name in order]
    names += ["model.norm.weight", "lm_head.weight"]
    return [(name, named[name]) for name in names if name in named]


def main(folder):
    np.seterr(over="ignore")
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(LENGTHS)
    ids = (uniform(999, total) * 23).astype(np.int64)
    for name, config in CONFIGS.items():
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
        with torch.no_grad():
            for index, (parameter_name, parameter) in enumerate(java_order(model)):
                values = 2 * uniform(index, parameter.numel()) - 1
                norm = parameter_name.endswith("norm.weight")
                values = 1 + 0.25 * values if norm else 0.25 * values
                parameter.copy_(torch.from_numpy(values.astype(np.float32)).view_as(parameter))
        sequences = torch.split(torch.from_numpy(ids), LENGTHS)
        with torch.no_grad():
            logits = torch.cat([model(s[None]).logits[0] for s in sequences])
        logits.numpy().astype("<f4").tofile(folder / f"{name}.logits")
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=3e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.01)
        lines = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            losses = []
            for s in sequences:
                logprobs = model(s[None]).logits[0, :-1].log_softmax(-1)
                losses.append(-logprobs.gather(1, s[1:, None])[:, 0])
            loss = torch.cat(losses).mean()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            lines.append(f"{loss.item():.7f} {norm.item():.7f}")
        (folder / f"{name}.steps").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
