package io.jackpot.answers;

import static io.jackpot.answers.AnswerToken.Kind.END;
import static io.jackpot.answers.AnswerToken.Kind.NUMBER;
import static io.jackpot.answers.AnswerToken.Kind.SYMBOL;
import static io.jackpot.answers.AnswerToken.Kind.WORD;

import io.jackpot.math.MathException;
import java.util.Locale;
import java.util.Set;

/** Parses the unit after an amount. */
final class UnitParser {
  private static final String CURRENCIES = "$€£¥₹";
  private static final Set<String> SIZES = Set.of("square", "sq", "cubic");
  private static final int LONGEST_UNIT = 6;

  private UnitParser() {}

  static boolean isCurrency(AnswerToken token) {
    return token.is(AnswerToken.Kind.SIGN) && CURRENCIES.contains(token.text());
  }

  /** Whether a fraction of units is next. */
  static boolean isFraction(AnswerCursor cursor) {
    return cursor.now().is("frac") && cursor.ahead(1).is("{") && cursor.ahead(2).is(WORD);
  }

  /** Parses a unit and returns it in a normal form; empty if there is none. */
  static String unit(AnswerCursor cursor) {
    if (cursor.now().is("(") && cursor.ahead(1).is(WORD)) {
      cursor.next();
      String unit = unit(cursor);
      cursor.expect(")");
      return unit;
    }
    if (isFraction(cursor)) {
      cursor.skip(2);
      String numerator = unit(cursor);
      cursor.expect("}");
      cursor.expect("{");
      String denominator = cursor.now().is(SYMBOL) ? cursor.next().text() : unit(cursor);
      cursor.expect("}");
      return Units.normal(numerator + "/" + Units.normal(denominator));
    }
    StringBuilder unit = new StringBuilder();
    String prefix = "";
    boolean per = false;
    for (int words = 0; words < LONGEST_UNIT; words++) {
      AnswerToken now = cursor.now();
      String word;
      boolean size = SIZES.contains(now.text().toLowerCase(Locale.ROOT));
      if (now.is("%") || now.is("¢") || isCurrency(now)) {
        word = cursor.next().text();
      } else if (cursor.accept("°")) {
        boolean scale = cursor.now().is(SYMBOL) && "CF".contains(cursor.now().text());
        word = scale ? "°" + Units.normal(cursor.next().text()) : "°";
      } else if (!unit.isEmpty() && cursor.accept("/")) {
        per = true;
        continue;
      } else if (now.is(WORD) && now.text().equalsIgnoreCase("per")) {
        cursor.next();
        per = true;
        continue;
      } else if (now.is(WORD) && (Units.mayBeUnit(now.text()) || isTimes(cursor))) {
        word = Units.normal(cursor.next().text());
      } else if (per && now.is(SYMBOL)) {
        word = Units.normal(cursor.next().text());
      } else {
        break;
      }
      if (size) {
        prefix = word.equals("cubic") ? "^3" : "^2";
        continue;
      }
      String power = prefix;
      prefix = "";
      if (cursor.now().is("^")) {
        power = power(cursor);
      }
      unit.append(per ? "/" : unit.isEmpty() ? "" : " ").append(word).append(power);
      per = false;
    }
    if (per || !prefix.isEmpty()) {
      throw new MathException("a unit that breaks off");
    }
    return Units.normal(unit.toString());
  }

  /** Whether the answer ends in "times", which is no factor then. */
  private static boolean isTimes(AnswerCursor cursor) {
    return cursor.now().text().equals("times") && cursor.ahead(1).is(END);
  }

  private static String power(AnswerCursor cursor) {
    cursor.expect("^");
    boolean group = cursor.accept("{");
    if (!cursor.now().is(NUMBER)) {
      throw new MathException("a power of a unit");
    }
    String power = "^" + cursor.next().text();
    if (group) {
      cursor.expect("}");
    }
    return power.equals("^1") ? "" : power;
  }
}
