"""Pairs of expressions that are equal everywhere or only in some places, as SymPy and NumPy have it.

    python bench/peers/verifier_everywhere.py SEED COUNT > pairs.jsonl
    bin/jackpot verify --input pairs.jsonl

A line has "class", "gold", "answer" and the verdict that is "due"; verify passes over the others. The
file everywhere.jsonl of the tests of io.jackpot.answers has those of seed 20261201, 500 pairs.

Each pair is an expression and a rewriting that may hold: everywhere, in one cell between the zeros of
what stands under |.|, a root or a maximum, for some integers, or not at all. What is due is found by
computing both sides at thousands of points, unless the rule for memberships, lists and functions of
unknown values gives it.
"""
import json
import math
import random
import sys
import warnings

import numpy as np
import sympy as sp

warnings.filterwarnings("ignore")
x, y, n, k = sp.symbols("x y n k")
half = sp.Rational(1, 2)
near = np.concatenate([np.arange(-320, 320, 0.5) + 0.0137, np.arange(-40, 40, 0.07)])
far = np.geomspace(1e-3, 3e6, 400)
LINE = np.concatenate([near, np.arange(-400, 401), far, -far, np.arange(-40, 40) / 60])
NATURALS = np.concatenate([np.arange(-60, 700), [997, 1000, 9999, 10007, 123456]]).astype(float)
generator = np.random.default_rng(7)
PLANE = np.concatenate([
    generator.uniform(-3, 3, (1000, 2)), generator.uniform(-40, 40, (1500, 2)),
    generator.uniform(-400, 400, (1500, 2)),
    np.repeat(generator.uniform(-60, 60, (800, 1)), 2, 1) + generator.uniform(-3, 3, (800, 2)),
])


def constant():
    return random.choice([random.randint(1, 9), random.randint(1, 60), random.randint(60, 200)])


def inside():
    """What may stand under an absolute value."""
    a, b = constant(), constant()
    return random.choice([
        x - a, x + a, a - x, 2 * x - a, x / 2 + a, x**2 - a, (x - a) * (x - b), x**2 + a, x, 3 * x,
        x**2 - 2 * a * x + a**2, (x - a) ** 3, sp.Abs(x - a) - b, x * (x - a), x**3 - a * x,
    ])


def flat():
    """What may stand under an absolute value in two variables."""
    a, b = constant(), constant()
    return random.choice([
        x - y, x + y, x - y - a, x * y, x - a, y + b, 2 * x - y, x**2 - y**2, x**2 + y**2 - a, x * y - a,
    ])


def absolute(u):
    v = sp.expand(u)
    return sp.Abs(u), random.choice([
        u, -u, v, sp.Abs(-v), sp.sqrt(sp.expand(u**2)), sp.Max(u, -u), sp.Abs(u + 1), sp.sqrt(u) ** 2,
        -sp.Abs(v), sp.Abs(v), u**2 / sp.Abs(v), sp.sqrt(sp.expand(u**2 + 1)), sp.Max(v, 0) - sp.Min(v, 0),
        sp.Max(u, 0), sp.sqrt(u**4) / sp.Abs(u),
    ])


def absolutes():
    if random.random() < 0.1:
        u = sp.exp(x) - constant()
        return sp.Abs(u), random.choice([u, -u, sp.Abs(-u), sp.Max(u, -u), sp.Max(u, 0), sp.sqrt(u**2), sp.Abs(u + 1)])
    return absolute(inside())


def plane():
    u, v = flat(), flat()
    return random.choice([
        absolute(u), extreme(u, v), (sp.Abs(u) * sp.Abs(v), random.choice([sp.Abs(sp.expand(u * v)), u * v, -u * v])),
        (sp.Abs(u) + sp.Abs(v), random.choice([u + v, u - v, sp.Abs(u + v), sp.Max(sp.Abs(u + v), sp.Abs(u - v))])),
    ])


