"""A tiny Llama 3.1 as a GGUF file and the same as a Hugging Face folder, for the tests of ModelFolder.

    python bench/peers/gguf_model_golden.py weights-loader/src/test/resources/golden/gguf-model

The GGUF file has the rows of q and k interleaved, as llama.cpp's converter writes them, and its
frequencies' divisors in a tensor. The folder has the weights that the file stands for.
"""

import pathlib
import sys

import gguf
import numpy as np
import torch
import transformers

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(2)
config = transformers.LlamaConfig(
    vocab_size=13, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=True, rope_parameters={
        "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16})
model = transformers.AutoModelForCausalLM.from_config(config)
writer = gguf.GGUFWriter(out / "model.gguf", "llama")
writer.add_block_count(1)
writer.add_context_length(64)
writer.add_embedding_length(32)
writer.add_feed_forward_length(32)
writer.add_head_count(4)
writer.add_head_count_kv(2)
writer.add_rope_dimension_count(8)
writer.add_layer_norm_rms_eps(config.rms_norm_eps)
writer.add_rope_freq_base(10000.0)
plain = 1 / 10000.0 ** (torch.arange(0, 8, 2, dtype=torch.float32) / 8)
writer.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq).numpy())
names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 1)
state = model.state_dict()
for name, tensor in state.items():
    if name == "lm_head.weight":
        continue
    if tensor.ndim == 1:
        writer.add_tensor(names.get_name(name, (".weight",)), tensor.numpy())
        continue
    stored = gguf.quantize(tensor.numpy(), gguf.GGMLQuantizationType.Q8_0)
    values = torch.from_numpy(gguf.dequantize(stored, gguf.GGMLQuantizationType.Q8_0).copy())
    if "q_proj" in name or "k_proj" in name:
        heads = 4 if "q_proj" in name else 2
        order = np.arange(len(stored)).reshape(heads, 2, -1).swapaxes(1, 2).reshape(-1)
        stored = np.ascontiguousarray(stored[order])
    writer.add_tensor(names.get_name(name, (".weight",)), stored, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    state[name] = values
state["lm_head.weight"] = state["model.embed_tokens.weight"]
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
model.load_state_dict(state)
model.save_pretrained(out / "folder")
(out / "folder" / "generation_config.json").unlink(missing_ok=True)
