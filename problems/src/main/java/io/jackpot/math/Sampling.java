package io.jackpot.math;

import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Sym;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares two expressions by their values: at fixed points, large and negative ones among them; at
 * integers for variables that stand for integers; and in every cell into which {@link Breaks} cut
 * the space of the variables. A point counts if both expressions have a value there, a real one
 * unless i stands in one of them.
 */
final class Sampling {
  private static final int FRACTIONAL_POINTS = 24;
  private static final int DISTANT_POINTS = 6;
  private static final int NATURAL_POINTS = 8;
  private static final int ENOUGH = 3;
  private static final int MANY = 6;
  private static final int MOST_POINTS = 4_096;
  private static final int MOST_CORNER_VARIABLES = 5;

  /** Integers to try for one variable, for two, and for more. */
  private static final List<List<Rational>> INTEGERS =
      List.of(
          LongStream.concat(
                  IntStream.rangeClosed(-12, 61).asLongStream(),
                  LongStream.of(
                      -997, -100, -60, -25, 99, 100, 119, 120, 143, 144, 199, 210, 997, 1_000,
                      10_007, 1_000_003))
              .mapToObj(Rational::of)
              .toList(),
          IntStream.of(-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 17, 30)
              .mapToObj(Rational::of)
              .toList(),
          IntStream.of(-2, 0, 1, 2, 3, 5, 8).mapToObj(Rational::of).toList());

  private enum Outcome {
    SAME,
    DIFFERENT,
    NO_VALUE,
    UNSURE
  }

  private final Expr left;
  private final Expr right;
  private final SortedSet<String> variables;
  private final Breaks breaks;
  private final boolean real;
  private final boolean rational;
  private final Decimals with;
  private final Budget budget;
  private int same;
  private int tried;
  private boolean unsure;
  private boolean leftHasGaps;
  private boolean rightHasGaps;

  /**
   * @param with the arithmetic for values that are not rational
   */
  Sampling(Expr left, Expr right, Decimals with, Budget budget) {
    ExactEvaluator constants = new ExactEvaluator(Map.of(), budget);
    this.left = constants.folded(left);
    this.right = constants.folded(right);
    this.with = with;
    this.budget = budget;
    variables = new TreeSet<>(left.variables());
    variables.addAll(right.variables());
    breaks = Breaks.of(this.left, this.right);
    real = !variables.isEmpty() && !has(left, new Sym("i")) && !has(right, new Sym("i"));
    rational = isRational(this.left) && isRational(this.right);
  }

  /**
   * Whether the expressions are equal wherever both have a value, and not one of them has a value
   * everywhere and the other only on a part.
   *
   * @throws MathException if this cannot be decided
   */
  boolean equal() {
    if (variables.isEmpty()) {
      return evaluate(Map.of()) == Outcome.SAME;
    }
    if (!agreeAtFixedPoints() || !agreeInCells(new HashMap<>(), List.copyOf(variables))) {
      return false;
    }
    if (differAtCorners() || differFarOut()) {
      return false;
    }
    if (breaks.integers().isEmpty() && leftHasGaps != rightHasGaps) {
      return false;
    }
    if (unsure || same < ENOUGH) {
      throw new MathException("no value at too many points");
    }
    return true;
  }

  private boolean agreeAtFixedPoints() {
    int distant = FRACTIONAL_POINTS + DISTANT_POINTS;
    return agree(0, FRACTIONAL_POINTS, MANY)
        && agree(FRACTIONAL_POINTS, distant, Integer.MAX_VALUE)
        && agree(distant, distant + NATURAL_POINTS, MANY);
  }

  private boolean agree(int from, int to, int enough) {
    for (int i = from; i < to && same < enough; i++) {
      if (compare(point(i)) == Outcome.DIFFERENT) {
        return false;
      }
    }
    return true;
  }

  /**
   * A point with a value for each variable: fractions of either sign near zero first, then larger
   * ones, then natural numbers; for variables that stand for integers natural numbers only.
   */
  private Map<String, Rational> point(int number) {
    Map<String, Rational> point = new HashMap<>();
    int place = 0;
    for (String name : variables) {
      long mixed = (number * 31L + place++ * 17L + 7) * 0x9E3779B97F4A7C15L;
      long digits = (mixed >>> 20) % 30_011 + 401;
      boolean negative = number % 2 == 1 && ((number >> 1) + place) % 2 == 1;
      int scale = number < FRACTIONAL_POINTS ? 4 : 3 - (number / 2) % 2;
      Rational value =
          number < FRACTIONAL_POINTS + DISTANT_POINTS && !breaks.integers().contains(name)
              ? Rational.ofDecimal(BigInteger.valueOf(negative ? -digits : digits), scale)
              : Rational.of(2 + (number * 3L + place * 5L) % 11);
      point.put(name, value);
    }
    return point;
  }