def extreme(u, v):
    larger = (u + v + sp.Abs(u - v)) / 2
    return random.choice([
        (sp.Max(u, v), random.choice([u, v, larger, sp.Max(sp.expand(v), u), u + v - sp.Min(u, v), sp.Min(u, v)])),
        (sp.Min(u, v), random.choice([u, v, u + v - larger, sp.Min(v, sp.expand(u)), -sp.Max(-u, -v), sp.Max(u, v)])),
    ])


def extremes():
    a = constant()
    u, v = random.choice([
        (x, sp.Integer(-a)), (x, sp.Integer(a)), (x - a, a - x), (x, x**2), (x, 2 * x - a), (x**2, sp.Integer(a)),
        (x + a, -x), (x, sp.Integer(0)),
    ])
    return extreme(u, v)


def sums():
    a, b = constant(), constant()
    left = sp.Abs(x - a) + sp.Abs(x + b)
    return random.choice([
        (left, random.choice([sp.Integer(a + b), 2 * x - a + b, a - b - 2 * x, sp.Abs(2 * x + b - a),
                              sp.Max(sp.Abs(2 * x + b - a), a + b)])),
        (sp.Abs(x - a) - sp.Abs(x - a - b), random.choice([sp.Integer(-b), sp.Integer(b), 2 * x - 2 * a - b])),
    ])


def roots():
    a, b = constant(), constant()
    u = random.choice([x, x - a, x + a, a - x, x**2 - a, 2 * x, x / a])
    r = sp.sqrt(u)
    v = random.choice([x - b, y, x + b])
    return random.choice([
        (1 / r, random.choice([sp.sqrt(1 / u), sp.sqrt(u) / u, 1 / u, sp.sqrt(u)])),
        (sp.sqrt(sp.expand(u**3)), random.choice([u * r, -u * r, u**2 / r, sp.Abs(u) * r, u**2])),
        (sp.sqrt(u**2), random.choice([u, -u, sp.Abs(u), r**2])),
        (sp.sqrt(sp.expand(u**2 * v)), random.choice([u * sp.sqrt(v), sp.Abs(u) * sp.sqrt(v), -u * sp.sqrt(v)])),
        (sp.sqrt(sp.expand(u * v)), random.choice([r * sp.sqrt(v), u * sp.sqrt(v / u), u * sp.sqrt(v) / r])),
        (sp.sqrt(u**4), random.choice([u**2, -(u**2), u * sp.Abs(u), sp.expand(u**2)])),
        (1 / (r + 1), random.choice([(r - 1) / (u - 1), (1 - r) / (u - 1), (r + 1) / (u - 1)])),
        (sp.sqrt(1 + 2 / u + 1 / u**2), random.choice([1 + 1 / u, sp.Abs(1 + 1 / u), sp.Abs(u + 1) / u])),
    ])


def steps():
    p, q, c = random.randint(1, 5), random.randint(2, 20), random.randint(-7, 7)
    q = random.choice([q, q, 100, 365])
    u = random.choice([n / q, (p * n + c) / sp.Integer(q), n**2 / q, (n**2 + c) / q])
    left = sp.floor(u)
    return random.choice([
        (left, random.choice([
            sp.floor(u + sp.Rational(1, q)), sp.floor(sp.expand(u)), sp.ceiling(u), sp.ceiling(u) - 1,
            -sp.ceiling(-u), sp.floor(u * sp.Rational(q, q + 1)), sp.floor(u + 1) - 1, u,
            sp.ceiling(u - sp.Rational(q - 1, q)), sp.floor(u - half)])),
        (sp.ceiling(n / q), random.choice([
            sp.floor((n + q - 1) / sp.Integer(q)), sp.floor(n / q) + 1, sp.floor((n + q) / sp.Integer(q)),
            -sp.floor(-n / q), sp.ceiling((n - 1) / sp.Integer(q))])),
        (sp.floor(n**2 / sp.Integer(4)), random.choice([
            sp.floor(n / 2) * sp.ceiling(n / 2), sp.floor(n / 2) ** 2, n**2 / sp.Integer(4) - (1 - (-1) ** n) / 8,
            sp.floor(n**2 / sp.Integer(5)), (n**2 - 1) / sp.Integer(4)])),
        (sp.floor(n / 2), random.choice([
            (2 * n - 1 + (-1) ** n) / sp.Integer(4), (2 * n + 1 - (-1) ** n) / sp.Integer(4), (n - 1) / sp.Integer(2)])),
    ])


