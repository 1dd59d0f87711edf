package io.jackpot.math;

import java.math.BigDecimal;

/** A complex number with decimal parts. */
record Complex(BigDecimal re, BigDecimal im) {
  static final Complex ZERO = of(BigDecimal.ZERO);
  static final Complex ONE = of(BigDecimal.ONE);
  static final Complex I = new Complex(BigDecimal.ZERO, BigDecimal.ONE);

  static Complex of(BigDecimal re) {
    return new Complex(re, BigDecimal.ZERO);
  }

  boolean isReal() {
    return im.signum() == 0;
  }

  boolean isZero() {
    return re.signum() == 0 && im.signum() == 0;
  }

  /**
   * The value as a real number.
   *
   * @throws MathException if it is not real
   */
  BigDecimal real() {
    if (!isReal()) {
      throw new MathException("a function of a complex number");
    }
    return re;
  }

  Complex plus(Complex other, Decimals with) {
    return new Complex(with.plus(re, other.re), with.plus(im, other.im));
  }

  Complex times(Complex other, Decimals with) {
    if (isReal() && other.isReal()) {
      return of(with.times(re, other.re));
    }
    return new Complex(
        with.minus(with.times(re, other.re), with.times(im, other.im)),
        with.plus(with.times(re, other.im), with.times(im, other.re)));
  }

  Complex inverse(Decimals with) {
    if (isReal()) {
      return of(with.divide(BigDecimal.ONE, re));
    }
    BigDecimal square = with.plus(with.times(re, re), with.times(im, im));
    return new Complex(with.divide(re, square), with.divide(im.negate(), square));
  }

  BigDecimal abs(Decimals with) {
    return isReal() ? re.abs() : with.sqrt(with.plus(with.times(re, re), with.times(im, im)));
  }

  Complex pow(long exponent, Decimals with) {
    if (exponent < 0) {
      return inverse(with).pow(-exponent, with);
    }
    Complex power = ONE;
    Complex square = this;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        power = power.times(square, with);
      }
      if (rest > 1) {
        square = square.times(square, with);
      }
    }
    return power;
  }

  Complex exp(Decimals with) {
    BigDecimal size = with.exp(re);
    return isReal()
        ? of(size)
        : new Complex(with.times(size, with.cos(im)), with.times(size, with.sin(im)));
  }
}
