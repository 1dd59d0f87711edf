package io.jackpot.answers;

import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Sym;
import io.jackpot.math.MathException;
import java.util.List;

/** Checks that everything in an answer has a value which can be computed within the budget. */
record AnswerCheck(Equality equality) {
  private static final Expr INFINITY = new Sym("oo");

  /**
   * Checks an answer.
   *
   * @throws MathException if a part has no value or costs too much
   */
  void check(Answer answer) {
    switch (answer) {
      case Answer.Value(Expr expr) -> check(expr);
      case Answer.Quantity(Answer amount, String unit) -> check(amount);
      case Answer.Sequence(char open, List<Answer> items, char close) -> items.forEach(this::check);
      case Answer.Braces(List<Answer> items) -> items.forEach(this::check);
      case Answer.Several(List<Answer> items, Answer.Joiner joiner) -> items.forEach(this::check);
      case Answer.Union(List<Answer> parts) -> parts.forEach(this::check);
      case Answer.Matrix(List<List<Answer>> rows) -> rows.forEach(row -> row.forEach(this::check));
      case Answer.Relation(List<Answer> sides, List<Character> signs) -> sides.forEach(this::check);
      case Answer.Ratio(List<Answer> parts) -> parts.forEach(this::check);
      case Answer.Without(Answer set, Answer removed) -> {
        check(set);
        check(removed);
      }
      case Answer.Residue(Expr value, Expr modulus) -> {
        check(value);
        check(modulus);
      }
      case Answer.Choice c -> {}
      case Answer.Words w -> {}
      case Answer.Based b -> {}
      case Answer.Clock c -> {}
    }
  }

  private void check(Expr expr) {
    if (isInfinite(expr)) {
      return;
    }
    if (contains(expr, INFINITY)) {
      throw new MathException("arithmetic with infinity");
    }
    for (Expr each : Signs.expand(expr)) {
      equality.check(each);
    }
  }

  static boolean isInfinite(Expr expr) {
    return expr.equals(INFINITY)
        || expr.equals(Expr.negate(INFINITY))
        || expr.equals(new Call("±", List.of(INFINITY)));
  }

  private static boolean contains(Expr expr, Expr part) {
    return expr.equals(part) || expr.parts().stream().anyMatch(p -> contains(p, part));
  }
}