def real_steps():
    a, p = constant(), random.randint(2, 6)
    return random.choice([
        (sp.floor(x), random.choice([x, sp.ceiling(x) - 1, -sp.ceiling(-x), sp.floor(x + a) - a, x - half])),
        (sp.floor(2 * x), random.choice([sp.floor(x) + sp.floor(x + half), 2 * sp.floor(x), sp.floor(x) + sp.ceiling(x)])),
        (sp.floor(x / p), random.choice([sp.floor(sp.floor(x) / p), sp.floor(x / (p + 1)), sp.ceiling(x / p) - 1])),
        (sp.floor(sp.Abs(x)), random.choice([sp.Abs(sp.floor(x)), sp.floor(x), sp.floor(sp.sqrt(x**2))])),
        (sp.floor(x**2 / a), random.choice([sp.floor(x**2 / (a + 1)), sp.floor(-x**2 / a), sp.floor(sp.Abs(x) ** 2 / a)])),
    ])


def factorials():
    m = random.randint(1, 4)
    return random.choice([
        (sp.factorial(n + m), random.choice([
            (n + m) * sp.factorial(n + m - 1), sp.factorial(n) * sp.prod([n + i + 1 for i in range(m)]),
            sp.factorial(n) * (n + m) ** m, sp.factorial(n) * sp.factorial(m)])),
        (sp.factorial(n) / sp.factorial(n - m), random.choice([
            sp.expand(sp.prod([n - i for i in range(m)])), n**m, sp.binomial(n, m) * sp.factorial(m),
            sp.binomial(n, m)])),
        (sp.binomial(n, m), random.choice([
            sp.binomial(n, n - m), sp.binomial(n - 1, m) + sp.binomial(n - 1, m - 1), sp.binomial(n + 1, m)])),
        ((-1) ** n, random.choice([(-1) ** (n + 2), (-1) ** (n + 1), sp.cos(sp.pi * n), sp.Integer(1)])),
        (2**n, random.choice([n**2, 2 * 2 ** (n - 1), 4 ** (n / 2), n + 2])),
    ])


def logarithms():
    a, b = constant(), random.randint(1, 12)
    u = random.choice([x, x - a, x + a, x**2 + 1])
    return random.choice([
        (sp.log(u**2), random.choice([2 * sp.log(u), 2 * sp.log(sp.Abs(u)), sp.log(u) ** 2])),
        (sp.log(u) + sp.log(x + 2), random.choice([sp.log(u * (x + 2)), sp.log(sp.expand(u * (x + 2))), sp.log(u + x + 2)])),
        (sp.exp(2 * sp.log(sp.Abs(u))), random.choice([sp.expand(u**2), sp.Abs(u), u**2 + 1])),
        (sp.Abs(sp.log(x) - b), random.choice([sp.log(x) - b, b - sp.log(x), sp.sqrt((sp.log(x) - b) ** 2)])),
    ])


def arcs():
    a = constant()
    return random.choice([
        (sp.atan(x - a) + sp.atan(1 / (x - a)), random.choice([sp.pi / 2, -sp.pi / 2, sp.pi / 2 * sp.Abs(x - a) / (x - a)])),
        (sp.sqrt(1 - sp.cos(x) ** 2), random.choice([sp.sin(x), sp.Abs(sp.sin(x)), -sp.sin(x)])),
        (sp.Abs(sp.sin(x)), random.choice([sp.sin(x), sp.sin(sp.Abs(x)), sp.sqrt((1 - sp.cos(2 * x)) / 2)])),
        (sp.asin(sp.sin(x)), random.choice([x, sp.pi - x, sp.asin(sp.sin(x + 2 * sp.pi))])),
    ])


