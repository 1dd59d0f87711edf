package io.jackpot.math;

import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sym;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the form of an expression may change. Between the zeros of what stands under an absolute
 * value, a root, a logarithm, a maximum or in a denominator, and between the steps of a floor, an
 * expression is analytic: there a few points decide about all.
 *
 * @param zeros expressions that may change the form where they are zero, inner ones first
 * @param steps expressions that change it where they are integers
 * @param integers the variables that stand for integers
 */
record Breaks(Set<Expr> zeros, Set<Expr> steps, Set<String> integers) {
  /** The letters that stand for integers under a floor, as is usual. */
  private static final Set<String> INTEGER_LETTERS = Set.of("j", "k", "l", "m", "n", "N");

  private static final Expr E = new Sym("e");

  static Breaks of(Expr... exprs) {
    Breaks breaks = new Breaks(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
    for (Expr expr : exprs) {
      breaks.collect(expr);
    }
    return breaks;
  }

  boolean isEmpty() {
    return zeros.isEmpty() && steps.isEmpty();
  }

  private void collect(Expr expr) {
    expr.parts().forEach(this::collect);
    switch (expr) {
      case Power(Expr base, Expr exponent) -> power(base, exponent);
      case Call(String function, List<Expr> at) -> call(function, at);
      default -> {}
    }
  }

  private void power(Expr base, Expr exponent) {
    if (isInteger(exponent)) {
      return;
    }
    boolean negative = base instanceof Num(Rational number) && number.signum() < 0;
    if (negative || base.equals(new Sym("i"))) {
      integers.addAll(exponent.variables());
    } else if (!base.equals(E)) {
      zero(base);
    }
  }

  private void call(String function, List<Expr> at) {
    switch (function) {
      case "abs", "ln", "log" -> zero(at.getFirst());
      case "max", "min" -> {
        List<Expr> operands = operands(function, at).toList();
        for (int i = 0; i < operands.size(); i++) {
          for (Expr other : operands.subList(i + 1, operands.size())) {
            zero(Expr.minus(operands.get(i), other));
          }
        }
      }
      case "arcsin", "arccos" -> {
        zero(Expr.minus(at.getFirst(), Expr.num(1)));
        zero(Expr.sum(at.getFirst(), Expr.num(1)));
      }
      case "floor", "ceil" -> {
        poles(at.getFirst());
        Set<String> letters = at.getFirst().variables();
        letters.stream().filter(INTEGER_LETTERS::contains).forEach(integers::add);
        if (!letters.isEmpty()) {
          steps.add(at.getFirst());
        }
      }
      case "arctan" -> poles(at.getFirst());
      case "factorial", "binom", "gcd", "lcm" ->
          at.forEach(argument -> integers.addAll(argument.variables()));
      default -> {}
    }
  }

  /** The operands of nested calls of one function. */
  private static Stream<Expr> operands(String function, List<Expr> arguments) {
    return arguments.stream()
        .flatMap(argument ->
            argument instanceof Call(String inner, List<Expr> at) && inner.equals(function)
                ? operands(function, at)
                : Stream.of(argument));
  }

  private static boolean isInteger(Expr exponent) {
    return exponent instanceof Num(Rational value) && value.isInteger();
  }

  /** Adds the zeros and poles of an expression, which are those of its factors. */
  private void zero(Expr expr) {
    switch (expr) {
      case Product(List<Expr> factors) -> factors.forEach(this::zero);
      case Power(Expr base, Expr exponent) when isInteger(exponent) -> zero(base);
      default -> {
        poles(expr);
        if (!expr.variables().isEmpty()) {
          zeros.add(expr);
        }
      }
    }
  }

  /** A quotient continues behind its pole, but a function of it need not. */
  private void poles(Expr expr) {
    if (expr instanceof Power(Expr base, Num(Rational value)) && value.signum() < 0) {
      zero(base);
    } else {
      expr.parts().forEach(this::poles);
    }
  }
}
