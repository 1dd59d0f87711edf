package io.jackpot.answers;

import io.jackpot.answers.Answer.Braces;
import io.jackpot.answers.Answer.Matrix;
import io.jackpot.answers.Answer.Quantity;
import io.jackpot.answers.Answer.Relation;
import io.jackpot.answers.Answer.Sequence;
import io.jackpot.answers.Answer.Several;
import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Call;
import java.util.ArrayList;
import java.util.List;

/** Expands ±: all upper signs of an answer belong together, and all lower ones. */
final class Signs {
  private Signs() {}

  /** The answers for the upper and the lower signs, or the answer itself if it has no ±. */
  static List<Answer> expand(Answer answer) {
    return hasSign(answer)
        ? List.of(replaced(answer, true), replaced(answer, false))
        : List.of(answer);
  }

  static List<Expr> expand(Expr expr) {
    return hasSign(expr) ? List.of(replaced(expr, true), replaced(expr, false)) : List.of(expr);
  }

  private static boolean hasSign(Expr expr) {
    return isSign(expr) || expr.parts().stream().anyMatch(Signs::hasSign);
  }

  private static boolean isSign(Expr expr) {
    return expr instanceof Call(String name, List<Expr> at)
        && (name.equals("±") || name.equals("∓"));
  }

  private static Expr replaced(Expr expr, boolean upper) {
    List<Expr> parts = new ArrayList<>();
    for (Expr part : expr.parts()) {
      parts.add(replaced(part, upper));
    }
    if (isSign(expr)) {
      boolean plus = ((Call) expr).function().equals("±") == upper;
      return plus ? parts.getFirst() : Expr.negate(parts.getFirst());
    }
    return expr.withParts(parts);
  }

  private static boolean hasSign(Answer answer) {
    return switch (answer) {
      case Value(Expr expr) -> hasSign(expr);
      case Quantity(Answer amount, String unit) -> hasSign(amount);
      case Sequence(char open, List<Answer> items, char close) ->
          items.stream().anyMatch(Signs::hasSign);
      case Relation(List<Answer> sides, List<Character> signs) ->
          sides.stream().anyMatch(Signs::hasSign);
      case Matrix(List<List<Answer>> rows) ->
          rows.stream().anyMatch(row -> row.stream().anyMatch(Signs::hasSign));
      default -> false;
    };
  }

  private static Answer replaced(Answer answer, boolean upper) {
    return switch (answer) {
      case Value(Expr expr) -> new Value(replaced(expr, upper));
      case Quantity(Answer amount, String unit) -> new Quantity(replaced(amount, upper), unit);
      case Sequence(char open, List<Answer> items, char close) ->
          new Sequence(open, replaced(items, upper), close);
      case Relation(List<Answer> sides, List<Character> signs) ->
          new Relation(replaced(sides, upper), signs);
      case Matrix(List<List<Answer>> rows) ->
          new Matrix(rows.stream().map(row -> replaced(row, upper)).toList());
      default -> answer;
    };
  }

  private static List<Answer> replaced(List<Answer> answers, boolean upper) {
    return answers.stream().map(answer -> replaced(answer, upper)).toList();
  }

  /** The items of a list or set, with each ± expanded to two items. */
  static List<Answer> items(Answer answer) {
    List<Answer> items =
        switch (answer) {
          case Several(List<Answer> all, Answer.Joiner joiner) -> all;
          case Braces(List<Answer> all) -> all;
          default -> List.of(answer);
        };
    return items.stream().flatMap(item -> expand(item).stream()).toList();
  }
}
