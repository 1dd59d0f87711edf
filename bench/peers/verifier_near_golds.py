"""Pairs of near gold answers for `jackpot verify`: none of them should be `correct`, but for those that mean the same.

    python verifier_near_golds.py FOLDER SEED COUNT > pairs.jsonl
    bin/jackpot verify --input pairs.jsonl > verdicts.jsonl
    python verifier_near_golds.py --correct pairs.jsonl verdicts.jsonl

FOLDER has published data sets as JSON lines with a field "answer", which may end in "#### " and the gold answer. A
pair is a gold answer and another one of the data, or the gold answer with one digit, sign, letter, operator, bracket or
part changed; the answer stands in a sentence or box. The second form of the command prints the pairs that were judged
`correct`, to be looked at: `1/2` and `0.5` are two gold answers that mean the same.
"""
import json
import pathlib
import random
import re
import sys

WRAPPINGS = [
    "%s", "$%s$", "\\boxed{%s}", "Thus, the answer is $\\boxed{%s}$.", "The answer is $%s$.", "**Answer:** $%s$",
    "We add both and get\n\\[\\boxed{%s}.\\]", "Therefore $x = \\boxed{%s}$.", "#### %s", "Answer $%s$",
    "<think>It is small.</think>\n\n**Final Answer**\n\n$$\\boxed{%s}$$", "So the total is \\(\\boxed{%s}\\) in all.",
]
OPERATORS = ["+", "-", "\\cdot ", "/", "^", "="]
BRACKETS = ["(", ")", "[", "]"]


def golds(folder):
    found = set()
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            answer = str(json.loads(line)["answer"])
            found.add(answer.split("####")[-1].strip())
    return sorted(found)


def places(pattern, text):
    return [m.start() for m in re.finditer(pattern, text)]


def replaced(text, at, new, length=1):
    return text[:at] + new + text[at + length:]


def digit(text):
    at = random.choice(places(r"\d", text))
    kind = random.randrange(4)
    other = str((int(text[at]) + random.randint(1, 9)) % 10)
    return [replaced(text, at, other), replaced(text, at, text[at] + other), replaced(text, at, ""),
            replaced(text, at, "." + text[at])][kind]


def sign(text):
    at = places(r"(?<![\w}\)])-(?=[\d\\a-z(])", text)
    return replaced(text, random.choice(at), "") if at and random.random() < 0.7 else "-" + text


def letter(text):
    at = random.choice(places(r"(?<![A-Za-z\\])[a-zA-Z](?![A-Za-z])", text))
    return replaced(text, at, random.choice("abcmnprstuvwxyzABCN"))


def operator(text):
    at = random.choice(places(r"(?<=[\w})])[-+^/=](?=[\w\\({])|\\(?:cdot|times) ", text))
    length = len(re.match(r"\\[a-z]+ |.", text[at:]).group())
    return replaced(text, at, random.choice(OPERATORS), length)


def bracket(text):
    at = random.choice(places(r"[()\[\]]", text))
    return replaced(text, at, random.choice(BRACKETS + [""]))


def part(text):
    at = random.choice(places(r",", text))
    end = (text.find(",", at + 1) + 1 or len(text) + 1) - 1
    return random.choice([text[:at], text[:at] + text[end:], text[at + 1:], text + ", " + str(random.randint(0, 9)),
                          replaced(text, at, random.choice([" ", ".", ";", "+", " or "]))])


def braces(text):
    at = random.choice(places(r"[{}^_]", text))
    return replaced(text, at, random.choice(["", "(", "}"]))


def command(text):
    at = random.choice(places(r"\\(?:frac|sqrt|pi|cup|infty|le|ge|text|circ|sin|cos|log)", text))
    length = len(re.match(r"\\[a-z]+", text[at:]).group())
    return replaced(text, at, random.choice(["", "\\sqrt", "\\pi", "\\cap", "\\le", "\\ge", "\\cos", "2"]), length)


CHANGES = [digit, digit, digit, sign, letter, operator, bracket, part, braces, command]


def changed(text):
    while True:
        try:
            return random.choice(CHANGES)(text)
        except IndexError:  # Nothing of this kind to change.
            continue


def plain(text):
    return re.sub(r"\s|\\left|\\right|\\!|\$", "", text).replace("dfrac", "frac")


def pairs(folder, count):
    known = golds(folder)
    rare = [gold for gold in known if not re.fullmatch(r"-?[\d,.]+", gold)]
    while count > 0:
        gold = random.choice(rare if random.random() < 0.7 else known)
        if random.random() < 0.4:
            # A gold answer of the same length is more often a near one.
            others = [random.choice(rare if gold in rare else known) for _ in range(8)]
            other = min(others, key=lambda text: abs(len(text) - len(gold)))
        else:
            other = changed(gold)
        if other.strip() and plain(other) != plain(gold):
            count -= 1
            print(json.dumps({"gold": gold, "answer": random.choice(WRAPPINGS).replace("%s", other)}))


if sys.argv[1] == "--correct":
    with open(sys.argv[2], encoding="utf-8") as asked, open(sys.argv[3], encoding="utf-8") as judged:
        rows = [(json.loads(row), json.loads(verdict)["verdict"]) for row, verdict in zip(asked, judged)]
    same = [row for row, verdict in rows if verdict == "correct"]
    for row in same:
        print(row["gold"], "|", repr(row["answer"]))
    print(len(same), "of", len(rows), "are correct")
else:
    random.seed(int(sys.argv[2]))
    pairs(sys.argv[1], int(sys.argv[3]))
