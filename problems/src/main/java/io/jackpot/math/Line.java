package io.jackpot.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The line of one variable while the others have values, cut where the form of an expression may
 * change. Zeros of polynomials up to the second degree are computed; those of other expressions are
 * searched between ±10<sup>12</sup>, from zero and from each known cut outward.
 */
final class Line {
  /** Levels at which the steps of a floor are looked for. */
  private static final double[] LEVELS = {-2, -1, 0, 1, 2, 3, 10, 57};

  private static final double[] ZERO = {0};
  private static final double[] FROM_ZERO = offsets(1e-6, 1e12, 1.15);
  private static final double[] FROM_CUT = offsets(1e-6, 1e9, 2);
  private static final double DENSE = 20;
  private static final double STEP = 0.25;
  private static final int MOST_ANCHORS = 8;
  private static final int MOST_SCANNED = 12;
  private static final int BISECTIONS = 60;
  private static final int LARGEST_DENOMINATOR = 1_000;

  private final String variable;
  private final Map<String, Rational> point;
  private final Map<String, Double> place = new HashMap<>();
  private final Approximation approximation = new Approximation(place);
  private final Budget budget;
  private final TreeSet<Double> cuts = new TreeSet<>();
  private final TreeSet<Double> steps = new TreeSet<>();

  /**
   * @param point the values of the other variables
   */
  Line(Breaks breaks, String variable, Map<String, Rational> point, Budget budget) {
    this.variable = variable;
    this.point = new HashMap<>(point);
    this.budget = budget;
    point.forEach((name, value) -> place.put(name, value.approximate()));
    for (Expr expr : breaks.zeros()) {
      cuts.addAll(crossings(expr, ZERO));
    }
    for (Expr expr : breaks.steps()) {
      steps.addAll(crossings(expr, LEVELS));
    }
    cuts.addAll(steps);
  }

  private static double[] offsets(double first, double last, double factor) {
    return DoubleStream.iterate(first, offset -> offset <= last, offset -> offset * factor)
        .toArray();
  }

  /**
   * Values of the variable in each cell between neighbouring cuts: two, or near and far from the
   * outermost cuts; and the places of steps. No cells if there is no cut.
   */
  List<List<Rational>> cells() {
    List<List<Rational>> cells = new ArrayList<>();
    if (cuts.isEmpty()) {
      return cells;
    }
    double first = cuts.first();
    double last = cuts.last();
    cells.add(beyond(first, -1));
    double before = first;
    for (double cut : cuts) {
      double width = cut - before;
      if (width > 1e-10 * (1 + Math.abs(cut))) {
        cells.add(
            List.of(
                rounded(before + 0.3819 * width, width), rounded(before + 0.8347 * width, width)));
      }
      before = cut;
    }
    cells.add(beyond(last, 1));
    if (!steps.isEmpty()) {
      cells.add(steps.stream().map(Line::simple).toList());
    }
    return cells;
  }

  private static List<Rational> beyond(double cut, int sign) {
    double near = 0.3717 * (1 + Math.abs(cut) / 64);
    double far = 7.619 * (1 + Math.abs(cut));
    return List.of(
        rounded(cut + sign * near, near),
        rounded(cut + sign * 5.3 * near, near),
        rounded(cut + sign * far, far));
  }

  /** The integers next to each cut. */
  Set<BigInteger> integers() {
    TreeSet<BigInteger> integers = new TreeSet<>();
    for (double cut : cuts) {
      BigInteger floor = new BigDecimal(cut).setScale(0, RoundingMode.FLOOR).toBigInteger();
      for (int i = -1; i <= 2; i++) {
        integers.add(floor.add(BigInteger.valueOf(i)));
      }
    }
    return integers;
  }

  /** A number with a few digits more than the width of its cell requires. */
  private static Rational rounded(double value, double width) {
    int scale = 4 - (int) Math.floor(Math.log10(width));
    BigDecimal decimal = new BigDecimal(value).setScale(scale, RoundingMode.HALF_EVEN);
    return Rational.ofDecimal(decimal.unscaledValue(), scale);
  }

  /** The fraction of a small denominator that is nearest to a number. */
  private static Rational simple(double value) {
    for (int denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
      double numerator = Math.rint(value * denominator);
      if (Math.abs(numerator - value * denominator) < 1e-9 * denominator) {
        return new Rational(
            new BigDecimal(numerator).toBigInteger(), BigInteger.valueOf(denominator));
      }
    }
    return rounded(value, 1e-3);
  }

  /** Where an expression reaches or crosses one of the levels. */
  private List<Double> crossings(Expr expr, double[] levels) {
    if (!expr.variables().contains(variable)) {
      return List.of();
    }
    int degree = degree(expr);
    if (degree >= 0 && degree <= 2) {
      Rational[] at = new Rational[3];
      for (int i = 0; i < at.length; i++) {
        point.put(variable, Rational.of(i - 1));
        @Nullable Rational value = new ExactEvaluator(point, budget).value(expr);
        if (value == null) {
          return scan(expr, levels);
        }
        at[i] = value;
      }
      Rational half = Rational.of(1, 2);
      Rational square = at[2].plus(at[0]).times(half).minus(at[1]);
      Rational slope = at[2].minus(at[0]).times(half);
      List<Double> roots = new ArrayList<>();
      for (double level : levels) {
        roots.addAll(roots(square, slope, at[1].minus(Rational.of((long) level))));
      }
      return roots;
    }
    return scan(expr, levels);
  }

