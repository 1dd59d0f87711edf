package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions that are equal in some places only, and the places where that is seen. */
class SamplingTest {
  private static final Expr X = new Expr.Sym("x");
  private static final Expr Y = new Expr.Sym("y");
  private static final Expr N = new Expr.Sym("n");
  private static final Expr TWO = Expr.num(2);

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 100, 12_345_678, 1_000_000_000_000_000L})
  void bothSidesOfAZeroAreTried(long zero) {
    Expr off = Expr.minus(X, Expr.num(zero));
    for (Expr size : List.of(abs(off), root(power(off, 2)), max(off, Expr.negate(off)))) {
      differ(size, off);
      differ(size, Expr.negate(off));
      equal(size, abs(Expr.negate(off)));
    }
    differ(max(X, Expr.num(-zero)), X);
    differ(max(X, Expr.num(-zero)), Expr.num(-zero));
    Expr square = Expr.sum(power(X, 2), Expr.product(Expr.num(-2 * zero), X), sq(zero));
    equal(root(square), abs(off));
    differ(root(square), off);
  }

  private static Expr sq(long number) {
    return power(Expr.num(number), 2);
  }

  /** Two zeros a thousandth apart, and what differs between them only. */
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 150, 4_000})
  void narrowCellsAreTried(int place) {
    Expr tent = Expr.minus(thousandth(), abs(Expr.minus(X, Expr.num(place))));
    differ(max(tent, Expr.num(0)), Expr.num(0));
    Expr left = Expr.minus(X, Expr.num(place));
    Expr product = Expr.product(left, Expr.minus(left, thousandth()));
    differ(abs(product), product);
    equal(abs(product), Expr.product(abs(left), abs(Expr.minus(left, thousandth()))));
  }

  private static Expr thousandth() {
    return new Expr.Num(Rational.of(1, 1_000));
  }

  @Test
  void cellsOfSeveralVariablesAreTried() {
    Expr off = Expr.minus(X, Y);
    differ(abs(off), off);
    differ(abs(off), Expr.negate(off));
    equal(abs(off), abs(Expr.minus(Y, X)));
    Expr around = Expr.sum(abs(Expr.minus(X, Expr.num(50))), abs(Expr.minus(Y, Expr.num(50))));
    differ(max(Expr.minus(Expr.num(1), around), Expr.num(0)), Expr.num(0));
    differ(root(Expr.product(power(X, 2), Y)), Expr.product(X, root(Y)));
    equal(root(Expr.product(power(X, 2), Y)), Expr.product(abs(X), root(Y)));
    equal(root(Expr.product(X, Y)), Expr.product(root(X), root(Y)));
  }

  @Test
  void integersAreTriedWhereLettersStandForThem() {
    Expr half = Expr.divide(N, TWO);
    equal(ceil(half), floor(Expr.divide(Expr.sum(N, Expr.num(1)), TWO)));
    differ(ceil(half), floor(Expr.sum(half, Expr.num(1))));
    differ(
        floor(Expr.divide(N, Expr.num(365))),
        floor(Expr.divide(Expr.sum(N, Expr.num(1)), Expr.num(365))));
    differ(floor(X), Expr.minus(ceil(X), Expr.num(1)));
    equal(floor(X), Expr.negate(ceil(Expr.negate(X))));
    Expr next = Expr.sum(N, Expr.num(1));
    differ(Expr.call("factorial", next), Expr.product(N, Expr.call("factorial", N)));
  }

  @Test
  void aValueThatIsNotRealCountsOnlyWithI() {
    equal(Expr.divide(Expr.num(1), root(X)), root(Expr.divide(Expr.num(1), X)));
    equal(root(power(X, 3)), Expr.product(X, root(X)));
    differ(root(power(X, 2)), X);
    Expr i = new Expr.Sym("i");
    differ(Expr.product(i, root(X)), root(Expr.negate(X)));
  }

  @Test
  void aFunctionThatHasAValueEverywhereIsNotOneThatHasItOnAPart() {
    differ(Expr.call("ln", power(X, 2)), Expr.product(TWO, Expr.call("ln", X)));
    differ(abs(X), power(root(X), 2));
    equal(Expr.call("ln", Expr.product(X, Y)), Expr.sum(Expr.call("ln", X), Expr.call("ln", Y)));
  }

  @Test
  void whatHasNoValueAnywhereIsNotDecided() {
    Expr never = root(Expr.minus(Expr.num(-1), power(X, 2)));
    differ(Expr.product(never, never), abs(X));
    Expr left = Expr.product(never, abs(X));
    assertThatThrownBy(() -> equality().equal(left, Expr.product(never, X)))
        .isInstanceOf(MathException.class)
        .hasMessage("no value at too many points");
  }

  @Test
  void nothingIsKnownOfUnknownFunctions() {
    Expr two = f(Expr.divide(Expr.num(4), TWO));
    equal(two, f(TWO));
    equal(f(abs(X)), f(root(power(X, 2))));
    differ(f(X), f(abs(X)));
    differ(f(Expr.sum(X, Y)), Expr.sum(f(X), f(Y)));
    differ(f(Expr.num(0)), Expr.num(0));
    differ(abs(f(TWO)), f(TWO));
    equal(power(abs(f(TWO)), 2), power(f(TWO), 2));
  }

  private static Expr f(Expr argument) {
    return new Expr.Application(new Expr.Sym("f"), argument);
  }

  private static void equal(Expr left, Expr right) {
    assertThat(equality().equal(left, right)).as("%s and %s", left, right).isTrue();
    assertThat(equality().equal(right, left)).as("%s and %s", right, left).isTrue();
  }

  private static void differ(Expr left, Expr right) {
    assertThat(equality().equal(left, right)).as("%s and %s", left, right).isFalse();
    assertThat(equality().equal(right, left)).as("%s and %s", right, left).isFalse();
  }

  private static Equality equality() {
    return new Equality(new Budget(2_000_000));
  }

  private static Expr abs(Expr of) {
    return Expr.call("abs", of);
  }

  private static Expr floor(Expr of) {
    return Expr.call("floor", of);
  }

  private static Expr ceil(Expr of) {
    return Expr.call("ceil", of);
  }

  private static Expr max(Expr left, Expr right) {
    return Expr.call("max", left, right);
  }

  private static Expr power(Expr base, int exponent) {
    return new Expr.Power(base, Expr.num(exponent));
  }

  private static Expr root(Expr of) {
    return new Expr.Power(of, Expr.divide(Expr.num(1), TWO));
  }
}
