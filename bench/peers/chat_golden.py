"""Golden renderings of templates, by the Jinja environment of transformers.

    python bench/peers/chat_golden.py problems/src/test/resources/io/jackpot/jinja/golden.jsonl
    python bench/peers/chat_golden.py --models FOLDER…    # prints what ModelTemplatesTest expects

A line is {"template", "values", "text"}, or has "error": true where Jinja refuses. Templates are our
own. With --models, FOLDER is a model's with tokenizer_config.json, and of its template only the
digests of what it renders are printed.
"""

import hashlib
import json
import pathlib
import sys

from transformers.utils.chat_template_utils import _cached_compile_jinja_template as compile_template

VALUES = {
    "messages": [
        {"role": "system", "content": "  Be brief.\n"},
        {"role": "user", "content": "Was ist 2+2? <|x|> é 漢 🙂"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nIt is 4.  "},
        {"role": "user", "content": "And\n3+3?"},
    ],
    "bos_token": "<s>",
    "eos_token": "</s>",
    "tools": None,
    "add_generation_prompt": True,
    "n": 7,
    "x": 2.5,
    "words": ["pear", "Apple", "fig", "apple"],
    "items": [{"k": 1, "v": "b"}, {"k": 3, "v": "a"}, {"k": 2, "v": "c", "o": {"p": [1, 2]}}],
    "d": {"b": 1, "a": [True, None, 1.5], "c": {"x": "it's \"q\"\n"}},
    "s": "Hello, World",
    "empty": "",
}

EXPRESSIONS = """
n + 1 ;; n - 10 ;; n * 2 ;; n / 2 ;; n // 2 ;; n % 4 ;; -n // 2 ;; -n % 4 ;; n ** 2 ;; 2 ** -1 ;; n / 7 ;; x * 2
1e16 ;; 1e15 ;; 1.5e-5 ;; 0.0001 ;; 100.0 ;; 1e100 ;; 0.1 + 0.2 ;; 7 // 2.0 ;; -7.5 % 2 ;; 1_000
n ~ x ~ s ;; "a" + "b" ;; "ab" * 3 ;; [1] + [2, "x"] ;; [1, [2, [3, 4]]] ;; {"a": 1, "b": [none]} ;; d
1 < 2 < 3 ;; 1 < 3 < 2 ;; n == 7.0 ;; true == 1 ;; "a" < "b" ;; [1, 2] == [1, 2] ;; "ell" in s ;; "x" not in s
"k" in items[0] ;; 3 in [1, 2, 3] ;; not n ;; not empty ;; n and 0 ;; empty or "o" ;; none ;; True ;; false
s[0] ;; s[-1] ;; s[1:4] ;; s[::-1] ;; s[-3:] ;; s[:-3] ;; s[10:2:-2] ;; words[1:] ;; words[:2] ;; words[-1]
messages[0]["role"] ;; messages[0].content ;; messages[-1]["content"] ;; messages[1:][0].role ;; d.c.x ;; d["a"][2]
missing ;; missing is defined ;; n is defined ;; d.zzz is defined ;; d["zzz"] ;; d.zzz is undefined ;; messages[9] is defined
n is number ;; x is float ;; n is integer ;; true is integer ;; s is string ;; words is iterable ;; d is mapping
words is sequence ;; none is none ;; n is odd ;; n is even ;; n is divisibleby 7 ;; n is divisibleby(2) ;; true is true
s is not none ;; n is eq 7 ;; n is gt 3 ;; n is in [7] ;; 1 is boolean ;; s is mapping ;; s is sequence ;; empty is string
s.upper() ;; s.lower() ;; s.split(", ") ;; s.split() ;; s.split("l", 1) ;; "  a b  ".split() ;; " a  b c ".split(None, 1)
"  a ".strip() ;; "xxaxx".strip("x") ;; "xa".lstrip("x") ;; "ax".rstrip("x") ;; s.startswith("Hell") ;; s.endswith(("x", "ld"))
s.replace("l", "L") ;; s.replace("l", "L", 1) ;; s.find("W") ;; s.find("z") ;; s.title() ;; "aB cd".capitalize() ;; "a-b".split("-")[-1]
"a,b,c".rsplit(",", 1) ;; "1".isdigit() ;; s.count("l") ;; ", ".join(words) ;; "x".join("abc") ;; "ab\\nc".splitlines()
d.items() | map("last") | list ;; d.keys() | list ;; d.values() | list ;; d.get("b") ;; d.get("q") ;; d.get("q", 5) ;; d.items() | list | length
words | join(", ") ;; s | trim ;; s | length ;; words | length ;; s | upper ;; words | sort ;; words | sort(reverse=true)
words | sort(case_sensitive=true) ;; words | unique | list ;; words | first ;; words | last ;; words | reverse | list ;; s | reverse
items | map(attribute="k") | list ;; items | map(attribute="o.p.1", default=0) | list ;; words | map("upper") | list ;; words | map("length") | sum
items | selectattr("k", "gt", 1) | list | length ;; items | rejectattr("o") | map(attribute="v") | join ;; items | selectattr("v", "equalto", "a") | list
words | select("in", ["fig"]) | list ;; [0, 1, none, "a"] | select | list ;; [0, 1] | reject | list ;; items | sum(attribute="k")
missing | default("m") ;; empty | default("m") ;; empty | default("m", true) ;; none | default("m") ;; none | d("m", true)
d | tojson ;; d | tojson(indent=2) ;; "é\\u0001/<>&'" | tojson ;; [] | tojson(indent=2) ;; d | tojson(sort_keys=true) ;; x | tojson
d | dictsort | map("first") | list ;; d ;; items | list ;; "7" | int ;; "7.9" | float ;; "z" | int ;; "z" | int(3) ;; 7.9 | int ;; -3 | abs ;; 2.567 | round(2) ;; 2.5 | round
"a\\nb\\n\\nc" | indent(2) ;; "a\\nb" | indent(2, true) ;; "a" | string ;; 5 | string ;; [1, 2] | string ;; 3.0 | string ;; "x" | safe
[3, 1, 2] | min ;; [3, 1, 2] | max ;; [] | first ;; "abc" | list ;; "abc" | last ;; "a b" | title ;; "AB" | lower ;; "ab" | capitalize ;; "a.b" | replace(".", "!")
"yes" if n > 3 else "no" ;; "yes" if n > 9 ;; ("a", "b")[1] ;; range(3) | list ;; range(1, 7, 2) | list ;; range(5, 0, -2) | list ;; dict(a=1).a
n > 3 and s or "z" ;; not n > 3 ;; (not n) > 3 ;; n - 1 - 1 ;; 2 * 3 + 4 * 5 ;; 2 + 3 ~ 4 ;; -2 ** 2 ;; "%s" ~ 1 ;; n | abs + 1 ;; "a" ~ n | string
"it's" ;; 'say "x"' ;; "tab\\there" ;; ['it\\'s', "q\\"", "n\\n", "é"] ;; "\\x41\\u00e9" ;; "a" "b" ;; [] ;; {} ;; [none, true, 1.0]
"""

REFUSED = """
missing.a ;; missing + 1 ;; missing() ;; 1 + "a" ;; n.foo() ;; 1 / 0 ;; n // 0 ;; none | length ;; [1] < ["a"] ;; n[0:1]
raise_exception("no") ;; words | nofilter ;; n is notest ;; words.append(1) ;; d.update({"a": 1}) ;; range(1000000) ;; "a" in 5 ;; none.x.y ;; 5 | join
"""

BLOCKS = [
    "{% for m in messages %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ m.role }};{% endfor %}",
    "{% for m in messages if m.role == 'user' %}{{ loop.index0 }}/{{ loop.length }}:{{ m.content }}|{% else %}none{% endfor %}",
    "{% for m in [] %}x{% else %}nothing{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}",
    "{% for c in 'héy' %}{{ c }}.{% endfor %}{% for k in d %}{{ k }}{% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined }}>{{ loop.nextitem.role if not loop.last }} {{ loop.revindex }}{{ loop.cycle('a', 'b') }};{% endfor %}",
    "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in range(3) %}{% for j in range(i) %}{{ i }}{{ j }}{{ loop.index }} {% endfor %}{{ loop.index }};{% endfor %}",
    "{% set a = 1 %}{% for i in range(3) %}{% set a = a + i %}{{ a }}{% endfor %}{{ a }}",
    "{% set ns = namespace(a=1, b='x') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}",
    "{% if n > 9 %}a{% elif n > 5 %}b{% elif n %}c{% else %}d{% endif %}{% if missing %}x{% endif %}",
    "{% if n %}{% set q = 5 %}{% endif %}{{ q }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set t = 1, 2 %}{{ t | length }}",
    "{% set q %}in {{ n }}\n{% endset %}[{{ q }}]{{ q | trim }}",
    "{% macro f(a, b=2, c=none) %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, c=n) }} {{ f(b=3, a=0) }}",
    "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{%- macro f(m) -%}\n  {{- m.role | upper }}: {{ m.content | trim -}}\n{%- endmacro -%}\n{%- for m in messages %}\n{{ f(m) }}\n{%- endfor %}\n",
    "{% raw %}{{ not this }}{% endraw %} {# nor this #}x",
    "a\n{% if n %}\nb\n{% endif %}\nc\n",
    "a\n  {% if n %}\n  b\n  {% endif %}\n  c\n\n",
    "a  {%- if n -%}  b  {%- endif -%}  c",
    "a\n\n  {{- n -}}  \n\nb",
    "  {{ n }}\n  {# c #}\n  d {# e #} f\n",
    "x {%+ if n %} y {% endif +%}\n z",
    "  {%+ if n %}\ny{% endif %}\n\n",
    "{% if n %}\n\n{% endif %}\n{{ n }}\n\n",
    "{% for i in range(2) %}\n    {{ i }}\n    {% endfor %}\nend",
    "a{% if n %}   {% if n %}b{% endif %}   {% endif %}c\n   {% if n %}   {% endif %}   d",
    "{%- for i in range(2) -%}\n  {{ i }} ,\n{%- endfor -%}\n",
    "a\r\n{% if n %}\r\nb\r\n{% endif %}\r\nc\r\n",
    "{{ '{{' }}{{ '%}' }}{{ \"}}\" }}{ { % } }{{ {'a': {'b': 1}}['a'] }}",
    "{% generation %}{{ n }}{% endgeneration %}",
    "{% set content = messages[2].content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}[{{ content }}]",
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set sys = messages[0]['content'] | trim %}{% else %}{% set loop_messages = messages %}{% endif %}{% for m in loop_messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles') }}{% endif %}{{ sys if loop.first }}{{ m['content'] }}{% endfor %}",
    "{{ bos_token }}{% for m in messages[::-1] %}{% set i = (messages | length - 1) - loop.index0 %}{{ i }}{{ m.role }}{% endfor %}",
    "{{- bos_token }}\n{%- if tools is not none %}T{% endif %}\n{%- if not date_string is defined %}\n    {%- set date_string = '26 Jul 2024' %}\n{%- endif %}\n{{- date_string }}\n",
]

CHAT = [
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "{%- if messages[0].role == 'system' %}\n    {{- '<sys>' + messages[0].content + '</sys>' }}\n{%- endif %}\n{%- set ns = namespace(last=messages|length - 1, found=false) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if not ns.found and message.role == 'user' and message.content is string and not (message.content.startswith('<r>') and message.content.endswith('</r>')) %}\n        {%- set ns.found = true %}\n        {%- set ns.last = index %}\n    {%- endif %}\n{%- endfor %}\n{{- ns.last }}\n{%- for message in messages %}\n    {%- set content = message.content if message.content is string else '' %}\n    {%- if message.role == 'assistant' %}\n        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}\n        {%- if loop.index0 > ns.last %}{{- 'after' }}{%- endif %}\n    {%- endif %}\n    {{- '<|' ~ message.role ~ '|>' ~ content }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|assistant|>\\n' }}\n    {%- if enable_thinking is defined and enable_thinking is false %}\n        {{- '<think>\\n\\n</think>\\n\\n' }}\n    {%- endif %}\n{%- endif %}",
]

# What the model templates are asked: one question, and a conversation before it.
CONVERSATIONS = [
    [{"role": "user", "content": "What is $2+2$?\nShow it."}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}],
    [
        {"role": "user", "content": " a "},
        {"role": "assistant", "content": "<think>\nt\n</think>\n\nb"},
        {"role": "user", "content": "c"},
    ],
]
SPECIAL = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]


