package io.jackpot.math;

import java.math.BigInteger;

/**
 * A number or function that polynomials treat as indivisible. Atoms of equal key are equal.
 *
 * @param key a unique name, which begins with a character for the kind
 * @param expr the value
 */
record Atom(Kind kind, String key, Expr expr) implements Comparable<Atom> {

  enum Kind {
    /** A positive integer that is a prime; fractional powers of it are its roots. */
    PRIME,
    /** A positive integer without a known divisor, possibly prime. */
    COFACTOR,
    /** π or e. */
    CONSTANT,
    IMAGINARY,
    VARIABLE,
    /**
     * The value of a function or of a power that is not a product; it may depend on other atoms.
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

  /** Whether the value is a positive number, so that powers of products can be split. */
  boolean isPositive() {
    return kind == Kind.PRIME || kind == Kind.COFACTOR || kind == Kind.CONSTANT;
  }

  boolean isInteger() {
    return kind == Kind.PRIME || kind == Kind.COFACTOR;
  }

  /** Whether polynomials in this atom may be equal although they look different. */
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
