package io.jackpot.math;

import java.math.BigInteger;

/**
 * What polynomials are made of. Atoms of equal key are equal.
 *
 * @param key names the atom; starts with the kind's letter
 * @param expr its value
 */
record Atom(Kind kind, String key, Expr expr) implements Comparable<Atom> {

  enum Kind {
    /** A positive integer that is a prime; fractional powers of it are its roots. */
    PRIME,
    /** A positive integer of which no divisor was found: maybe prime. */
    COFACTOR,
    /** π or e. */
    CONSTANT,
    IMAGINARY,
    VARIABLE,
    /**
     * A function's value, or a power that is not written as a product: related to who knows what.
     */
    OPAQUE
  }

  static final Atom I = new Atom(Kind.IMAGINARY, "i", new Expr.Sym("i"));

  static Atom integer(BigInteger value, boolean prime) {
    return new Atom(
        prime ? Kind.PRIME : Kind.COFACTOR, "#" + value, new Expr.Num(Rational.of(value)));
  }

  static Atom opaque(String key, Expr expr) {
    return new Atom(Kind.OPAQUE, "?" + key, expr);
  }

  static Atom symbol(String name) {
    boolean constant = name.equals("pi") || name.equals("e");
    return new Atom(constant ? Kind.CONSTANT : Kind.VARIABLE, "$" + name, new Expr.Sym(name));
  }

  /** Whether its value is a positive number, so that a power of a product is one of powers. */
  boolean isPositive() {
    return kind == Kind.PRIME || kind == Kind.COFACTOR || kind == Kind.CONSTANT;
  }

  boolean isInteger() {
    return kind == Kind.PRIME || kind == Kind.COFACTOR;
  }

  /** Whether polynomials in it that look different may still be equal. */
  boolean isUncertain() {
    return kind == Kind.OPAQUE || kind == Kind.COFACTOR;
  }

  @Override
  public int compareTo(Atom other) {
    return key.compareTo(other.key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Atom atom && atom.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }
}