  /** Tries every cell: the cells of the first variable, and in each those of the others. */
  private boolean agreeInCells(Map<String, Rational> point, List<String> rest) {
    if (breaks.isEmpty() && breaks.integers().isEmpty()) {
      return true;
    }
    String variable = rest.getFirst();
    List<String> others = rest.subList(1, rest.size());
    Map<String, Rational> base = point(rest.size());
    Map<String, Rational> fixed = new HashMap<>(base);
    fixed.putAll(point);
    fixed.remove(variable);
    Line line = new Line(breaks, variable, fixed, budget);
    for (List<Rational> cell : cells(variable, line, base)) {
      boolean decided = false;
      boolean undecided = false;
      for (Rational value : cell) {
        point.put(variable, value);
        if (!others.isEmpty()) {
          if (!agreeInCells(point, others)) {
            return false;
          }
          continue;
        }
        Outcome outcome = compare(point);
        if (outcome == Outcome.DIFFERENT) {
          return false;
        }
        decided |= outcome != Outcome.UNSURE;
        undecided |= outcome == Outcome.UNSURE;
      }
      unsure |= undecided && !decided;
    }
    point.remove(variable);
    return true;
  }

  private List<List<Rational>> cells(String variable, Line line, Map<String, Rational> base) {
    if (breaks.integers().contains(variable)) {
      int fewer = Math.min(variables.size() + (rational ? 0 : 1), INTEGERS.size());
      TreeSet<Rational> integers = new TreeSet<>(INTEGERS.get(fewer - 1));
      line.integers().forEach(integer -> integers.add(Rational.of(integer)));
      return List.of(List.copyOf(integers));
    }
    List<List<Rational>> cells = line.cells();
    if (variables.size() > 2) {
      // Cells multiply, and one value decides as a rule.
      cells = cells.stream().map(cell -> cell.subList(0, 1)).toList();
    }
    return cells.isEmpty() ? List.of(List.of(base.getOrDefault(variable, Rational.ONE))) : cells;
  }

  private Outcome compare(Map<String, Rational> point) {
    if (++tried > MOST_POINTS) {
      throw new MathException("too many cells");
    }
    Outcome outcome;
    try {
      outcome = evaluate(point);
    } catch (NoValueException e) {
      outcome = Outcome.NO_VALUE;
      // Integers may be the zeros of a denominator, which are no gap.
      if (!point.values().stream().allMatch(Rational::isInteger)) {
        leftHasGaps |= hasNoValue(left, point);
        rightHasGaps |= hasNoValue(right, point);
      }
    } catch (UndecidedStepException e) {
      outcome = Outcome.UNSURE;
      unsure = true;
    } catch (MathException e) {
      outcome = Outcome.UNSURE;
    }
    budget.spend(1); // Ends the work if the budget is spent.
    same += outcome == Outcome.SAME ? 1 : 0;
    return outcome;
  }