CLASSES = [
    absolutes, absolutes, plane, extremes, sums, roots, roots, steps, steps, real_steps, factorials, logarithms, arcs,
]


def natural(*at):
    return all(value >= 0 and value == int(value) for value in at)


COUNTS = {
    "floor": lambda a: np.floor(a + 1e-9),
    "ceil": lambda a: np.ceil(a - 1e-9),
    "factorial": np.vectorize(lambda a: float(math.factorial(int(a))) if natural(a) else np.nan, otypes=[float]),
    "binomial": np.vectorize(lambda a, b: float(math.comb(int(a), int(b))) if natural(a, b) else np.nan, otypes=[float]),
}


def values(e, variables, points):
    value = sp.lambdify(variables, e, [COUNTS, "numpy"])(*points)
    return np.broadcast_to(np.asarray(value, dtype=float), points[0].shape)


def due(left, right):
    """The verdict, or None if it cannot be said."""
    free = (left - right).free_symbols | left.free_symbols | right.free_symbols
    if n in free:
        variables, points = [n], [NATURALS[(NATURALS < 25) | (not (left.has(sp.factorial, 2**n) or right.has(sp.factorial, 2**n)))]]
    elif y in free:
        variables, points = [x, y], [PLANE[:, 0], PLANE[:, 1]]
    else:
        variables, points = [x], [LINE]
    a, b = values(left, variables, points), values(right, variables, points)
    both = np.isfinite(a) & np.isfinite(b)
    size = 1 + np.abs(a[both]) + np.abs(b[both])
    off = np.abs(a[both] - b[both]) / size
    off = off[size < 1e7]
    if np.count_nonzero(off >= 1e-3) > 1:
        return "wrong"
    if not off.size or np.any(off > 1e-9):
        return None
    gaps = [np.mean(np.isnan(side)) > 0.002 for side in (a, b)]
    return "wrong" if n not in free and gaps[0] != gaps[1] else "correct"


def tex(e):
    return sp.latex(e, ln_notation=True)


def computed():
    make = random.choice(CLASSES)
    left, right = make()
    if random.random() < 0.3:
        left, right = right, left
    if left.has(sp.zoo, sp.nan, sp.I) or right.has(sp.zoo, sp.nan, sp.I) or left.has(sp.Piecewise):
        return None
    verdict = due(left, right)
    return verdict and (make.__name__, tex(left), tex(right), verdict)


def functions():
    letter = random.choice(["f", "g", "F", "N", "P", "h", "u", "\\phi"])
    a, b = random.randint(1, 9), random.randint(2, 9)
    at = random.choice([x, x + y, x - a, sp.Integer(a), 2 * x + b, sp.Integer(0), x * y])
    other = random.choice([sp.expand((x + y) ** 2) / (x + y) if at == x + y else at, at + 1, -at - a, 2 * at + b])
    of = "%s(%s)" % (letter, tex(at))
    choices = [
        (of, of.replace("(", "\\left(").replace(")", "\\right)"), True),
        (of, "%s(%s)" % (letter, tex(other)), sp.simplify(at - other) == 0),
        (of, "%s(\\frac{%s}{%d})" % (letter, tex(sp.expand(b * at)), b), True),
        (of, "0", False), (of, tex(at), False), (of + "^2", of, False),
        (of + "+%d" % a, "%d+%s" % (a, of), True), (of, "|%s|" % of, False),
        ("%s(%s)" % (letter, tex(x + y)), "%s(x)+%s(y)" % (letter, letter), False),
        ("%s(%d)" % (letter, a), "%d%s(1)" % (a, letter), a == 1),
        (of + "\\cdot e^{kt}", "0", False), ("%s'(0)" % letter, "0", False), ("%s^{-1}(0)" % letter, "0", False),
        ("%s(0)=%d" % (letter, a), "%s(0)=%d" % (letter, b), a == b),
        ("%s(x)=%dx" % (letter, b), "%dx" % b, True),
        ("k(x+%d)" % a, "kx+%dk" % a, True), ("k(x+%d)" % a, "kx+%dk" % b, a == b),
        ("n(n+%d)" % a, "n^2+%dn" % a, True), ("n(n+%d)" % a, "n^2+%d" % a, False),
        ("a(b+c)", random.choice(["ab+ac", "ba+c\\cdot a", "ab+bc"]), None),
    ]
    gold, answer, same = random.choice(choices)
    if same is None:
        same = answer != "ab+bc"
    return "functions", gold, answer, "correct" if same else "wrong"


