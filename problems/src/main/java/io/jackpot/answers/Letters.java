package io.jackpot.answers;

import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Sum;
import io.jackpot.math.Expr.Sym;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells numbers from functions among the letters before brackets. A letter is a function, as in
 * f(0), unless its own text also has it in a term without brackets after it, as n in n(n+1), or the
 * other text has it so and all its brackets hold sums, as k(x+1) beside kx+k. An answer cannot make
 * a number of a gold answer's function, so there the latter holds for the usual letters of numbers
 * only: f(x+1) is not fx+f.
 */
final class Letters {
  private static final Set<String> COEFFICIENTS = Lexicon.words("a b c d k m n x theta");

  private final Set<String> applied = new HashSet<>();
  private final Set<String> terms = new HashSet<>();

  /** The names with something other than a sum in their brackets, as f in f(2). */
  private final Set<String> functions = new HashSet<>();

  private Letters(Answer answer) {
    collect(answer);
  }

  /** The names that stand before brackets in the gold answer and are numbers. */
  static Set<String> numbersOfGold(Answer gold, Answer answer) {
    Set<String> numbers = numbersOfAnswer(gold, answer);
    Set<String> terms = new Letters(gold).terms;
    numbers.removeIf(name -> !terms.contains(name) && !isCoefficient(name));
    return numbers;
  }

  /** The names that stand before brackets in an answer and are numbers. */
  static Set<String> numbersOfAnswer(Answer of, Answer beside) {
    Letters own = new Letters(of);
    Set<String> others = new Letters(beside).terms;
    own.applied.removeIf(name ->
        !own.terms.contains(name) && !(others.contains(name) && !own.functions.contains(name)));
    return own.applied;
  }

  /** Whether a name, which may have an index, is a letter that usually means a number. */
  private static boolean isCoefficient(String name) {
    return COEFFICIENTS.contains(name.replaceFirst("_.*", ""));
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
        String name = name(function);
        applied.add(name);
        if (!(argument instanceof Sum)) {
          functions.add(name);
        }
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
