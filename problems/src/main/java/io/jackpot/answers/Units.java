package io.jackpot.answers;

import io.jackpot.answers.Answer.Quantity;
import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sym;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Words and signs for units, and the normal form of each. */
final class Units {
  /** Words that are not units, or that change the meaning of the number before them. */
  private static final Set<String> NO_UNIT = Lexicon.words(Resources.text("no-units.txt"));

  /** Words that multiply the number before them. */
  static final Map<String, Long> SCALES = scales();

  private static final Map<String, String> NAMES =
      Lexicon.synonyms(Resources.text("units.txt").split("\n", -1));
  private static final Set<String> LETTERS =
      Set.of("m", "g", "s", "h", "L", "l", "N", "J", "W", "V", "C", "F");

  private Units() {}

  private static Map<String, Long> scales() {
    Map<String, Long> scales = new HashMap<>();
    for (String line : Resources.text("scales.txt").split("\n", -1)) {
      String[] parts = line.split(" ", -1);
      scales.put(parts[0], Long.parseLong(parts[1]));
    }
    return Map.copyOf(scales);
  }

  /** Whether a word of two letters or more is a known unit. */
  static boolean isUnit(String word) {
    return word.length() > 1 && NAMES.containsKey(word.toLowerCase(Locale.ROOT));
  }

  /** Whether a single letter may be a unit. */
  static boolean isUnitLetter(String letter) {
    return LETTERS.contains(letter);
  }

  static boolean isScale(String word) {
    return SCALES.containsKey(word.toLowerCase(Locale.ROOT));
  }

  /** Whether a word may be part of a unit. */
  static boolean mayBeUnit(String word) {
    return !NO_UNIT.contains(word.toLowerCase(Locale.ROOT)) && !isScale(word);
  }

  /** The normal form of a word of a unit. */
  static String normal(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    String known = NAMES.get(lower);
    if (known != null) {
      return known;
    }
    boolean plural = lower.length() > 3 && lower.endsWith("s") && !lower.endsWith("ss");
    return plural ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** The quantity that a number times letters of units means, as in 5 m; null otherwise. */
  static @Nullable Quantity quantity(Expr expr) {
    if (!(expr instanceof Product(List<Expr> factors))) {
      return null;
    }
    List<Expr> numbers = new ArrayList<>();
    StringBuilder unit = new StringBuilder();
    for (Expr factor : factors) {
      if (factor.isConstant()) {
        numbers.add(factor);
        continue;
      }
      @Nullable String part = unit(factor);
      if (part == null) {
        return null;
      }
      unit.append(unit.isEmpty() || part.startsWith("/") ? "" : " ").append(part);
    }
    return numbers.isEmpty() || unit.isEmpty()
        ? null
        : new Quantity(new Value(new Product(numbers)), normal(unit.toString()));
  }

  private static @Nullable String unit(Expr factor) {
    return switch (factor) {
      case Sym(String name) when isUnitLetter(name) -> normal(name);
      case Power(Expr base, Num power) when power.value().isInteger() -> {
        @Nullable String letter =
            base instanceof Power inner && power.value().signum() < 0
                ? unit(inner)
                : base instanceof Sym(String name) && isUnitLetter(name) ? normal(name) : null;
        int exponent = power.value().small();
        String size = Math.abs(exponent) == 1 ? "" : "^" + Math.abs(exponent);
        yield letter == null ? null : (exponent < 0 ? "/" : "") + letter + size;
      }
      default -> null;
    };
  }
}
