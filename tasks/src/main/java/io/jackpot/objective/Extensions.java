package io.jackpot.objective;

import io.jackpot.input.InputException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Options that the paper's objective does not have, as other trainers have them. {@link #NONE}
 * changes nothing.
 *
 * @param ratioLevel of the ratio in both PPO terms
 * @param dualClip c &gt; 1: a negative advantage counts at most c times, as in dual-clip PPO (Ye et
 *     al., 2020, Eq. 5; verl's {@code clip_ratio_c}); empty for no such bound
 * @param maskTruncated whether responses that were cut off carry no loss, which {@link
 *     TokenBatch.Beside#lossMask} then says
 * @param entropyCoefficient of the mean entropy of p_new, which the loss is reduced by
 * @param referenceKl the divergence from a frozen reference; null for none
 */
public record Extensions(
    RatioLevel ratioLevel,
    OptionalDouble dualClip,
    boolean maskTruncated,
    double entropyCoefficient,
    @Nullable ReferenceKl referenceKl) {

  /** The paper's objective. */
  public static final Extensions NONE =
      new Extensions(RatioLevel.TOKEN, OptionalDouble.empty(), false, 0, null);

  /** The ratio p_new/p_ref of a PPO term. */
  public enum RatioLevel {
    /** Each token its own. */
    TOKEN,
    /**
     * Each token the geometric mean over its sequence, of which the gradient with respect to log
     * p_new(a) is that of the token's own ratio, scaled to it: GSPO-token (Zheng et al., 2025, Eq.
     * 14), which equals GSPO where the tokens of a sequence have one weight.
     */
    SEQUENCE
  }

  /**
   * Estimators of KL(p_new‖p_reference) at a token, of x = log p_new(a) − log p_reference(a)
   * (Schulman, 2020, "Approximating KL divergence"). Those of x are unbiased only for tokens that
   * p_new sampled.
   */
  public enum KlEstimator {
    /** x; as a loss its gradient is 0 in the mean. */
    K1,
    /** x²/2. */
    K2,
    /** exp(−x) − 1 + x. */
    K3,
    /** Exact over the k most probable ids of p_new, and all others together as one more. */
    TOPK,
    /** Exact over the vocabulary. */
    FULL;

    /** Whether the value comes from distributions, not from the sampled token. */
    public boolean isExact() {
      return this == TOPK || this == FULL;
    }
  }

  /**
   * The divergence from the reference, in the loss or in the reward.
   *
   * @param coefficient β
   * @param inReward whether β times its sum over a response is subtracted from the reward, before
   *     advantages, and the loss has no part of it
   */
  public record ReferenceKl(double coefficient, KlEstimator estimator, boolean inReward) {}

  public Extensions {
    dualClip.ifPresent(c -> {
      if (!(c > 1)) {
        throw new InputException("dualClip: " + c + ", expected a number above 1");
      }
    });
  }
}
