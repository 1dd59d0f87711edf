"""Golden values for the tests of io.jackpot.math, by Python's fractions and math, SymPy and mpmath.

    python bench/peers/math_golden.py > problems/src/test/resources/io/jackpot/math/golden.jsonl

Written with SymPy 1.14.0 and mpmath 1.3.0; the seed is fixed. A line has a "kind" and what its test
reads. An expression is a number ("-3/4"), a name ("x", "pi", "e", "i"), or a list of an operator
(+ * ^) or a function and its arguments.
"""

import json
import math
import random
from fractions import Fraction

import mpmath
import sympy as sp

random.seed(20261130)
mpmath.mp.dps = 80
x, y = sp.symbols("x y")
NAMES = {sp.pi: "pi", sp.E: "e", sp.I: "i", x: "x", y: "y"}
FUNCTIONS = {
    sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.cot: "cot", sp.sec: "sec", sp.csc: "csc",
    sp.asin: "arcsin", sp.acos: "arccos", sp.atan: "arctan", sp.sinh: "sinh", sp.cosh: "cosh",
    sp.tanh: "tanh", sp.log: "ln", sp.Abs: "abs", sp.factorial: "factorial",
    sp.binomial: "binom", sp.floor: "floor", sp.ceiling: "ceil",
}
POINTS = [
    {x: sp.Rational(7, 13), y: sp.Rational(-5, 11)}, {x: sp.Rational(11, 7), y: sp.Rational(3, 5)},
    {x: sp.Rational(-2, 9), y: sp.Rational(8, 3)},
]


def write(kind, **fields):
    print(json.dumps({"kind": kind, **fields}, separators=(",", ":")))


def tree(e):
    if e.is_Rational:
        return str(e)
    if e in NAMES:
        return NAMES[e]
    head = {sp.Add: "+", sp.Mul: "*", sp.Pow: "^"}.get(e.func)
    if e.func == sp.exp:
        return ["^", "e", tree(e.args[0])]
    return [head or FUNCTIONS[e.func]] + [tree(argument) for argument in e.args]


def fraction(size):
    return Fraction(random.randint(-size, size), random.randint(1, size))


def rationals():
    sizes = [1, 3, 12, 1000, 10**9, 2**63, 10**30, 10**60]
    for i in range(120):
        a, b = fraction(random.choice(sizes)), fraction(random.choice(sizes))
        power = random.randint(-7, 7)
        write(
            "rational", a=str(a), b=str(b), sum=str(a + b), difference=str(a - b),
            product=str(a * b), quotient=str(a / b) if b else None, compare=(a > b) - (a < b),
            floor=str(math.floor(a)), power=power,
            powerOfA=str(a**power) if a or power >= 0 else None,
        )


def integer_functions():
    for n in [0, 1, 2, 5, 20, 21, 52, 170, 171]:
        write("function", name="factorial", at=[str(n)], value=str(math.factorial(n)))
    for n, k in [(0, 0), (5, 2), (5, 5), (5, 6), (52, 5), (100, 50), (171, 3), (2000, 2), (2000, 1998)]:
        write("function", name="binom", at=[str(n), str(k)], value=str(math.comb(n, k)))
    for i in range(12):
        a, b = random.randint(-10**12, 10**12), random.choice([0, random.randint(-999, 999) * 12])
        write("function", name="gcd", at=[str(a), str(b)], value=str(math.gcd(a, b)))
        write("function", name="lcm", at=[str(a), str(b)], value=str(math.lcm(a, b)))
        c, d = fraction(1000), fraction(1000)
        write("function", name="floor", at=[str(c)], value=str(math.floor(c)))
        write("function", name="ceil", at=[str(c)], value=str(math.ceil(c)))
        write("function", name="abs", at=[str(c)], value=str(abs(c)))
        write("function", name="max", at=[str(c), str(d)], value=str(max(c, d)))
        write("function", name="min", at=[str(c), str(d)], value=str(min(c, d)))


def digits(value):
    return mpmath.nstr(value, 60, strip_zeros=False)


def decimals():
    places = {
        "sin": ["0", "0.5", "-1", "3", "1e-20", "22", "355", "-99999999999.5", "1.5707963267948966"],
        "cos": ["0", "0.5", "-1", "3", "1e-20", "11", "355", "99999999999.5", "1.5707963267948966"],
        "exp": ["0", "1", "-1", "0.001", "1e-30", "50.25", "-300.5", "19999"],
        "ln": ["1", "2", "10", "0.1", "1.0000000001", "123456789", "1e-40", "3e300"],
        "arctan": ["0", "1", "-1", "0.001", "1e-25", "1000", "-1e20"],
        "sqrt": ["0", "2", "0.0001", "1e50", "3e-31", "99980001"],
    }
    for name, arguments in places.items():
        of = mpmath.atan if name == "arctan" else getattr(mpmath, name)
        for argument in arguments:
            write("decimal", name=name, at=argument, value=digits(of(mpmath.mpf(argument))))
    write("decimal", name="pi", at="0", value=digits(mpmath.pi))


