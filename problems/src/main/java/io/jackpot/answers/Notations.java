package io.jackpot.answers;

import io.jackpot.answers.Answer.Based;
import io.jackpot.answers.Answer.Clock;
import io.jackpot.answers.Answer.Ratio;
import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.Rational;
import java.math.BigInteger;
import java.util.List;

/** Compares numbers in special notations: ratios, residues, other bases and times of day. */
record Notations(Equality equality) {

  boolean sameRatio(Ratio gold, Answer answer) {
    List<Expr> left = numbers(gold);
    List<Expr> right =
        switch (answer) {
          case Ratio other -> numbers(other);
          case Clock(int hour, int minute, String half) when half == null ->
              List.of(Expr.num(hour), Expr.num(minute));
          case Value(Expr expr) when left.size() == 2 -> List.of(expr, Expr.num(1));
          default -> List.of();
        };
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      Expr across = Expr.product(left.get(0), right.get(i));
      if (equality.equal(left.get(i), Expr.num(0))
          || !equality.equal(across, Expr.product(left.get(i), right.get(0)))) {
        return false;
      }
    }
    return true;
  }

  private static List<Expr> numbers(Ratio ratio) {
    return ratio.parts().stream().map(ExprParser::scalar).toList();
  }

  boolean sameResidue(Expr value, Expr modulus, Expr other, Expr otherModulus) {
    Expr turns = Expr.divide(Expr.minus(value, other), modulus);
    return equality.equal(modulus, otherModulus)
        && equality.equal(turns, Expr.call("floor", turns));
  }

  /** Whether the digits are the same in the same base; the answer may omit the base. */
  boolean sameBased(Based gold, Answer answer) {
    return switch (answer) {
      case Based(String digits, int base) ->
          base == gold.base() && withoutZeros(digits).equals(withoutZeros(gold.digits()));
      case Value(Expr expr) -> isWritten(expr, gold.digits());
      default -> false;
    };
  }

  private static boolean isWritten(Expr expr, String digits) {
    boolean decimal = digits.chars().allMatch(c -> c == '-' || c == '.' || Character.isDigit(c));
    return decimal && expr instanceof Expr.Num(Rational value) && value.equals(value(digits, 10));
  }

  private static String withoutZeros(String digits) {
    return digits.replaceFirst("^(-?)0+(?=[^.])", "$1");
  }

  /** The value of digits with at most one point. */
  private static Rational value(String digits, int base) {
    int point = digits.indexOf('.');
    int places = point < 0 ? 0 : digits.length() - point - 1;
    return new Rational(
        new BigInteger(digits.replace(".", ""), base), BigInteger.valueOf(base).pow(places));
  }

  boolean sameClock(Clock gold, Answer answer) {
    return switch (answer) {
      case Clock(int hour, int minute, String half) ->
          hour == gold.hour()
              && minute == gold.minute()
              && (half == null || gold.half() == null || half.equals(gold.half()));
      case Ratio ratio -> gold.half() == null && sameRatio(ratio, gold);
      case Value value ->
          gold.half() == null
              && gold.minute() > 0
              && sameRatio(
                  new Ratio(
                      List.of(
                          new Value(Expr.num(gold.hour())), new Value(Expr.num(gold.minute())))),
                  value);
      default -> false;
    };
  }

  /** Whether a number has the value of one in another base. */
  boolean sameBased(Expr gold, Based answer) {
    return equality.equal(gold, new Expr.Num(value(answer.digits(), answer.base())));
  }
}