  private static List<Double> roots(Rational square, Rational slope, Rational constant) {
    if (square.isZero()) {
      return slope.isZero()
          ? List.of()
          : List.of(constant.negate().times(slope.inverse()).approximate());
    }
    Rational inside = slope.times(slope).minus(Rational.of(4).times(square).times(constant));
    if (inside.signum() < 0) {
      return List.of();
    }
    double root = Math.sqrt(inside.approximate());
    double b = slope.approximate();
    double sum = b < 0 ? root - b : -root - b;
    double first = sum / (2 * square.approximate());
    return sum == 0 ? List.of(first) : List.of(first, 2 * constant.approximate() / sum);
  }

  /** The degree of a polynomial in the variable; −1 for other expressions. */
  private int degree(Expr expr) {
    return switch (expr) {
      case Expr.Num n -> 0;
      case Expr.Sym(String name) -> name.equals(variable) ? 1 : 0;
      case Expr.Sum(List<Expr> terms) -> {
        int most = 0;
        for (Expr term : terms) {
          int degree = degree(term);
          if (degree < 0) {
            yield -1;
          }
          most = Math.max(most, degree);
        }
        yield most;
      }
      case Expr.Product(List<Expr> factors) -> {
        int sum = 0;
        for (Expr factor : factors) {
          int degree = degree(factor);
          if (degree < 0) {
            yield -1;
          }
          sum += degree;
        }
        yield sum;
      }
      case Expr.Power(Expr base, Expr.Num(Rational power)) when power.isInteger() -> {
        int degree = degree(base);
        yield degree == 0
            ? 0
            : degree < 0 || power.signum() < 0 || power.numerator().bitLength() > 8
                ? -1
                : degree * power.small();
      }
      default -> expr.variables().contains(variable) ? -1 : 0;
    };
  }

  private List<Double> scan(Expr expr, double[] levels) {
    double[] grid = grid();
    budget.spend((long) grid.length * (1 + size(expr) / 4));
    double[] values = new double[grid.length];
    for (int i = 0; i < grid.length; i++) {
      values[i] = value(expr, grid[i]);
    }
    List<Double> found = new ArrayList<>();
    for (double level : levels) {
      DoubleUnaryOperator off = t -> value(expr, t) - level;
      for (int i = 0; i + 1 < grid.length; i++) {
        double left = values[i] - level;
        double right = values[i + 1] - level;
        boolean flat = left == right && i > 0 && values[i - 1] == values[i];
        if (side(left) != side(right)) {
          found.add(bisected(off, grid[i], grid[i + 1]));
        } else if (i > 0 && !flat && side(left) == side(values[i - 1] - level)) {
          double size = Math.abs(left);
          if (size <= Math.abs(values[i - 1] - level) && size <= Math.abs(right)) {
            touch(off, grid[i - 1], grid[i + 1], found);
          }
        }
      }
    }
    found.sort((a, b) -> Double.compare(Math.abs(a), Math.abs(b)));
    return found.subList(0, Math.min(found.size(), MOST_SCANNED));
  }

  private double value(Expr expr, double at) {
    place.put(variable, at);
    return approximation.value(expr);
  }

  private static int side(double value) {
    return Double.isNaN(value) ? 2 : value < 0 ? -1 : 1;
  }

  private double bisected(DoubleUnaryOperator function, double low, double high) {
    budget.spend(BISECTIONS);
    int side = side(function.applyAsDouble(low));
    double from = low;
    double to = high;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (from + to) / 2;
      if (side(function.applyAsDouble(middle)) == side) {
        from = middle;
      } else {
        to = middle;
      }
    }
    return (from + to) / 2;
  }

  /** Looks for a place where a function touches zero, or a pair of zeros, near its least size. */
  private void touch(DoubleUnaryOperator function, double low, double high, List<Double> found) {
    budget.spend(2 * BISECTIONS);
    double scale =
        Math.max(Math.abs(function.applyAsDouble(low)), Math.abs(function.applyAsDouble(high)));
    int side = side(function.applyAsDouble(low));
    double from = low;
    double to = high;
    for (int i = 0; i < BISECTIONS; i++) {
      double third = (to - from) / 3;
      double left = function.applyAsDouble(from + third);
      double right = function.applyAsDouble(to - third);
      if (side(left) != side) {
        found.add(bisected(function, low, from + third));
        found.add(bisected(function, from + third, high));
        return;
      }
      if (Math.abs(left) < Math.abs(right)) {
        to -= third;
      } else {
        from += third;
      }
    }
    double least = (from + to) / 2;
    if (Math.abs(function.applyAsDouble(least)) <= 1e-7 * scale) {
      found.add(least);
    }
  }

  /** Places to look at: dense near zero, wider far from it, and about each known cut. */
  private double[] grid() {
    TreeSet<Double> grid = new TreeSet<>();
    for (double t = -DENSE + STEP / 3; t < DENSE; t += STEP) {
      grid.add(t);
    }
    around(0, FROM_ZERO, grid);
    cuts.stream()
        .sorted((a, b) -> Double.compare(Math.abs(a), Math.abs(b)))
        .limit(MOST_ANCHORS)
        .forEach(cut -> around(cut, FROM_CUT, grid));
    return grid.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void around(double centre, double[] offsets, Set<Double> grid) {
    for (double offset : offsets) {
      grid.add(centre - offset);
      grid.add(centre + offset);
    }
  }

  private static int size(Expr expr) {
    int size = 1;
    for (Expr part : expr.parts()) {
      size += size(part);
    }
    return size;
  }
}
