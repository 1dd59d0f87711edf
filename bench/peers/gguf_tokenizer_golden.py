"""A SentencePiece model as a GGUF file describes it, and the ids that SentencePiece gives texts.

    python bench/peers/gguf_tokenizer_golden.py OUT.json
"""

import io
import json
import sys

import sentencepiece

from tokenizer_golden import CORPUS, TEXTS

model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(CORPUS), model_writer=model, model_type="bpe", vocab_size=420,
    byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
    add_dummy_prefix=True, split_digits=True, allow_whitespace_only_pieces=True,
    user_defined_symbols=["<mask>"], minloglevel=2)
processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
size = processor.vocab_size()
kinds = [
    2 if processor.is_unknown(i) else 3 if processor.is_control(i)
    else 6 if processor.is_byte(i) else 4 if processor.id_to_piece(i) == "<mask>" else 1
    for i in range(size)
]
# SentencePiece takes a mark in a text for a space, and control tokens for text.
texts = [t for t in TEXTS if "▁" not in t and "<s>" not in t and t] + ["a<0x41> b", "\n\n  x "]
metadata = {
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": [processor.id_to_piece(i) for i in range(size)],
    "tokenizer.ggml.scores": [processor.get_score(i) for i in range(size)],
    "tokenizer.ggml.token_type": kinds,
    "tokenizer.ggml.bos_token_id": processor.bos_id(),
    "tokenizer.ggml.eos_token_id": processor.eos_id(),
    "tokenizer.ggml.unknown_token_id": processor.unk_id(),
}
examples = [
    {"text": t, "ids": [processor.bos_id()] + processor.encode(t),
     "decoded": processor.decode(processor.encode(t))}
    for t in texts
]
with open(sys.argv[1], "w") as out:
    json.dump({"metadata": metadata, "examples": examples}, out)
    out.write("\n")
print(size, "pieces", len(examples), "texts")
