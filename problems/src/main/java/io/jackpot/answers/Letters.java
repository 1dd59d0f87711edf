package io.jackpot.answers;

import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Sym;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells numbers from functions among the letters before brackets. A letter is a function, as in
 * f(0), unless it also stands in a term without brackets after it, as k does beside k(x+1) in kx+k,
 * and n in n(n+1).
 */
final class Letters {
  private final Set<String> applied = new HashSet<>();
  private final Set<String> terms = new HashSet<>();

  private Letters() {}

  /** The names that stand before brackets in one of the answers and are numbers. */
  static Set<String> numbers(List<Answer> answers) {
    Letters letters = new Letters();
    answers.forEach(letters::collect);
    letters.applied.retainAll(letters.terms);
    return letters.applied;
  }

  private void collect(Answer answer) {
    switch (answer) {
      case Value(Expr expr) -> collectWhole(expr);
      case Answer.Quantity(Answer amount, String unit) -> collect(amount);
      case Answer.Sequence(char open, List<Answer> items, char close) ->
          items.forEach(this::collect);
      case Answer.Braces(List<Answer> items) -> items.forEach(this::collect);
      case Answer.Several(List<Answer> items, Answer.Joiner joiner) -> items.forEach(this::collect);
      case Answer.Union(List<Answer> parts) -> parts.forEach(this::collect);
      case Answer.Matrix(List<List<Answer>> rows) ->
          rows.forEach(row -> row.forEach(this::collect));
      case Answer.Relation(List<Answer> sides, List<Character> signs) ->
          sides.forEach(this::collect);
      case Answer.Ratio(List<Answer> parts) -> parts.forEach(this::collect);
      case Answer.Without(Answer set, Answer removed) -> {
        collect(set);
        collect(removed);
      }
      case Answer.Residue(Expr value, Expr modulus) -> {
        collectWhole(value);
        collectWhole(modulus);
      }
      case Answer.Choice c -> {}
      case Answer.Words w -> {}
      case Answer.Based b -> {}
      case Answer.Clock c -> {}
    }
  }

  /** A letter that is all of a side may be a function too: y = y(0) + 1, or L(y). */
  private void collectWhole(Expr expr) {
    if (!(expr instanceof Sym)) {
      collectTerm(expr);
    }
  }

  private void collectTerm(Expr expr) {
    switch (expr) {
      case Sym(String name) -> terms.add(name);
      case Application(Expr function, Expr argument) -> {
        applied.add(name(function));
        collectWhole(argument);
      }
      default -> expr.parts().forEach(this::collectTerm);
    }
  }

  private static String name(Expr function) {
    return switch (function) {
      case Sym(String name) -> name;
      case Power(Expr base, Expr exponent) -> name(base);
      default -> "";
    };
  }
}
