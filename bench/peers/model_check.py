"""`score` against transformers, on random models of every supported family and format.

    mvn -q -DskipTests package
    python bench/peers/model_check.py FOLDER [NAME …]

writes tiny models into FOLDER (Hugging Face folders, and GGUF files by the library gguf), scores
random sequences with bin/jackpot and with transformers in float64 (the weights as stored, decoded
by gguf where they are quantised), and prints the largest difference for each. Beyond 2e-4 it fails.
"""

import json
import pathlib
import subprocess
import sys

import gguf
import numpy as np
import torch
import transformers as tf
from gguf import GGMLQuantizationType as Type

root = pathlib.Path(__file__).parents[2]
out = pathlib.Path(sys.argv[1])
only = sys.argv[2:]
size = dict(vocab_size=300, hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=512)
yarn = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64)
llama3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64, rope_theta=500000.0)
deep = {**size, "hidden_size": 256, "intermediate_size": 512}  # rows of whole blocks of 256


def llama(**more):
    return tf.LlamaConfig(**{**size, **more})


def rope(**parameters):
    return {"rope_theta": 10000.0, **parameters}


# Name, configuration, dtype, lengths; a tenth of all lengths are a single token.
folders = [
    ("qwen2", tf.Qwen2Config(**size, rope_parameters=rope(rope_type="default", rope_theta=1e6)), "float32", 200),
    ("qwen2-tied-bf16", tf.Qwen2Config(**size, tie_word_embeddings=True), "bfloat16", 200),
    ("qwen2-window", tf.Qwen2Config(**size, use_sliding_window=True, sliding_window=64, max_window_layers=1), "float32", 64),
    ("qwen2-yarn", tf.Qwen2Config(**{**size, "max_position_embeddings": 64}, rope_parameters=rope(**yarn)), "float32", 250),
    ("qwen3", tf.Qwen3Config(**size, head_dim=24), "float32", 200),
    ("qwen3-tied-f16", tf.Qwen3Config(**size, head_dim=32, tie_word_embeddings=True), "float16", 200),
    ("qwen3-bias-yarn", tf.Qwen3Config(**size, head_dim=32, attention_bias=True, rope_parameters=rope(
        **yarn, beta_fast=16.0, beta_slow=2.0, truncate=False)), "float32", 400),
    ("llama2", llama(rms_norm_eps=1e-5, num_key_value_heads=4), "float16", 200),
    ("llama31", llama(rope_parameters=llama3), "bfloat16", 500),
    ("llama32-tied", llama(rope_parameters={**llama3, "factor": 32.0}, tie_word_embeddings=True, head_dim=32), "bfloat16", 500),
    ("llama-bias", llama(attention_bias=True), "float32", 200),
    ("llama-linear", llama(max_position_embeddings=128, rope_parameters=rope(rope_type="linear", factor=4.0)), "float32", 500),
    ("llama-dynamic", llama(max_position_embeddings=64, rope_parameters=rope(rope_type="dynamic", factor=4.0)), "float32", 250),
    ("llama-yarn-mscale", llama(rope_parameters=rope(**yarn, mscale=0.707, mscale_all_dim=1.0)), "float32", 400),
    ("llama-yarn-attention", llama(rope_parameters=rope(**yarn, attention_factor=0.8)), "float32", 400),
    ("llama-longrope", llama(rope_parameters=rope(
        rope_type="longrope", short_factor=[1.0 + i / 8 for i in range(8)], long_factor=[1.0 + i for i in range(8)],
        original_max_position_embeddings=64)), "float32", 400),
    ("smollm2", llama(tie_word_embeddings=True, num_attention_heads=8, num_key_value_heads=4,
                      rope_parameters=rope(rope_type="default", rope_theta=1e5)), "bfloat16", 200),
    ("mistral", tf.MistralConfig(**size, sliding_window=None), "float32", 200),
    ("mistral-window", tf.MistralConfig(**size, sliding_window=48, head_dim=32), "float16", 48),
    ("llama-sharded", llama(), "bfloat16", 200),
]
ggufs = [
    ("gguf-qwen2-f32", "qwen2", tf.Qwen2Config(**size), Type.F32, 200),
    ("gguf-qwen2-tied-f16", "qwen2", tf.Qwen2Config(**size, tie_word_embeddings=True), Type.F16, 200),
    ("gguf-qwen2-yarn", "qwen2", tf.Qwen2Config(**size, rope_parameters=rope(**yarn)), Type.F32, 400),
    ("gguf-qwen3-bf16", "qwen3", tf.Qwen3Config(**size, head_dim=24), Type.BF16, 200),
    ("gguf-llama-f16", "llama", llama(head_dim=32), Type.F16, 200),
    ("gguf-llama-bias", "llama", llama(attention_bias=True), Type.F32, 200),
    ("gguf-llama31-q8_0", "llama", tf.LlamaConfig(**deep, rope_parameters=llama3), Type.Q8_0, 500),
    ("gguf-llama-linear", "llama", llama(rope_parameters=rope(rope_type="linear", factor=4.0)), Type.Q8_0, 400),
    ("gguf-mistral-window", "llama", tf.MistralConfig(**size, sliding_window=48), Type.Q4_0, 48),
    ("gguf-smollm2-q4_1", "llama", llama(tie_word_embeddings=True), Type.Q4_1, 200),
    ("gguf-qwen3-q5_0", "qwen3", tf.Qwen3Config(**size, head_dim=32), Type.Q5_0, 200),
    ("gguf-qwen2-q5_1", "qwen2", tf.Qwen2Config(**size), Type.Q5_1, 200),
]