def interval():
    a = random.randint(-9, 9)
    b = a + random.randint(1, 9)
    return random.choice("[(") + "%d,%d" % (a, b) + random.choice("])")


def memberships():
    s = random.choice([interval(), "\\{%d,%d\\}" % (random.randint(0, 4), random.randint(5, 9))])
    v = random.choice(["x", "t", "y", "-x", "x^2", "2x", "|x|", "x+1", "\\frac{1}{x}", "f(x)", "\\sqrt{x}"])
    answer = "%s \\in %s" % (v, s)
    gold = s if random.random() < 0.5 else "%s \\in %s" % ("x" if v in "xty" and len(v) == 1 else random.choice("xt"), s)
    same = len(v) == 1 and (gold == s or gold[0] == v)
    if gold != s and len(v) == 1 and gold[0] != v:
        return None
    return "memberships", gold, answer, "correct" if same else "wrong"


def lists():
    a, b = random.sample(range(-9, 10), 2)
    one, two = interval(), interval()
    left, right = "\\{x \\mid x \\geq %d\\}" % a, "\\{x \\mid x \\geq %d\\}" % b
    name = random.choice(["x", "y", "t"])
    gold, answer, same = random.choice([
        (left + "," + right, left, False), (left + "," + right, right, False),
        (left + "," + right, right + "," + left, True), (left, left + "," + right, False),
        (one + "," + two, two + "," + one, True), (one + "," + two, one, one == two),
        (one, one + "," + two, one == two), (one + "," + two, random.choice([one, two]) + "," + interval(), None),
        ("%s=%d, %d" % (name, a, b), "-%s=%d, %d" % (name, a, b), sorted([-a, -b]) == sorted([a, b])),
        ("%s=%d, %d" % (name, a, b), "%d, %d" % (b, a), True),
        ("%s=%d, %d" % (name, a, b), "%s=%d" % (name, a), False),
        ("%s=%d, %d" % (name, a, b), "2%s=%d, %d" % (name, a, b), False),
        ("%s=%d \\text{ or } %s=%d" % (name, a, name, b), "-%s=%d, %d" % (name, -a, -b), True),
        ("y=%dx, y=%dx" % (a, b), "y=%dx" % a, False), ("(%d,%d),(%d,%d)" % (a, b, b, a), "(%d,%d)" % (a, b), False),
        ("x \\geq %d" % a, "x \\geq %d, x \\geq %d" % (a, b), False),
    ])
    if same is None or (one.startswith("(") and one.endswith(")")) or (two.startswith("(") and two.endswith(")")):
        return None
    return "lists", gold, answer, "correct" if same else "wrong"


random.seed(int(sys.argv[1]))
made = 0
while made < int(sys.argv[2]):
    pair = random.choice([computed, computed, computed, functions, memberships, lists])()
    if pair:
        print(json.dumps(dict(zip(["class", "gold", "answer", "due"], pair))))
        made += 1
