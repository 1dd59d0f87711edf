package io.jackpot.math;

import java.math.BigInteger;

/**
 * The cost that one piece of work may still have, in operations on 64-bit words. Every loop over
 * foreign input spends before it works, so work that exceeds its budget ends at the same place on
 * every machine and leaves nothing running. Stored results are paid for word by word, so the budget
 * bounds memory too.
 */
public final class Budget {
  /** The most bits of an integer: 2^1000 and 1000! fit, 9^9^9 does not. */
  static final int LONGEST_INTEGER = 24_576;

  private final long total;
  private long left;

  public Budget(long total) {
    this.total = total;
    left = total;
  }

  /** Operations spent so far. */
  public long spent() {
    return total - left;
  }

  /**
   * Pays for operations.
   *
   * @throws MathException if fewer than {@code operations} are left; then none is left
   */
  public void spend(long operations) {
    if (operations > left) {
      left = 0;
      throw new MathException("too much work");
    }
    left -= operations;
  }

  /** Pays for a product of integers, or for their greatest common divisor. */
  void spendProduct(BigInteger a, BigInteger b) {
    spend((long) (1 + a.bitLength() / 64) * (1 + b.bitLength() / 64));
  }
}
