package io.jackpot.math;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** A scalar expression. */
public sealed interface Expr {

  /** A number. */
  record Num(Rational value) implements Expr {}

  /**
   * A variable, or one of the constants {@code pi}, {@code e}, {@code i} and {@code oo}, which is
   * infinity and equal to itself alone.
   */
  record Sym(String name) implements Expr {}

  record Sum(List<Expr> terms) implements Expr {}

  record Product(List<Expr> factors) implements Expr {}

  record Power(Expr base, Expr exponent) implements Expr {}

  /** A call of one of the {@link Functions}, or of {@code ±} or {@code ∓} with one argument. */
  record Call(String function, List<Expr> arguments) implements Expr {}

  /**
   * The value of an unknown function, as f(2), f'(x) or f²(x).
   *
   * @param function a name, or a power of one
   */
  record Application(Expr function, Expr argument) implements Expr {}

  static Expr num(long value) {
    return new Num(Rational.of(value));
  }

  static Expr sum(Expr... terms) {
    return new Sum(List.of(terms));
  }

  static Expr product(Expr... factors) {
    return new Product(List.of(factors));
  }

  static Expr call(String function, Expr... arguments) {
    return new Call(function, List.of(arguments));
  }

  static Expr negate(Expr expr) {
    return expr instanceof Num(Rational value) ? new Num(value.negate()) : product(num(-1), expr);
  }

  static Expr minus(Expr left, Expr right) {
    return sum(left, negate(right));
  }

  static Expr divide(Expr numerator, Expr denominator) {
    return product(numerator, new Power(denominator, num(-1)));
  }

  /** The names of constants. */
  Set<String> CONSTANTS = Set.of("pi", "e", "i");

  /** The names in this expression that are not constants. */
  default SortedSet<String> variables() {
    SortedSet<String> names = new TreeSet<>();
    addVariables(names);
    return names;
  }

  private void addVariables(Set<String> names) {
    if (this instanceof Sym(String name) && !CONSTANTS.contains(name)) {
      names.add(name);
    }
    parts().forEach(part -> part.addVariables(names));
  }

  /** Whether this expression has no variables and no values of unknown functions. */
  default boolean isConstant() {
    return switch (this) {
      case Sym(String name) -> CONSTANTS.contains(name);
      case Application a -> false;
      default -> parts().stream().allMatch(Expr::isConstant);
    };
  }

  /** The direct subexpressions. */
  default List<Expr> parts() {
    return switch (this) {
      case Num n -> List.of();
      case Sym s -> List.of();
      case Sum(List<Expr> terms) -> terms;
      case Product(List<Expr> factors) -> factors;
      case Power(Expr base, Expr exponent) -> List.of(base, exponent);
      case Call(String function, List<Expr> arguments) -> arguments;
      case Application(Expr function, Expr argument) -> List.of(argument);
    };
  }

  /** This expression with other parts, as many as it has. */
  default Expr withParts(List<Expr> parts) {
    return switch (this) {
      case Num n -> n;
      case Sym s -> s;
      case Sum s -> new Sum(parts);
      case Product p -> new Product(parts);
      case Power p -> new Power(parts.get(0), parts.get(1));
      case Call(String function, List<Expr> arguments) -> new Call(function, parts);
      case Application(Expr function, Expr argument) -> new Application(function, parts.getFirst());
    };
  }
}
