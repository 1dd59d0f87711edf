"""Pairs of expressions for `jackpot verify`, half of them equal and half of them not, as SymPy has it.

    python verifier_pairs.py SEED COUNT > pairs.jsonl
    bin/jackpot verify --input pairs.jsonl

A line has "gold", "answer" and the "verdict" that is due; verify passes over the last.
"""
import json
import random
import re
import sys

import sympy as sp

x, y, a = sp.symbols("x y a")
REWRITINGS = [
    sp.expand, sp.factor, sp.together, sp.simplify, sp.radsimp, sp.cancel, lambda e: e,
    lambda e: sp.expand(e, trig=True),
]
POINTS = [
    {x: sp.Rational(7, 13), y: sp.Rational(-5, 11), a: sp.Rational(17, 19)},
    {x: sp.Rational(11, 7), y: sp.Rational(3, 5), a: sp.Rational(2, 3)},
]


def fraction(low, high):
    return sp.Rational(random.randint(low, high), random.randint(1, 12))


def number():
    return random.choice([
        sp.Integer(random.randint(-12, 12)), fraction(-20, 20), sp.pi * fraction(1, 6),
        sp.sqrt(random.randint(2, 30)) * fraction(1, 6), sp.cbrt(sp.Integer(random.randint(2, 20))),
    ])


def expression(depth, leaf, functions):
    if depth == 0:
        return leaf()
    left = expression(depth - 1, leaf, functions)
    right = expression(depth - 1, leaf, functions)
    choices = [left + right, left * right, left - right, left ** random.choice([2, 3])]
    if right != 0:
        choices.append(left / right)
    return random.choice(choices + [function(left, right) for function in functions])


NUMBERS = (number, [
    lambda e, f: sp.sqrt(sp.Abs(e) + 1),
    lambda e, f: e * sp.sin(sp.pi * sp.Rational(random.randint(1, 11), random.choice([3, 4, 6, 12]))),
])
FUNCTIONS = (lambda: random.choice([x, y, a, x, y, number()]), [
    lambda e, f: sp.sin(e), lambda e, f: sp.exp(e), lambda e, f: sp.cos(e) * f,
])


def text(e):
    if random.random() < 0.5:
        return sp.latex(e, ln_notation=True)
    return re.sub(r"\bE\b", "e", str(e)).replace("log(", "ln(").replace("Abs(", "abs(")


def changed(e, kind):
    return random.choice([
        e + sp.Rational(1, random.randint(1, 10**6)), e * sp.Rational(10**6 + 1, 10**6), e + x / 1000,
        -e, e + sp.Rational(1, 10**30), expression(random.randint(1, 3), *kind),
    ])


def write(gold, answer, same):
    print(json.dumps({
        "gold": sp.latex(gold, ln_notation=True), "answer": text(answer),
        "verdict": "correct" if same else "wrong",
    }))


random.seed(int(sys.argv[1]))
for i in range(int(sys.argv[2])):
    kind = (NUMBERS, FUNCTIONS)[i % 2]
    gold = expression(random.randint(1, 3), *kind)
    try:
        rewritten, other = random.choice(REWRITINGS)(gold), changed(gold, kind)
    except (NotImplementedError, ZeroDivisionError, sp.PolynomialError):
        continue
    if any(e.has(sp.zoo, sp.nan, sp.oo) for e in (gold, rewritten, other)):
        continue
    write(gold, rewritten, True)
    off = [abs(sp.N((other - gold).subs(point), 80)) for point in POINTS]
    write(gold, other, all(value < 1e-45 for value in off))
