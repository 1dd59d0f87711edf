"""Tokenizers of every feature, and what the Python library tokenizers does with texts.

    python bench/peers/tokenizer_golden.py OUT.json            the cases that the tests keep
    python bench/peers/tokenizer_golden.py OUT.json 500 SEED   as many random tokenizers

A case is a tokenizer.json made of a base (its model) and sections of its own.
"""

import json
import random
import sys

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

TEXTS = [
    "Hello world, it's 2024! Don't SHOUT: I'LL we've 'ſ. naïve café",
    "  two  spaces\tand\r\nlines\n\n\nend   ",
    "for (int i = 0; i < 10; i++) { x[i] = 3.14e-2; } // ok",
    "漢字かな交じり文 한국어 Ελληνικά русский עברית हिन्दी",
    "👨‍👩‍👧‍👦🏳️‍🌈 e\u0301\u0323 \u1100\u1161\u11a8 Å K ﬁ Ⅷ ½ ² ١٢٣",
    "\x00\x01\x7f\x85\u00a0\u2028\u3000\ufeff\u200b\u200d\ufffd\U000e0101",
    "<s>a</s> <mask>b [SEP]c foo foobar Foo  <|end|>x <s",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\u0301\u0323\u0301 \U0001e130 \U00016d68\U00011938\U000105d2\u0307",
    "",
    " ",
    "▁a ▁▁ b<0x41><0xE2>Ġ",
]

CORPUS = [
    "the quick brown fox jumps over the lazy dog and it's the end of the world as we've known it",
    "Hello world hello there, don't they'll we're I'm 2024 2023 1999 10 100 1000 for int i x",
    "漢字 かな 한국어 русский текст ελληνικά naïve café e\u0301 foo bar foobar  two  spaces\n\nlines\n",
] * 20

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def trained(pre_tokenizer, alphabet, vocabulary, specials=(), **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, initial_alphabet=alphabet, special_tokens=list(specials),
        show_progress=False, limit_alphabet=400,
        continuing_subword_prefix=settings.get("continuing_subword_prefix", ""),
        end_of_word_suffix=settings.get("end_of_word_suffix", ""))
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    for key in ("continuing_subword_prefix", "end_of_word_suffix"):
        model[key] = model[key] or None
    return model


def bases():
    byte_level = trained(
        pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.ByteLevel.alphabet(), 420)
    bytes_ = ["<0x%02X>" % b for b in range(256)]
    mark = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    pieces = trained(mark, [], 430, ["<unk>", "<s>", "</s>"] + bytes_,
                     unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    # Nothing to fall back on for some bytes.
    holes = json.loads(json.dumps(pieces))
    for byte in ("<0xE6>", "<0xF0>"):
        del holes["vocab"][byte]
    words = pre_tokenizers.WhitespaceSplit()
    return {
        "bytes": byte_level,
        "pieces": pieces,
        "holes": holes,
        "suffix": trained(words, [], 150, ["<unk>"], unk_token="<unk>", end_of_word_suffix="</w>"),
        "prefix": trained(words, [], 150, ["<unk>"], unk_token="<unk>",
                          continuing_subword_prefix="##"),
    }


def split(regex, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": invert}


def split_text(text, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"String": text}, "behavior": behavior, "invert": invert}


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True,
            "use_regex": regex}


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def metaspace(scheme="always", split_=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split_}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def added(content, **flags):
    token = {"id": 0, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": False}
    return {**token, **flags}


def template(before, after):
    pieces = [{"SpecialToken": {"id": t, "type_id": 0}} for t in before]
    pieces.append({"Sequence": {"id": "A", "type_id": 0}})
    pieces += [{"SpecialToken": {"id": t, "type_id": 0}} for t in after]
    tokens = {t: {"id": t, "ids": [7 + i, 9], "tokens": [t, t]}
              for i, t in enumerate(before + after)}
    return {"type": "TemplateProcessing", "single": pieces, "pair": pieces,
            "special_tokens": tokens}


LLAMA_DECODER = sequence(
    "decoders", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0})