  /**
   * Whether the expressions differ where all variables but one are large beside every number in the
   * expressions: with each pattern of signs, and in each cell of the remaining variable.
   */
  private boolean differAtCorners() {
    int count = variables.size();
    // Values of functions cost much: there only a bound of a bound is worth it.
    int depth = rational ? 1 : 2;
    boolean bounded = bounds(left) >= depth || bounds(right) >= depth;
    if (!bounded || count < 2 || count > MOST_CORNER_VARIABLES) {
      return false;
    }
    List<String> names = List.copyOf(variables);
    Rational most = largest(left).plus(largest(right)).plus(Rational.ONE);
    for (Rational scale : List.of(most.times(Rational.of(8)), most.times(most))) {
      // The order of the sizes is that of two variables at least.
      for (int order = 0; order < 2 * count; order += count == 2 ? 2 : 1) {
        String free = names.get(order / 2);
        for (int signs = 0; signs < 1 << (count - 1); signs++) {
          if (differOnLine(free, corner(names, order, signs, scale))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** How deep absolute values, maxima and minima are nested. */
  private static int bounds(Expr expr) {
    int within = expr.parts().stream().mapToInt(Sampling::bounds).max().orElse(0);
    return within + (expr instanceof Call call && BOUNDS.contains(call.function()) ? 1 : 0);
  }

  /** Large values of all variables but one, their sizes rising or falling. */
  private static Map<String, Rational> corner(
      List<String> names, int order, int signs, Rational scale) {
    Map<String, Rational> corner = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (i != order / 2) {
        long factor = 3 + 2L * (order % 2 == 0 ? i : names.size() - i);
        boolean negative = (signs >> corner.size()) % 2 == 1;
        corner.put(
            names.get(i),
            Rational.of(scale.floor()).times(Rational.of(negative ? -factor : factor)));
      }
    }
    return corner;
  }

  private boolean differOnLine(String free, Map<String, Rational> others) {
    Line line = new Line(breaks, free, others, budget);
    Map<String, Rational> point = new HashMap<>(others);
    List<List<Rational>> cells = cells(free, line, others);
    for (List<Rational> cell : cells) {
      // Each value of a function costs much, and one decides as a rule.
      for (Rational value : rational || cells.size() == 1 ? cell : cell.subList(0, 1)) {
        point.put(free, value);
        if (differ(point)) {
          return true;
        }
      }
    }
    return false;
  }

  /** A number that no constant, numerator or denominator exceeds in size. */
  private static Rational largest(Expr expr) {
    Rational largest = Rational.ONE;
    if (expr instanceof Num(Rational number)) {
      largest = Rational.of(number.numerator().abs().max(number.denominator()));
    } else if (expr.isConstant()) {
      double size = Math.abs(new Approximation(Map.of()).value(expr));
      largest = Double.isFinite(size) ? Rational.of(new BigDecimal(size).toBigInteger()) : largest;
    }
    for (Expr part : expr.parts()) {
      Rational other = largest(part);
      largest = other.compareTo(largest) > 0 ? other : largest;
    }
    return largest;
  }

  /**
   * Whether the expressions differ where variables under a floor are large integers: there the
   * steps of different slopes are apart.
   */
  private boolean differFarOut() {
    SortedSet<String> stepping = new TreeSet<>();
    breaks.steps().forEach(step -> stepping.addAll(step.variables()));
    if (stepping.isEmpty()) {
      return false;
    }
    int most = with.context.getPrecision() / 4 - 3;
    for (int exponent : new int[] {3, 6, 12, 20, most}) {
      BigInteger far = BigInteger.TEN.pow(exponent);
      for (BigInteger value : List.of(far, far.add(BigInteger.ONE), far.negate())) {
        Map<String, Rational> all = point(FRACTIONAL_POINTS + DISTANT_POINTS);
        Map<String, Rational> one = new HashMap<>(all);
        int place = 1;
        for (String name : stepping) {
          all.put(name, Rational.of(value.multiply(BigInteger.valueOf(place++))));
          Rational before = one.put(name, Rational.of(value));
          if (differ(one)) {
            return true;
          }
          one.put(name, before);
        }
        if (stepping.size() > 1 && differ(all)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the expressions surely differ at a point that otherwise need not decide. */
  private boolean differ(Map<String, Rational> point) {
    try {
      return evaluate(point) == Outcome.DIFFERENT;
    } catch (UndecidedStepException e) {
      unsure = true;
    } catch (MathException e) {
      // A large value may exceed the digits, which says nothing, unless the budget is spent.
      budget.spend(1);
    }
    return false;
  }

  private boolean hasNoValue(Expr side, Map<String, Rational> point) {
    try {
      new Evaluator(point, real, with, budget).value(side);
      return false;
    } catch (NoValueException e) {
      return true;
    } catch (MathException e) {
      return false;
    }
  }

  private Outcome evaluate(Map<String, Rational> point) {
    if (rational) {
      ExactEvaluator exact = new ExactEvaluator(point, budget);
      @Nullable Rational first = exact.value(left);
      @Nullable Rational second = first == null ? null : exact.value(right);
      if (first != null && second != null) {
        return first.equals(second) ? Outcome.SAME : Outcome.DIFFERENT;
      }
    }
    Evaluator evaluator = new Evaluator(point, real, with, budget);
    Complex first = evaluator.value(left);
    Complex minus = evaluator.value(Expr.negate(right));
    return evaluator.sum(List.of(first, minus)).isZero() ? Outcome.SAME : Outcome.DIFFERENT;
  }

  private static boolean has(Expr expr, Expr part) {
    return expr.equals(part) || expr.parts().stream().anyMatch(each -> has(each, part));
  }

  /** Whether the values at rational points may be rational. */
  private static boolean isRational(Expr expr) {
    return switch (expr) {
      case Sym(String name) -> !Expr.CONSTANTS.contains(name);
      case Call(String function, List<Expr> at) when !PIECEWISE.contains(function) -> false;
      default -> expr.parts().stream().allMatch(Sampling::isRational);
    };
  }

  private static final Set<String> BOUNDS = Set.of("abs", "max", "min");

  private static final Set<String> PIECEWISE =
      Set.of("abs", "floor", "ceil", "max", "min", "factorial", "binom", "gcd", "lcm");
}
