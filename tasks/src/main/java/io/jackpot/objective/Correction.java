package io.jackpot.objective;

import io.jackpot.input.InputException;

/**
 * F of the importance ratio between what should have sampled and what did sample (Jackpot, Eq. 2).
 * No gradient flows through it.
 */
public sealed interface Correction {

  /** Whose ratio is corrected. */
  enum Level {
    /** Each token its own ratio. */
    TOKEN,
    /** Each token the product of the ratios of its sequence's response tokens. */
    SEQUENCE
  }

  Level level();

  /** F(ratio), for a ratio ≥ 0. */
  double weight(double ratio);

  /** F = 1: the mismatch is ignored. */
  record None() implements Correction {
    @Override
    public Level level() {
      return Level.TOKEN;
    }

    @Override
    public double weight(double ratio) {
      return 1;
    }
  }

  /** F(x) = x, AReaL (Fu et al., 2025). */
  record Identity(Level level) implements Correction {
    @Override
    public double weight(double ratio) {
      return ratio;
    }
  }

  /** F(x) = min(x, cap), truncated importance sampling (TIS): Flash-RL, LlamaRL. */
  record Truncated(double cap, Level level) implements Correction {
    public Truncated {
      if (!(cap > 0)) {
        throw new InputException("correction.cap: " + cap + ", expected a number above 0");
      }
    }

    @Override
    public double weight(double ratio) {
      return Math.min(ratio, cap);
    }
  }

  /** F(x) = x within [low, high] and 0 outside, IcePop (Ling Team, 2025). */
  record IcePop(double low, double high, Level level) implements Correction {
    public IcePop {
      if (!(low >= 0 && high >= low)) {
        throw new InputException(
            "correction: low " + low + ", high " + high + ", expected 0 <= low <= high");
      }
    }

    @Override
    public double weight(double ratio) {
      return ratio >= low && ratio <= high ? ratio : 0;
    }
  }
}
