package io.jackpot.math;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Golden values by Python, SymPy and mpmath ({@code bench/peers/math_golden.py}). */
final class Golden {
  private static final Map<String, String> OPERATORS = Map.of("+", "sum", "*", "product");

  private Golden() {}

  /** A budget that no golden value exceeds. */
  static Budget budget() {
    return new Budget(20_000_000);
  }

  static List<JsonNode> lines(String kind) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Golden.class.getResourceAsStream("golden.jsonl"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(JsonMapper.shared()::readTree)
          .filter(line -> line.get("kind").stringValue().equals(kind))
          .toList();
    }
  }

  static Rational rational(JsonNode node) {
    return rational(node.stringValue());
  }

  static Rational rational(String text) {
    String[] parts = text.split("/", -1);
    return new Rational(
        new BigInteger(parts[0]), new BigInteger(parts.length == 1 ? "1" : parts[1]));
  }

  static Expr expr(JsonNode node) {
    if (node.isString()) {
      String text = node.stringValue();
      return text.matches("-?\\d.*") ? new Expr.Num(rational(text)) : new Expr.Sym(text);
    }
    String head = node.get(0).stringValue();
    List<Expr> arguments = new ArrayList<>();
    node.valueStream().skip(1).forEach(argument -> arguments.add(expr(argument)));
    return switch (OPERATORS.getOrDefault(head, head)) {
      case "sum" -> new Expr.Sum(arguments);
      case "product" -> new Expr.Product(arguments);
      case "^" -> new Expr.Power(arguments.get(0), arguments.get(1));
      default -> new Expr.Call(head, arguments);
    };
  }

  /** A polynomial of a list of terms, each a coefficient and the powers of variables. */
  static Polynomial polynomial(JsonNode terms) {
    Polynomial sum = Polynomial.of(Rational.ZERO);
    for (JsonNode term : terms) {
      TreeMap<Atom, Rational> powers = new TreeMap<>();
      term.get(1)
          .properties()
          .forEach(power -> powers.put(Atom.symbol(power.getKey()), rational(power.getValue())));
      Polynomial.Monomial monomial = new Polynomial.Monomial(powers);
      Polynomial one = Polynomial.of(new Polynomial.Term(rational(term.get(0)), monomial));
      sum = sum.plus(one, Rational.ONE, budget());
    }
    return sum;
  }
}
