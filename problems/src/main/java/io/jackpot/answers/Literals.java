package io.jackpot.answers;

import static io.jackpot.answers.AnswerToken.Kind.NUMBER;

import io.jackpot.math.Expr;
import io.jackpot.math.MathException;
import io.jackpot.math.Rational;
import java.math.BigInteger;

/** The numbers of answers: decimals and mixed numbers. */
final class Literals {
  private Literals() {}

  /** The number that the text of a token means. */
  static Expr literal(String text) {
    int e = text.indexOf('e');
    String mantissa = e < 0 ? text : text.substring(0, e);
    int exponent = 0;
    if (e >= 0) {
      String digits = text.substring(e + 1);
      if (digits.length() > 6) {
        throw new MathException("number too long");
      }
      exponent = Integer.parseInt(digits);
    }
    int repeated = mantissa.indexOf('(');
    String all = repeated < 0 ? mantissa : mantissa.substring(0, repeated);
    int point = all.indexOf('.');
    int scale = point < 0 ? 0 : all.length() - point - 1;
    String digits = all.replace(".", "");
    if (mantissa.length() > 2_000) {
      throw new MathException("number too long");
    }
    Rational value =
        Rational.ofDecimal(new BigInteger(digits.isEmpty() ? "0" : digits), scale - exponent);
    if (repeated >= 0) {
      String period = mantissa.substring(repeated + 1, mantissa.length() - 1);
      BigInteger nines = BigInteger.TEN.pow(period.length()).subtract(BigInteger.ONE);
      Rational tail = new Rational(new BigInteger(period), nines);
      value = value.plus(tail.times(Rational.ofDecimal(BigInteger.ONE, scale - exponent)));
    }
    return new Expr.Num(value);
  }

  static boolean isWhole(AnswerToken token) {
    return token.is(NUMBER) && token.text().chars().allMatch(Character::isDigit);
  }

  static Expr mixed(Expr whole, Expr numerator, Expr denominator) {
    Rational above = ((Expr.Num) numerator).value();
    Rational below = ((Expr.Num) denominator).value();
    if (above.compareTo(below) >= 0) {
      throw new MathException("an improper fraction after a number");
    }
    return new Expr.Num(((Expr.Num) whole).value().plus(above.times(below.inverse())));
  }

  /** Whether a fraction of two natural numbers is next, which makes 3\frac12 a mixed number. */
  static boolean isFraction(AnswerCursor cursor) {
    int at = 1;
    int numbers = 0;
    for (int argument = 0; argument < 2; argument++) {
      boolean group = cursor.ahead(at).is("{");
      at += group ? 1 : 0;
      if (!isWhole(cursor.ahead(at))) {
        return false;
      }
      boolean digits = !group && cursor.ahead(at).text().length() > 1;
      if (digits && argument == 0) {
        return cursor.ahead(at).text().length() == 2;
      }
      at++;
      if (group && !cursor.ahead(at++).is("}")) {
        return false;
      }
      numbers++;
    }
    return numbers == 2;
  }
}
