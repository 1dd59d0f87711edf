"""Published data as rows for `jackpot verify`, and the verdicts of Math-Verify on the same rows.

    python verifier_data.py FOLDER > rows.jsonl
    bin/jackpot verify --input rows.jsonl > verdicts.jsonl
    python verifier_data.py --table rows.jsonl verdicts.jsonl

FOLDER has JSON lines: math500.jsonl (its solutions are judged by its answers), gsm8k-*.jsonl (an answer ends in "#### "
and the gold answer), and others with a field "answer", which is judged by itself, bare and in a box. The table counts
the verdicts of both; Math-Verify needs `pip install math-verify`. Its gold answer is put into dollar signs, as its
authors do; it says nothing of whether a text was read, so that is asked of its parser.
"""
import collections
import json
import pathlib
import sys


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = str(row["answer"])
        if "####" in answer:
            yield path.stem, answer.split("####")[-1].strip(), answer
        elif path.stem.startswith("math"):
            yield path.stem, answer, row["solution"]
        else:
            yield path.stem, answer, answer
            yield path.stem + " in a box", answer, "The answer is $\\boxed{" + answer + "}$."


def math_verify(gold, answer):
    import math_verify

    expected = math_verify.parse("$" + gold + "$")
    if not expected:
        return "bad-gold"
    given = math_verify.parse(answer)
    if not given:
        return "unparsed"
    return "correct" if math_verify.verify(expected, given) else "wrong"


def table(asked, judged):
    counts = collections.defaultdict(collections.Counter)
    with open(asked, encoding="utf-8") as first, open(judged, encoding="utf-8") as second:
        for row, verdict in zip(map(json.loads, first), map(json.loads, second)):
            ours = verdict["verdict"]
            theirs = math_verify(row["gold"], row["answer"])
            counts[row["set"]]["rows"] += 1
            counts[row["set"]]["ours", ours] += 1
            counts[row["set"]]["theirs", theirs] += 1
            if "correct" not in (ours, theirs) or ours != "correct":
                print(ours, theirs, row["gold"], repr(row["answer"][-100:]), file=sys.stderr)
    print("| data | rows | correct | unparsed | wrong | bad gold | Math-Verify: correct | unparsed | wrong | bad gold |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, found in counts.items():
        cells = [found[who, verdict] for who in ("ours", "theirs")
                 for verdict in ("correct", "unparsed", "wrong", "bad-gold")]
        print("|", name, "|", found["rows"], "|", " | ".join(map(str, cells)), "|")


if sys.argv[1] == "--table":
    table(sys.argv[2], sys.argv[3])
else:
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl")):
        for name, gold, answer in rows(path):
            print(json.dumps({"set": name, "gold": gold, "answer": answer}))