def polynomials():
    def polynomial():
        return sum(
            sp.Rational(random.randint(-9, 9), random.randint(1, 4))
            * x ** random.randint(-2, 3) * y ** random.randint(0, 2)
            for _ in range(random.randint(1, 5))
        )

    def terms(e):
        return [
            [str(c), {str(v): str(p) for v, p in m.as_powers_dict().items() if v != 1}]
            for m, c in sp.expand(e).as_coefficients_dict().items() if c
        ]

    for _ in range(40):
        a, b = polynomial(), polynomial()
        write("polynomial", a=terms(a), b=terms(b), sum=terms(a + b), product=terms(a * b))


def exact_leaf():
    return random.choice([
        sp.Integer(random.randint(-12, 12)), sp.Rational(random.randint(-20, 20), random.randint(1, 12)),
        sp.sqrt(random.randint(2, 30)), sp.cbrt(sp.Integer(random.randint(2, 20))), sp.pi, sp.E, sp.I,
        x, y, x, sp.Integer(12) ** sp.Rational(3, 4),
    ])


def open_leaf():
    return random.choice([x, y, sp.Integer(random.randint(1, 9)), sp.pi / random.randint(2, 6)])


def expression(depth, leaf, functions):
    if depth == 0:
        return leaf()
    left, right = expression(depth - 1, leaf, functions), expression(depth - 1, leaf, functions)
    choices = [left + right, left * right, left - right, left ** random.choice([2, 3])]
    if right != 0:
        choices.append(left / right)
    return random.choice(choices + [function(left) for function in functions])


def equalities():
    exact = [sp.expand, sp.factor, sp.together, sp.radsimp, sp.cancel, sp.simplify]
    trigonometric = [lambda e: sp.expand(e, trig=True), sp.expand, sp.trigsimp, sp.simplify]
    for i in range(260):
        functions = i % 2 == 1
        kind = (open_leaf, [sp.sin, sp.cos, sp.exp, sp.atan]) if functions else (exact_leaf, [])
        left = expression(random.randint(1, 3), *kind)
        right = random.choice(trigonometric if functions else exact)(left)
        if i % 4 >= 2:
            right = random.choice([
                right + sp.Rational(1, 10**random.randint(1, 40)), -right + x, right * sp.Rational(10001, 10000) + 1,
                right + sp.sqrt(2) / 10**random.randint(1, 20), right + sp.pi / 1000,
            ])
        if any(e.has(sp.zoo, sp.nan, sp.oo, sp.re, sp.im, sp.Piecewise) for e in (left, right)):
            continue
        off = [abs(sp.N((left - right).subs(point), 90)) for point in POINTS]
        equal = all(value < 1e-70 for value in off)
        assert equal or all(value > 1e-60 for value in off), (left, right, off)
        if len(json.dumps([tree(left), tree(right)])) < 600:
            write("equality", exact=not functions, left=tree(left), right=tree(right), equal=equal)


def values():
    expressions = [
        sp.sqrt(2) + sp.cbrt(5) / 7, sp.pi ** sp.E, sp.exp(sp.I * x), (3 + 4 * sp.I) ** 5 / (x + sp.I),
        sp.sqrt(-3 + 2 * sp.I), sp.sqrt(-3 - 2 * sp.I), sp.Abs(x + 3 * sp.I), (2 - sp.I) ** -3,
        sp.sqrt(-7 * (y**2 + 1)), x ** sp.sqrt(3), 2 ** (x * y), sp.tan(x), sp.cot(x), sp.sec(y), sp.csc(y),
        sp.asin(x / 5), sp.acos(y / 5), sp.asin(sp.Integer(1)) + x, sp.atan(x * y), sp.sinh(x), sp.cosh(y),
        sp.tanh(x + y), sp.log(x + 10), sp.log(10**12 * x**2), sp.floor(10 * x), sp.ceiling(7 * y),
        sp.factorial(6) * x, sp.binomial(10, 4) + x, sp.exp(x) * sp.exp(sp.I * sp.pi / 3), sp.sin(sp.cos(x)),
    ]
    for e in expressions:
        for point in POINTS[:2]:
            value = sp.N(e.subs(point), 70)
            re, im = value.as_real_imag()
            write(
                "value", expr=tree(e), point={str(k): str(v) for k, v in point.items()},
                re=digits(mpmath.mpf(str(re))), im=digits(mpmath.mpf(str(im))),
            )


rationals()
integer_functions()
decimals()
polynomials()
equalities()
values()
