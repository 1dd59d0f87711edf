package io.jackpot.objective;

import io.jackpot.input.InputException;

/** The factor of the policy's PPO term: Jackpot's rejection and weight, or a baseline's. */
public sealed interface PolicyWeighting {

  /** Jackpot: mask·min(w, c1)·min(p_ref/p_target, c2), target, c1 and c2 from the options. */
  record Obrs() implements PolicyWeighting {}

  /**
   * A baseline without rejection: F(p_ref/p_inf) if the target is p_ref, and
   * F(p_new/p_inf)·min(p_ref/p_new, c2) if it is p_new, as the PPO ratio already counts p_new/p_ref
   * (Eq. 5). F = 1 is 1 for both.
   */
  record Corrected(Correction correction) implements PolicyWeighting {}

  /**
   * An ablation: OBRS's scale without its rejection, min(Z·r, cap)·min(p_ref/p_target, c2). It
   * differs from the expectation of Jackpot's weight only in where it is cut.
   */
  record TisTimesZ(double cap) implements PolicyWeighting {
    public TisTimesZ {
      if (!(cap > 0)) {
        throw new InputException("cap: " + cap + ", expected a number above 0");
      }
    }
  }
}