def quantised(tensor, kind):
    """The data as stored, and the values it stands for."""
    values = tensor.float().numpy()
    if values.ndim == 1:
        kind = Type.F32
    if kind in (Type.F32, Type.F16):
        stored = values.astype({Type.F32: np.float32, Type.F16: np.float16}[kind])
        return stored, None, torch.from_numpy(stored.astype(np.float32))
    stored = gguf.quantize(values, kind)
    return stored, kind, torch.from_numpy(gguf.dequantize(stored, kind).copy())


def permuted(tensor, heads):
    """The rows of a head as Llama's own code has them, with its halves interleaved."""
    return tensor.view(heads, 2, tensor.shape[0] // heads // 2, -1).transpose(1, 2).reshape(tensor.shape)


def write_gguf(path, architecture, config, model, kind):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if architecture != "qwen2":
        writer.add_key_length(head)
        writer.add_value_length(head)
    if architecture == "llama":
        writer.add_rope_dimension_count(head)
        writer.add_vocab_size(config.vocab_size)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if getattr(config, "sliding_window", None):
        writer.add_sliding_window(config.sliding_window)
    parameters = config.rope_parameters
    writer.add_rope_freq_base(parameters["rope_theta"])
    if parameters["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(parameters["factor"])
    if parameters["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(parameters["factor"])
        writer.add_rope_scaling_orig_ctx_len(parameters["original_max_position_embeddings"])
    if parameters["rope_type"] == "llama3":
        plain = 1 / parameters["rope_theta"] ** (torch.arange(0, head, 2, dtype=torch.float32) / head)
        scaled = model.model.rotary_emb.inv_freq
        writer.add_tensor("rope_freqs.weight", (plain / scaled).numpy())
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture.upper()], config.num_hidden_layers)
    state = model.state_dict()
    for name, tensor in state.items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        heads = config.num_attention_heads if ".q_proj" in name else config.num_key_value_heads
        rotary = architecture == "llama" and (".q_proj" in name or ".k_proj" in name)
        data, raw, values = quantised(permuted(tensor, heads) if rotary else tensor, kind)
        if rotary:  # back again
            values = values.view(heads, tensor.shape[0] // heads // 2, 2, -1).transpose(1, 2).reshape(tensor.shape)
        state[name] = values
        writer.add_tensor(names.get_name(name, (".weight", ".bias")), data, raw_dtype=raw)
    if config.tie_word_embeddings:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model.load_state_dict(state)


def randomised(config):
    model = tf.AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.15 + (1 if parameter.ndim == 1 else 0) * 0.5)
    return model.eval()


def difference(name, path, model, longest):
    model = model.double()
    lengths = [1, 2, longest, longest // 2 + 1, 7]
    lines = [torch.randint(model.config.vocab_size, (n,)) for n in lengths]
    source = out / (name + ".jsonl")
    source.write_text("".join(json.dumps({"ids": ids.tolist()}) + "\n" for ids in lines))
    run = subprocess.run([root / "bin/jackpot", "score", "--device", "cpu", "--model", path, "--input", source],
                         capture_output=True, text=True)
    if run.returncode:
        return run.stderr.strip().splitlines()[-1]
    worst = 0.0
    for ids, line in zip(lines, run.stdout.splitlines()):
        answer = json.loads(line)
        # Each sequence by a model that has seen no other: dynamic frequencies have a memory.
        rotary = model.model.rotary_emb
        rotary.max_seq_len_cached = rotary.original_max_seq_len
        rotary.inv_freq = rotary.original_inv_freq
        with torch.no_grad():
            logits = model(ids[None], use_cache=False).logits[0]
        expected = logits[:-1].log_softmax(-1).gather(1, ids[1:, None])[:, 0]
        for want, got in ((expected, answer["logprobs"]), (logits[-1], answer["lastLogits"])):
            if len(got):
                worst = max(worst, (want - torch.tensor(got, dtype=torch.float64)).abs().max().item())
    return worst


out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
failed = False
for name, *case in [*folders, *ggufs]:
    if only and name not in only:
        continue
    torch.manual_seed(sum(name.encode()))
    if len(case) == 3:
        config, dtype, longest = case
        model = randomised(config).to(getattr(torch, dtype))
        path = out / name
        model.save_pretrained(path, **({"max_shard_size": "100KB"} if "sharded" in name else {}))
        model = tf.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")
    else:
        architecture, config, kind, longest = case
        model = randomised(config)
        path = out / (name + ".gguf")
        write_gguf(path, architecture, config, model, kind)
    result = difference(name, path, model, longest)
    bad = not isinstance(result, float) or not result <= 2e-4
    failed |= bad
    print(f"{name:24} {result if isinstance(result, str) else format(result, '.1e')}{'  FAILED' if bad else ''}", flush=True)
sys.exit(failed)
