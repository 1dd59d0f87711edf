package io.jackpot.fuzz;

import java.util.List;

/**
 * Writes templates that are nearly always valid, and often expensive: values that double, contain
 * themselves or are used again and again, large numbers, loops in loops, macros that call
 * themselves, chains of filters.
 */
final class TemplateText {
  private static final List<String> NAMES =
      List.of("ns", "ns.a", "ns.b", "ns.s", "i", "m", "x", "y", "messages", "m.content", "loop");
  private static final List<String> TEXTS =
      List.of(
          "", "a", " ", "\\n", "ab", "%A", "1e5", "9", "é", "ß", "İΣ", "\\U0001F600", "</think>");
  private static final List<String> OPERATORS =
      List.of(
          "+",
          "-",
          "*",
          "/",
          "//",
          "%",
          "**",
          "~",
          "==",
          "!=",
          "<",
          "<=",
          ">",
          ">=",
          " in ",
          " not in ",
          " and ",
          " or ");
  private static final List<String> FILTERS =
      List.of(
          "trim",
          "upper",
          "lower",
          "capitalize",
          "title",
          "string",
          "safe",
          "length",
          "count",
          "default",
          "d",
          "replace",
          "join",
          "indent",
          "tojson",
          "list",
          "items",
          "dictsort",
          "first",
          "last",
          "reverse",
          "sort",
          "unique",
          "sum",
          "min",
          "max",
          "int",
          "float",
          "abs",
          "round",
          "map",
          "select",
          "reject",
          "selectattr",
          "rejectattr");
  private static final List<String> TESTS =
      List.of(
          "defined",
          "none",
          "string",
          "number",
          "mapping",
          "sequence",
          "odd",
          "divisibleby",
          "lower",
          "upper",
          "in",
          "eq",
          "sameas",
          "lt",
          "ge");
  private static final List<String> METHODS =
      List.of(
          "strip",
          "lstrip",
          "split",
          "rsplit",
          "splitlines",
          "startswith",
          "endswith",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "removeprefix",
          "removesuffix",
          "find",
          "rfind",
          "count",
          "join",
          "isdigit",
          "isalpha",
          "isspace",
          "isupper",
          "islower",
          "items",
          "keys",
          "values",
          "get",
          "index");
  private static final List<String> NAMED =
      List.of(
          "attribute=",
          "reverse=",
          "indent=",
          "width=",
          "blank=",
          "first=",
          "sort_keys=",
          "default=",
          "separators=",
          "start=",
          "");

  private final Choices choices;
  private final StringBuilder text = new StringBuilder();

  private TemplateText(Choices choices) {
    this.choices = choices;
  }

  static String random(Choices choices) {
    TemplateText template = new TemplateText(choices);
    template.text.append("{% set ns = namespace(a=[1], b='x', s={}) %}");
    if (choices.oneIn(3)) {
      template.text.append("{% set ns.s = ns %}");
    }
    template.text.append(
        "{% macro f(x, y=[x]) %}{{ x }}{% if x %}{{ f(y) }}{% endif %}{% endmacro %}");
    template.body(3);
    return template.text.toString();
  }

  private void body(int depth) {
    for (int i = 1 + choices.below(3); i > 0; i--) {
      statement(depth);
    }
  }

  private void statement(int depth) {
    switch (depth == 0 ? choices.below(4) : choices.below(10)) {
      case 0, 1 -> add("{{ ", 3).append(" }}");
      case 2 ->
          add("{% set " + choices.pick(List.of("ns.a", "ns.b", "ns.s")) + " = ", 3).append(" %}");
      case 3 -> add("{% set " + choices.pick(List.of("x", "y", "x, y")) + " = ", 3).append(" %}");
      case 4, 5, 6 -> {
        String target = choices.pick(List.of("i", "m", "x, y"));
        text.append("{% for ").append(target).append(" in ");
        if (choices.oneIn(2)) {
          text.append("range(").append(choices.size(100_000)).append(')');
        } else {
          value(2);
        }
        text.append(" %}");
        body(depth - 1);
        text.append(choices.oneIn(6) ? "{% break %}" : "").append("{% endfor %}");
      }
      case 7 -> {
        add("{% if ", 2).append(" %}");
        body(depth - 1);
        text.append("{% else %}");
        body(depth - 1);
        text.append("{% endif %}");
      }
      case 8 -> {
        text.append("{% set x %}");
        body(depth - 1);
        text.append("{% endset %}");
      }
      default -> {
        text.append("{% generation %}");
        body(depth - 1);
        text.append("{% endgeneration %}");
      }
    }
  }

  private StringBuilder add(String before, int depth) {
    text.append(before);
    value(depth);
    return text;
  }

  private void value(int depth) {
    if (depth == 0) {
      leaf();
      return;
    }
    switch (choices.below(14)) {
      case 0, 1 -> leaf();
      case 2 -> {
        text.append('[');
        value(depth - 1);
        add(", ", depth - 1).append(']');
      }
      case 3 -> add("{'a': ", depth - 1).append('}');
      case 4, 5 -> {
        text.append('(');
        value(depth - 1);
        text.append(choices.pick(OPERATORS));
        value(depth - 1);
        text.append(')');
      }
      case 6, 7, 8 -> {
        value(depth - 1);
        text.append(" | ").append(choices.pick(FILTERS));
        arguments(depth - 1);
      }
      case 9 -> {
        value(depth - 1);
        text.append('.').append(choices.pick(METHODS)).append(choices.oneIn(3) ? "()" : "");
        arguments(depth - 1);
      }
      case 10 -> {
        text.append('(');
        value(depth - 1);
        text.append(" is ").append(choices.pick(TESTS));
        arguments(depth - 1);
        text.append(')');
      }
      case 11 -> {
        value(depth - 1);
        add("[", depth - 1).append(choices.oneIn(2) ? "]" : "::" + choices.edge(1) + "]");
      }
      case 12 -> {
        text.append(choices.pick(List.of("range", "f", "namespace", "dict", "strftime_now")));
        arguments(depth - 1);
      }
      default -> {
        text.append('(');
        value(depth - 1);
        add(" if ", depth - 1);
        add(" else ", depth - 1).append(')');
      }
    }
  }

  private void arguments(int depth) {
    if (choices.oneIn(3)) {
      return;
    }
    text.append('(');
    if (choices.oneIn(4)) {
      text.append('\'').append(choices.pick(FILTERS)).append("', ");
    }
    for (int i = choices.below(3); i > 0; i--) {
      value(Math.min(1, depth));
      text.append(", ");
    }
    if (choices.oneIn(3)) {
      text.append(choices.pick(NAMED));
      value(0);
    }
    text.append(')');
  }

  private void leaf() {
    switch (choices.below(8)) {
      case 0 -> text.append(choices.edge(1));
      case 1 -> text.append(choices.pick(List.of("1.5", "1e300", "5e-324", "-0.0", "0.1")));
      case 2 -> text.append(choices.pick(List.of("true", "none", "nope", "[]", "{}")));
      case 3 ->
          text.append("('")
              .append(choices.pick(TEXTS))
              .append("' * ")
              .append(choices.size(10_000_000))
              .append(')');
      case 4 -> text.append('\'').append(choices.pick(TEXTS)).append('\'');
      default -> text.append(choices.pick(NAMES));
    }
  }
}
