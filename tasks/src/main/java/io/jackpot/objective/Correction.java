package io.jackpot.objective;

import io.jackpot.input.InputException;

/**
 * The correction F of the importance ratio p/p_inf (Jackpot, Eq. 2): which one, and its bounds.
 * {@link LossTasks#correction} computes it.
 */
public sealed interface Correction {

  /** The ratio that is corrected. */
  enum Level {
    /** Each token its own ratio. */
    TOKEN,
    /** Each token the product of the ratios of its sequence's response tokens. */
    SEQUENCE,
    /** Each token the geometric mean of the ratios of its sequence's response tokens. */
    GEOMETRIC
  }

  Level level();

  /** F = 1: the mismatch is ignored. */
  record None() implements Correction {
    @Override
    public Level level() {
      return Level.TOKEN;
    }
  }

  /** F(x) = x, AReaL (Fu et al., 2025). */
  record Identity(Level level) implements Correction {}

  /** F(x) = min(x, cap), truncated importance sampling (TIS): Flash-RL, LlamaRL. */
  record Truncated(double cap, Level level) implements Correction {
    public Truncated {
      if (!(cap > 0)) {
        throw new InputException("correction.cap: " + cap + ", expected a number above 0");
      }
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
  }
}
