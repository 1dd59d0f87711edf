"""Golden ids and loss masks of conversations, as TRL and transformers have them.

    python bench/peers/chat_masks_golden.py problems/src/test/resources/io/jackpot/prompts

Needs transformers (written with 5.24); PyTorch is not needed. Writes tokenizer.json, a byte-level BPE
of our own whose merges cross the borders of turns, and masks.jsonl. A line is {"template", "turns",
"given", "ids", "mask"}. With given > 0 the first turns are a prompt and the mask is that of TRL's
SFTTrainer for prompts and completions: the completion begins where the ids of the prompt, with
add_generation_prompt, and of the whole differ. With given 0 it is the mask of apply_chat_template
with return_assistant_tokens_mask. Templates are our own, in the styles of published ones.
"""

import json
import pathlib
import sys

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

MERGES = ["Ċ Ċ", "h i", "Ġ a", "i n", "Ġa n", "> Ċ", "Ċ h", "t h", "th in", "thin k"]

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
MARKED = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}"
    "{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% else %}"
    "{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
# The assistant's text begins with a line feed, which merges with the one before it.
CROSSING = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}"
    "{% generation %}{{ '\\n' + m.content + '>' }}{% endgeneration %}{% else %}{{ m.content }}"
    "{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
# A prompt ends with the beginning of a thought, which a finished answer lacks.
THINKING = (
    "{{ '<|endoftext|>' }}{% for m in messages %}{% if m.role == 'user' %}{{ 'User: ' + m.content }}"
    "{% elif m.role == 'system' %}{{ m.content }}{% else %}{{ 'Assistant: ' + m.content.split('</think>')[-1] + '<|im_end|>' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: <think>\\n' }}{% endif %}"
)
# Ends no turn, and has tools.
PLAIN = (
    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}"
    "{{ m.role + ':' + (m.content or '') }}{% if m.tool_calls %}{{ m.tool_calls | tojson }}{% endif %}"
    "{{ '\\n\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"
)

ONE = [("system", "in an hi"), ("user", "hi\n"), ("assistant", "\nhi an in")]
THOUGHT = [("user", "hi?"), ("assistant", "<think>\nan\n</think>hi")]
MANY = [("user", "hi"), ("assistant", "an"), ("user", "think\n"), ("assistant", "é 漢\n\nhi")]
CALL = [
    {"role": "user", "content": "hi"},
    {"role": "assistant", "content": None, "tool_calls": [{"name": "f", "arguments": {"x": 1}}]},
    {"role": "tool", "content": "3", "name": "f"},
    {"role": "assistant", "content": "an 3"},
]


def dicts(turns):
    return [t if isinstance(t, dict) else {"role": t[0], "content": t[1]} for t in turns]


def tokenizer(folder: pathlib.Path) -> PreTrainedTokenizerFast:
    pieces = sorted(pre_tokenizers.ByteLevel.alphabet()) + [m.replace(" ", "") for m in MERGES]
    model = models.BPE(vocab={p: i for i, p in enumerate(pieces)}, merges=[tuple(m.split(" ")) for m in MERGES])
    made = Tokenizer(model)
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    made.save(str(folder / "tokenizer.json"))
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>")


def main(folder: pathlib.Path) -> None:
    tok = tokenizer(folder)

    def ids(turns, template, tools=None, generation=False):
        return tok.apply_chat_template(
            turns, chat_template=template, tools=tools, add_generation_prompt=generation, return_dict=True
        )["input_ids"]

    def completion(template, turns, given, tools=None):
        turns = dicts(turns)
        whole = ids(turns, template, tools)
        prompt = ids(turns[:given], template, tools, generation=True)
        start = next((i for i, (a, b) in enumerate(zip(prompt, whole)) if a != b), len(prompt))
        return line(template, turns, given, tools, whole, [0] * start + [1] * (len(whole) - start))

    def marked(template, turns):
        turns = dicts(turns)
        found = tok.apply_chat_template(
            turns, chat_template=template, return_dict=True, return_assistant_tokens_mask=True
        )
        return line(template, turns, 0, None, found["input_ids"], found["assistant_masks"])

    def line(template, turns, given, tools, ids, mask):
        row = {"template": template, "turns": turns, "given": given, "ids": ids, "mask": mask}
        return row | ({"tools": tools} if tools else {})

    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    rows = [completion(t, ONE, 2) for t in (CHATML, MARKED, CROSSING, THINKING, PLAIN)]
    rows += [completion(t, THOUGHT, 1) for t in (CHATML, THINKING)]
    rows += [completion(t, MANY, 3) for t in (CHATML, MARKED, CROSSING, PLAIN)]
    rows += [completion(PLAIN, CALL, 3, tools), completion(PLAIN, CALL[:2], 1, tools)]
    rows += [marked(t, turns) for t in (MARKED, CROSSING) for turns in (ONE, MANY, THOUGHT)]
    with open(folder / "masks.jsonl", "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


main(pathlib.Path(sys.argv[1]))
