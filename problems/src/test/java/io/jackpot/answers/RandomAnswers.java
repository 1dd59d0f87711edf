package io.jackpot.answers;

import java.util.Random;

/** Random expressions in LaTeX, with equal rewritings and with changed values. */
final class RandomAnswers {
  private static final String[] VARIABLES = {"x", "y", "n", "\\alpha"};

  private final Random random;
  private final boolean variables;

  RandomAnswers(long seed, boolean variables) {
    random = new Random(seed);
    this.variables = variables;
  }

  /** The same value written twice. */
  record Pair(String left, String right) {}

  private int below(int bound) {
    return random.nextInt(bound);
  }

  Pair leaf() {
    int kind = below(variables ? 6 : 4);
    int p = 1 + below(20);
    int q = 1 + below(12);
    return switch (kind) {
      case 0 -> new Pair("" + p, below(2) == 0 ? p + ".0" : "\\frac{" + p * q + "}{" + q + "}");
      case 1 -> {
        int k = 2 + below(4);
        yield new Pair("\\frac{" + p + "}{" + q + "}", "(" + p * k + "/" + q * k + ")");
      }
      case 2 -> new Pair("\\sqrt{" + p * q * q + "}", q + "\\sqrt{" + p + "}");
      case 3 -> new Pair("\\pi", "π");
      default -> {
        String name = VARIABLES[below(VARIABLES.length)];
        yield new Pair(name, name);
      }
    };
  }

  Pair expression(int depth) {
    if (depth == 0) {
      return leaf();
    }
    Pair a = expression(depth - 1);
    Pair b = expression(depth - 1);
    Pair c = leaf();
    return switch (below(9)) {
      case 0 -> new Pair(a.left + "+" + b.left, group(b.right) + "+" + group(a.right));
      case 1 -> new Pair(group(a.left) + group(b.left), group(b.right) + "\\cdot" + group(a.right));
      case 2 -> new Pair(a.left + "-" + group(b.left), "-" + group(b.right) + "+" + group(a.right));
      case 3 ->
          new Pair(
              group(a.left + "+" + c.left) + group(b.left),
              group(a.right) + group(b.right) + "+" + group(c.right) + group(b.right));
      case 4 ->
          new Pair(
              group(a.left + "+" + c.left) + "^2",
              group(a.right)
                  + "^{2}+2"
                  + group(a.right)
                  + group(c.right)
                  + "+"
                  + group(c.right)
                  + "**2");
      case 5 -> new Pair(a.left, a.right + "+" + group(b.left) + "-" + group(b.right));
      case 6 ->
          new Pair(
              "\\frac{" + a.left + "}{" + c.left + "}",
              group(a.right) + "*" + group(c.right) + "^{-1}");
      case 7 ->
          new Pair(
              "\\frac{" + a.left + "}{" + c.left + "}+\\frac{1}{2}",
              "\\frac{2" + group(a.right) + "+" + c.right + "}{2" + group(c.right) + "}");
      default ->
          new Pair(
              group(a.left + "+" + b.left) + group(a.left + "-" + group(b.left)),
              group(a.right) + "^2-" + group(b.right) + "^{2}");
    };
  }

  /** An expression of another value than {@code expression}, by little or by much. */
  String perturbed(String expression) {
    int digits = 1 + below(60);
    String small = below(2) == 0 ? "10^{-" + digits + "}" : "0." + "0".repeat(digits) + "1";
    String sign = below(2) == 0 ? "+" : "-";
    return switch (below(variables ? 6 : 5)) {
      case 0 -> expression + sign + small;
      case 1 -> expression + sign + (1 + below(9));
      case 2 -> expression + sign + "\\frac{1}{" + (2 + below(1_000_000)) + "}";
      case 3 -> expression + sign + "\\frac{\\sqrt{" + (2 + below(50)) + "}}{10^{" + digits + "}}";
      case 4 -> expression + sign + small + "\\pi";
      default -> expression + sign + small + "x";
    };
  }

  private static String group(String text) {
    return "(" + text + ")";
  }
}
