package io.jackpot.math;

import java.math.BigInteger;

/**
 * What one piece of work may still cost, in operations on a 64-bit word. Every loop over what comes
 * from outside spends before it works, so work that runs over ends at the same place on every
 * machine and leaves nothing running. What is kept has been paid for word by word, so the budget
 * bounds memory too.
 */
public final class Budget {
  /** Bits of an integer: 2^1000 and 1000! are read, 9^9^9 is not. */
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
   * @throws MathException if less is left than {@code operations}; then nothing is
   */
  public void spend(long operations) {
    if (operations > left) {
      left = 0;
      throw new MathException("too much work");
    }
    left -= operations;
  }

  /** Pays for a product of integers or for their greatest common divisor. */
  void spendProduct(BigInteger a, BigInteger b) {
    spend((long) (1 + a.bitLength() / 64) * (1 + b.bitLength() / 64));
  }
}
