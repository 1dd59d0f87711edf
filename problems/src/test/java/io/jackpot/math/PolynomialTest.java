package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.math.Polynomial.Term;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PolynomialTest {
  private static final Atom X = Atom.symbol("x");
  private static final Atom PI = Atom.symbol("pi");
  private static final Atom TWO = Atom.integer(BigInteger.TWO, true);
  private static final Atom THREE = Atom.integer(BigInteger.valueOf(3), true);

  private final Random random = new Random(12);

  @Test
  void sumsAndProductsAgreeWithSymPy() throws IOException {
    for (JsonNode line : Golden.lines("polynomial")) {
      Polynomial a = Golden.polynomial(line.get("a"));
      Polynomial b = Golden.polynomial(line.get("b"));
      same(plus(a, b), Golden.polynomial(line.get("sum")));
      Polynomial product = times(a, b);
      same(product, Golden.polynomial(line.get("product")));
      assertThat(product.size()).as(line.toString()).isEqualTo(line.get("product").size());
    }
  }

  @Test
  void randomPolynomialsObeyTheLawsOfARing() {
    for (int i = 0; i < 300; i++) {
      Polynomial a = polynomial();
      Polynomial b = polynomial();
      Polynomial c = polynomial();
      same(plus(a, b), plus(b, a));
      same(plus(plus(a, b), c), plus(a, plus(b, c)));
      same(times(a, b), times(b, a));
      same(times(times(a, b), c), times(a, times(b, c)));
      same(times(a, plus(b, c)), plus(times(a, b), times(a, c)));
      assertThat(a.plus(a, Rational.MINUS_ONE, Golden.budget()).isZero()).isTrue();
      // No zero divisors: the atoms are algebraically independent up to roots and i.
      assertThat(times(a, b).isZero()).isEqualTo(a.isZero() || b.isZero());
    }
  }

  @Test
  void powersOfRootsAndOfIAreReduced() {
    Polynomial root = Polynomial.of(TWO, Rational.of(1, 2));
    same(times(root, root), Polynomial.of(Rational.of(2)));
    same(Polynomial.of(TWO, Rational.of(-3, 2)), product(Rational.of(1, 4), root));
    same(
        times(Polynomial.of(THREE, Rational.of(2, 3)), Polynomial.of(THREE, Rational.of(5, 3))),
        product(Rational.of(9), Polynomial.of(THREE, Rational.of(1, 3))));
    Polynomial i = Polynomial.of(Atom.I, Rational.ONE);
    same(times(i, i), Polynomial.of(Rational.MINUS_ONE));
    same(Polynomial.of(Atom.I, Rational.of(-1)), product(Rational.MINUS_ONE, i));
    same(Polynomial.of(Atom.I, Rational.of(-4)), Polynomial.of(Rational.ONE));
    Polynomial pi = Polynomial.of(PI, Rational.of(7));
    assertThat(pi.isRational()).isFalse();
    same(times(pi, Polynomial.of(PI, Rational.of(-7))), Polynomial.of(Rational.ONE));
  }

  @Test
  void aTermHasAnInverse() {
    for (int i = 0; i < 100; i++) {
      Polynomial term = Polynomial.of(term());
      same(times(term, term.inverse()), Polynomial.of(Rational.ONE));
    }
  }

  @Test
  void clearingLeavesNoNegativePowersOfVariables() {
    for (int i = 0; i < 100; i++) {
      Polynomial a = polynomial();
      Polynomial cleared = a.cleared(Golden.budget());
      assertThat(cleared.size()).isEqualTo(a.size());
      Rational least = Rational.ZERO;
      for (Term term : a.terms()) {
        Rational power = term.monomial().powers().getOrDefault(X, Rational.ZERO);
        least = power.compareTo(least) < 0 ? power : least;
      }
      same(cleared, least.isZero() ? a : times(a, Polynomial.of(X, least.negate())));
    }
  }

  private static void same(Polynomial a, Polynomial b) {
    assertThat(terms(a)).isEqualTo(terms(b));
  }

  private static List<Term> terms(Polynomial polynomial) {
    List<Term> terms = new ArrayList<>();
    polynomial.terms().forEach(terms::add);
    return terms;
  }

  private static Polynomial plus(Polynomial a, Polynomial b) {
    return a.plus(b, Rational.ONE, Golden.budget());
  }

  private static Polynomial times(Polynomial a, Polynomial b) {
    return a.times(b, Golden.budget());
  }

  private static Polynomial product(Rational factor, Polynomial polynomial) {
    return times(Polynomial.of(factor), polynomial);
  }

  private Polynomial polynomial() {
    Polynomial sum = Polynomial.of(Rational.ZERO);
    for (int terms = random.nextInt(5); terms > 0; terms--) {
      sum = plus(sum, Polynomial.of(term()));
    }
    return sum;
  }

  private Term term() {
    Polynomial term = Polynomial.of(Rational.of(1 + random.nextInt(9), 1 + random.nextInt(5)));
    term = times(term, Polynomial.of(X, Rational.of(random.nextInt(6) - 2)));
    term = times(term, Polynomial.of(PI, Rational.of(random.nextInt(3))));
    term = times(term, Polynomial.of(TWO, Rational.of(random.nextInt(4), 3)));
    return times(term, Polynomial.of(THREE, Rational.of(random.nextInt(2), 2))).term();
  }
}
