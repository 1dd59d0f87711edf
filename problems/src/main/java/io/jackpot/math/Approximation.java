package io.jackpot.math;

import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sum;
import io.jackpot.math.Expr.Sym;
import java.util.List;
import java.util.Map;

/**
 * Values of expressions in floating point, fast and without guarantee: good enough to find the
 * places where an expression has to be tried, and never used to decide.
 *
 * @param point the values of variables
 */
record Approximation(Map<String, Double> point) {

  /** The value, NaN if it is not real or not known. */
  double value(Expr expr) {
    return switch (expr) {
      case Num(Rational number) -> number.approximate();
      case Sym(String name) ->
          switch (name) {
            case "pi" -> Math.PI;
            case "e" -> Math.E;
            default -> point.getOrDefault(name, Double.NaN);
          };
      case Sum(List<Expr> terms) -> {
        double sum = 0;
        for (Expr term : terms) {
          sum += value(term);
        }
        yield sum;
      }
      case Product(List<Expr> factors) -> {
        double product = 1;
        for (Expr factor : factors) {
          product *= value(factor);
        }
        yield product;
      }
      case Power(Expr base, Expr exponent) -> power(value(base), exponent);
      case Call(String function, List<Expr> arguments) -> call(function, arguments);
      case Application a -> Double.NaN;
    };
  }

  private double power(double base, Expr exponent) {
    if (base < 0
        && exponent instanceof Num(Rational number)
        && !number.isInteger()
        && number.denominator().testBit(0)) {
      double size = Math.pow(-base, number.approximate());
      return number.numerator().testBit(0) ? -size : size;
    }
    return Math.pow(base, value(exponent));
  }

  private double call(String function, List<Expr> arguments) {
    double x = value(arguments.getFirst());
    return switch (function) {
      case "sin" -> Math.sin(x);
      case "cos" -> Math.cos(x);
      case "tan" -> Math.tan(x);
      case "cot" -> 1 / Math.tan(x);
      case "sec" -> 1 / Math.cos(x);
      case "csc" -> 1 / Math.sin(x);
      case "arctan" -> Math.atan(x);
      case "arcsin" -> Math.asin(x);
      case "arccos" -> Math.acos(x);
      case "sinh" -> Math.sinh(x);
      case "cosh" -> Math.cosh(x);
      case "tanh" -> Math.tanh(x);
      case "ln", "log" -> x > 0 ? Math.log(x) : Double.NaN;
      case "abs" -> Math.abs(x);
      case "floor" -> Math.floor(x);
      case "ceil" -> Math.ceil(x);
      case "max" -> Math.max(x, value(arguments.getLast()));
      case "min" -> Math.min(x, value(arguments.getLast()));
      default -> Double.NaN;
    };
  }
}