def pieces(table: str) -> list[str]:
    return [piece for line in table.strip().split("\n") for piece in line.split(" ;; ")]


def golden() -> list[dict]:
    templates = ["[{{ " + e + " }}]" for e in pieces(EXPRESSIONS)] + BLOCKS + CHAT
    templates += ["{{ " + e + " }}" for e in pieces(REFUSED)]
    lines = []
    for template in templates:
        try:
            lines.append({"template": template, "text": compile_template(template).render(**VALUES)})
        except Exception:
            lines.append({"template": template, "error": True})
    return lines


def digests(folder: pathlib.Path) -> list[str]:
    config = json.loads((folder / "tokenizer_config.json").read_text())
    template = config["chat_template"]
    if isinstance(template, list):
        template = next(t["template"] for t in template if t["name"] == "default")
    special = {k: v if isinstance(v, str) else v["content"] for k, v in config.items() if k in SPECIAL and v}
    found = []
    for messages in CONVERSATIONS:
        try:
            text = compile_template(template).render(
                messages=messages, tools=None, documents=None, add_generation_prompt=True, **special
            )
            found.append(hashlib.sha256(text.encode()).hexdigest()[:16])
        except Exception:
            found.append("refused")
    return found


if sys.argv[1] == "--models":
    for name in sys.argv[2:]:
        print(name, *digests(pathlib.Path(name)))
else:
    with open(sys.argv[1], "w") as out:
        print(json.dumps({"values": VALUES}, ensure_ascii=False), file=out)
        for line in golden():
            print(json.dumps(line, ensure_ascii=False), file=out)
