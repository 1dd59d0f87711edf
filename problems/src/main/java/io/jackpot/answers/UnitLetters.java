package io.jackpot.answers;

import io.jackpot.answers.Answer.Quantity;
import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sym;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Products that may be amounts: 5 m is five times m, or five metres. */
final class UnitLetters {
  private static final Set<String> CONSTANTS = Set.of("pi", "e", "i");

  private UnitLetters() {}

  /** The amount, if the expression is a number times letters that are units. */
  static @Nullable Quantity read(Expr expr) {
    if (!(expr instanceof Product(List<Expr> factors))) {
      return null;
    }
    List<Expr> numbers = new ArrayList<>();
    StringBuilder unit = new StringBuilder();
    for (Expr factor : factors) {
      if (isNumber(factor)) {
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
        : new Quantity(new Value(new Product(numbers)), Units.normal(unit.toString()));
  }

  private static @Nullable String unit(Expr factor) {
    return switch (factor) {
      case Sym(String name) when Units.isUnitLetter(name) -> Units.normal(name);
      case Power(Expr base, Num power) when power.value().isInteger() -> {
        @Nullable String letter =
            base instanceof Power inner && power.value().signum() < 0
                ? unit(inner)
                : base instanceof Sym(String name) && Units.isUnitLetter(name)
                    ? Units.normal(name)
                    : null;
        int exponent = power.value().small();
        String size = Math.abs(exponent) == 1 ? "" : "^" + Math.abs(exponent);
        yield letter == null ? null : (exponent < 0 ? "/" : "") + letter + size;
      }
      default -> null;
    };
  }

  /** Whether it has no variables. */
  static boolean isNumber(Expr expr) {
    if (expr instanceof Sym(String name)) {
      return CONSTANTS.contains(name);
    }
    return expr.parts().stream().allMatch(UnitLetters::isNumber);
  }
}
