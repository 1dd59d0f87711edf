"""Golden files for the tests of weights-loader, made by safetensors, transformers and tokenizers.

    python bench/peers/weights_golden.py weights-loader/src/test/resources/golden

dtypes/    one safetensors file of F32, F16, BF16 and I64 tensors, and their exact values as
           float32 bits in JSON
sharded/   the same F32 and BF16 tensors over two files with an index
tokenizer/ a character tokenizer
MODEL/     config.json and weights of tiny random models, as save_pretrained writes them
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models as kinds, pre_tokenizers

out = pathlib.Path(sys.argv[1])
torch.manual_seed(7)


def bits(tensor):
    return [f"{v & 0xFFFFFFFF:08x}" for v in tensor.float().contiguous().view(-1).view(torch.int32).tolist()]


special = [0.0, -0.0, 1.0, -1.5, 2.0**-14, 2.0**-24, 3 * 2.0**-24, -(2.0**-20), 65504.0,
           float("inf"), float("-inf"), float("nan")]
tensors = {
    "f32": torch.cat([torch.tensor(special + [1e-45, 3.4028235e38, 1e-38]), torch.randn(9)]).view(4, 6),
    "f16": torch.cat([torch.tensor(special), torch.randn(8)]).half().view(2, 5, 2),
    "bf16": torch.cat([torch.tensor(special + [1e-40, 3e38]), torch.randn(7)]).bfloat16().view(3, 7),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "i64": torch.arange(5),
}
(out / "dtypes").mkdir(parents=True, exist_ok=True)
save_file(tensors, out / "dtypes" / "model.safetensors", {"format": "pt"})
expected = {name: {"shape": list(t.shape), "bits": bits(t)} for name, t in tensors.items() if name != "i64"}
(out / "dtypes" / "expected.json").write_text(json.dumps(expected) + "\n")

shards = {"model-00001-of-00002.safetensors": ["f32"], "model-00002-of-00002.safetensors": ["bf16", "scalar"]}
(out / "sharded").mkdir(exist_ok=True)
for file, names in shards.items():
    save_file({name: tensors[name] for name in names}, out / "sharded" / file, {"format": "pt"})
index = {"metadata": {"total_size": 0}, "weight_map": {name: file for file, names in shards.items() for name in names}}
(out / "sharded" / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")

size = dict(vocab_size=11, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, max_position_embeddings=64)
models = {
    "qwen2": transformers.Qwen2Config(**size, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
    "qwen3": transformers.Qwen3Config(**size, head_dim=6),
    "llama": transformers.LlamaConfig(**size, attention_bias=True, rms_norm_eps=1e-5),
    "mistral": transformers.MistralConfig(**size, sliding_window=None),
}
for name, config in models.items():
    model = transformers.AutoModelForCausalLM.from_config(config)
    model.save_pretrained(out / name)
    (out / name / "generation_config.json").unlink(missing_ok=True)

# CharTokenizer's file, as Python's tokenizers builds and saves the same thing.
characters = '$0123456789+-= \n"ü😀'
tokenizer = Tokenizer(kinds.WordLevel({c: i for i, c in enumerate(characters)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
tokenizer.decoder = decoders.Fuse()
tokenizer.add_special_tokens([AddedToken("$", special=True, normalized=False)])
(out / "tokenizer").mkdir(exist_ok=True)
tokenizer.save(str(out / "tokenizer" / "tokenizer.json"))
