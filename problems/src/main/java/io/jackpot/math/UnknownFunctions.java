package io.jackpot.math;

import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Sym;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces the values of unknown functions by variables, the same one for the same function of
 * equal arguments. So f(4/2) is f(2), and nothing else is known of either.
 */
final class UnknownFunctions {
  private final Equality equality;
  private final List<Application> known = new ArrayList<>();

  UnknownFunctions(Equality equality) {
    this.equality = equality;
  }

  /**
   * @throws MathException if it cannot be decided whether arguments are equal
   */
  Expr replaced(Expr expr) {
    List<Expr> parts = expr.parts().stream().map(this::replaced).toList();
    Expr inside = parts.equals(expr.parts()) ? expr : expr.withParts(parts);
    return inside instanceof Application application ? variable(application) : inside;
  }

  private Sym variable(Application application) {
    int index = 0;
    while (index < known.size() && !isSame(known.get(index), application)) {
      index++;
    }
    if (index == known.size()) {
      known.add(application);
    }
    return new Sym("value " + index);
  }

  private boolean isSame(Application left, Application right) {
    return left.function().equals(right.function())
        && equality.equal(left.argument(), right.argument());
  }
}