LLAMA_NORMALIZER = sequence(
    "normalizers", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁"))
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
ADDED = [
    added("<s>", special=True), added("</s>", special=True, rstrip=True),
    added("<mask>", lstrip=True, special=True), added("foo", single_word=True),
    added("[SEP]", normalized=True), added("<|end|>", lstrip=True, rstrip=True),
    added("Foo", normalized=True), added("<s", normalized=True),
]


def fixed_cases():
    yield "gpt2", "bytes", {"pre_tokenizer": byte_level(), "decoder": byte_level(),
                            "post_processor": byte_level()}
    for name, regex in [("qwen", QWEN), ("cl100k", CL100K), ("gpt4o", GPT4O)]:
        yield name, "bytes", {
            "normalizer": {"type": "NFC"}, "decoder": byte_level(), "added_tokens": ADDED,
            "pre_tokenizer": sequence("pretokenizers", split(regex), byte_level(regex=False))}
    yield "smollm", "bytes", {
        "decoder": byte_level(), "added_tokens": ADDED,
        "pre_tokenizer": sequence(
            "pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level())}
    yield "prefix space", "bytes", {"pre_tokenizer": byte_level(True), "decoder": byte_level(),
                                    "post_processor": template(["a", "b"], ["c"])}
    yield "ignore merges", "bytes", {"pre_tokenizer": byte_level(), "decoder": byte_level(),
                                     "model": {"ignore_merges": True}}
    yield "llama", "pieces", {"normalizer": LLAMA_NORMALIZER, "decoder": LLAMA_DECODER,
                              "added_tokens": ADDED, "post_processor": template(["<s>"], [])}
    yield "mistral", "pieces", {"pre_tokenizer": metaspace("first", False),
                                "decoder": LLAMA_DECODER, "added_tokens": ADDED}
    for scheme in ("always", "first", "never"):
        yield "metaspace " + scheme, "pieces", {
            "pre_tokenizer": metaspace(scheme), "decoder": metaspace(scheme),
            "added_tokens": ADDED}
    for fuse in (True, False):
        yield f"unknown {fuse}", "pieces", {"model": {"byte_fallback": False, "fuse_unk": fuse}}
        yield f"holes {fuse}", "holes", {"model": {"fuse_unk": fuse}, "decoder": LLAMA_DECODER}
    yield "no unknown", "pieces", {"model": {"byte_fallback": False, "unk_token": None}}
    yield "suffix", "suffix", {"pre_tokenizer": {"type": "WhitespaceSplit"},
                               "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}
    yield "prefix", "prefix", {"pre_tokenizer": {"type": "Whitespace"}}
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield form, "bytes", {"normalizer": {"type": form}, "decoder": byte_level(),
                              "pre_tokenizer": byte_level()}
    yield "normalizers", "bytes", {
        "normalizer": sequence(
            "normalizers", {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Lowercase"}, replace(r"\s+", " ", "Regex"), replace("o", "00")),
        "pre_tokenizer": byte_level(), "decoder": byte_level(), "added_tokens": ADDED}
    for behavior in BEHAVIORS:
        for invert in (False, True):
            yield f"{behavior} {invert}", "bytes", {
                "pre_tokenizer": sequence(
                    "pretokenizers", split(r"\s|l+|", behavior, invert),
                    split_text("o", behavior, invert), byte_level(regex=False)),
                "decoder": byte_level()}
        yield "punctuation " + behavior, "bytes", {
            "pre_tokenizer": sequence(
                "pretokenizers", {"type": "Punctuation", "behavior": behavior},
                {"type": "Digits", "individual_digits": False}, byte_level())}


REGEXES = [
    GPT2, QWEN, CL100K, GPT4O, r"\s+", r"\S+", r"[[:punct:]]+", r"\w+", r"[^\W\d_]+", r"\b", "^", "$",
    r"(?<=a)b", r"(?<!\s)\S$", r"(?:ab|a|b)*", r"(?:a|b)+?", r"(?>a+)b?", r"\p{Han}|\p{Hiragana}+",
    r"(?i)[a-f]+|HELLO", r"\p{^L}", r"[\p{L}&&[^a-z]]", r"(?m:.{3})", r"\R", r"\h+", r"x*", r".",
    r"\A.|.\z", r"[^\r\n]{1,4}?", r"\p{N}{1,3}+", r"a{2}?|o{,2}", r"(?<x>[a-z])\d|(?#y)z", r"(?x) a \s b # c", r"(?i:k|å|ǆ)", r"\p{M}+", r"\P{L}+", r"[\x{300}-\u036f]",
    r"(?=\p{Lu})", r"(?<=\p{Ll})(?=\p{Lu})", r"(?:\s*\n)+", r"[\s\S]", r"(a(?i)b|c)|d", r"\d{2}+",
]


def random_case(r):
    def one_of(*options):
        return r.choice(options)

    def normalizer(depth=0):
        k = r.randrange(12 if depth < 2 else 9)
        if k < 4:
            return {"type": ["NFC", "NFD", "NFKC", "NFKD"][k]}
        if k == 4:
            return {"type": "Lowercase"}
        if k == 5:
            return {"type": "Strip", "strip_left": one_of(True, False),
                    "strip_right": one_of(True, False)}
        if k == 6:
            return replace(r.choice(REGEXES), one_of("", "x", " "), "Regex")
        if k == 7:
            return replace(one_of(" ", "a", "▁", "  "), one_of("▁", "", "ab"))
        if k == 8:
            return {"type": "Prepend", "prepend": one_of("▁", "x ", " ")}
        if k == 9:
            return None
        return sequence("normalizers", *[normalizer(2) for _ in range(r.randrange(1, 4))])

    def pre(depth=0):
        k = r.randrange(12 if depth < 2 else 9)
        if k < 3:
            return split(r.choice(REGEXES), r.choice(BEHAVIORS), one_of(True, False))
        if k == 3:
            return split_text(one_of(" ", "a", "an", "▁", "."), r.choice(BEHAVIORS),
                              one_of(True, False))
        if k == 4:
            return {"type": "Digits", "individual_digits": one_of(True, False)}
        if k == 5:
            return metaspace(one_of("first", "always", "never"), one_of(True, False))
        if k == 6:
            return one_of({"type": "Whitespace"}, {"type": "WhitespaceSplit"},
                          {"type": "CharDelimiterSplit", "delimiter": "e"})
        if k == 7:
            return {"type": "Punctuation", "behavior": r.choice(BEHAVIORS)}
        if k == 8:
            return byte_level(one_of(True, False), one_of(True, False))
        if k == 9:
            return None
        return sequence("pretokenizers", *[pre(2) for _ in range(r.randrange(1, 4))])

    def decoder(depth=0):
        k = r.randrange(10)
        if k < 2:
            return byte_level()
        if k < 4:
            return LLAMA_DECODER
        return one_of(None, metaspace(one_of("first", "never")), {"type": "Fuse"},
                      {"type": "ByteFallback"}, replace(r.choice(REGEXES), "_", "Regex"),
                      {"type": "Strip", "content": "a", "start": 2, "stop": 0})

    def token():
        return added(
            one_of("<s>", "foo", "Foo", " a ", "it", "the", "\n", "e\u0301", "é", "▁", "  ", "a",
                   "ab", "<unk>", "</s>", "It's"),
            single_word=one_of(True, False), lstrip=one_of(True, False),
            rstrip=one_of(True, False), normalized=one_of(True, False), special=one_of(True, False))

    sections = {
        "normalizer": normalizer() if r.random() < 0.6 else None,
        "pre_tokenizer": pre(),
        "decoder": decoder(),
        "added_tokens": [token() for _ in range(r.randrange(5))],
        "post_processor": one_of(None, byte_level(), template(["<s>"], []), template([], ["x"])),
        "model": {"ignore_merges": one_of(True, False), "fuse_unk": one_of(True, False)},
    }
    return one_of("bytes", "bytes", "pieces", "holes", "suffix", "prefix"), sections


def random_text(r):
    parts = ["a", "b", "foo", "Foo", " ", "  ", "\n", "\r\n", "é", "e\u0301", "\u0323", "it's", "1",
             "23", ".", "漢", "ひ", "<s>", "</s>", "▁", "K", "ǅ", "Å", "\u00a0", "the", "_", "\u200d",
             "👍🏽", "HELLO", "ab", "The", "ß", "\x00", "\U0001e130", "²", "٣"]
    return "".join(r.choice(parts) for _ in range(r.randrange(1, 30)))


def assemble(base, sections):
    tokenizer = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
                 "normalizer": None, "pre_tokenizer": None, "post_processor": None,
                 "decoder": None}
    tokenizer.update({k: v for k, v in sections.items() if k != "model"})
    tokenizer["model"] = {**base, **sections.get("model", {})}
    return tokenizer


def expected(tokenizer, text):
    ids = tokenizer.encode(text).ids
    plain = tokenizer.encode(text, add_special_tokens=False).ids
    middle = plain[len(plain) // 3: len(plain) - len(plain) // 4]
    return {"text": text, "ids": ids,
            "decoded": tokenizer.decode(plain, skip_special_tokens=False),
            "middle": tokenizer.decode(middle, skip_special_tokens=False)}


SETS = [
    r"\p{L}", r"\p{N}", r"\p{M}", r"\p{P}", r"\p{S}", r"\p{Z}", r"\p{C}", r"\p{Lu}", r"\p{Punct}",
    r"[[:punct:]]", r"[[:graph:]]", r"[[:print:]]", r"[[:blank:]]", r"[[:^alnum:]]", r"[[:word:]]",
    r"\w", r"[\W]", r"\s", r"\d", r"\h", r"\p{Han}", r"\p{Old_Italic}", r"\p{Emoji}",
    r"\p{White_Space}", r"\p{Non_Spacing_Mark}", r"\p{ lowercase-letter }", r"(?i:k)", r"(?i:s)",
    r"(?i:å)", r"(?i:ß)", r"(?i:θ)", r"(?i:ΐ)", r"(?i:ı)", r"(?i:[^a-z])", r"(?i:[\p{Lu}])",
    r"[^\r\n\p{L}\p{N}]", r"[\p{L}&&[^\p{Lu}]]", r"[]^-]", r"[\x{10000}-\x{10ffff}]",
]


def all_characters():
    return "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def regexes():
    """The pieces of texts, and which of all characters a set has: their number and a hash."""
    examples = []
    for regex in REGEXES:
        splitter = pre_tokenizers.Split(Regex(regex), "isolated")
        examples.append({"pattern": regex,
                         "pieces": [[p for p, _ in splitter.pre_tokenize_str(t)] for t in TEXTS]})
    sets = []
    for regex in SETS:
        rest = set(normalizers.Replace(Regex(regex), "").normalize_str(all_characters()))
        found = [ord(c) for c in all_characters() if c not in rest]
        value = 0
        for c in found:
            value = (value * 31 + c) % 1000000007
        sets.append({"pattern": regex, "count": len(found), "hash": value})
    return {"texts": TEXTS, "examples": examples, "sets": sets}


def main():
    all_bases = bases()
    cases = []
    if len(sys.argv) > 2:
        r = random.Random(int(sys.argv[3]))
        wanted = ((f"random {i}", *random_case(r)) for i in range(int(sys.argv[2])))
    else:
        r = None
        wanted = fixed_cases()
    for name, base, sections in wanted:
        texts = TEXTS if r is None else [random_text(r) for _ in range(20)] + r.sample(TEXTS, 4)
        try:
            tokenizer = Tokenizer.from_str(json.dumps(assemble(all_bases[base], sections)))
            examples = [expected(tokenizer, text) for text in texts]
        except BaseException as e:  # a panic of the library is no Exception
            if r is None:
                raise
            print(name, str(e)[:100], file=sys.stderr)
            continue
        cases.append({"name": name, "base": base, "sections": sections, "examples": examples})
    with open(sys.argv[1], "w") as out:
        golden = {"bases": all_bases, "cases": cases}
        json.dump(golden if r else {**golden, "regexes": regexes()}, out)
        out.write("\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
