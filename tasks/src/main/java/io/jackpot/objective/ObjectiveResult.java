package io.jackpot.objective;

import java.util.Arrays;
import java.util.Optional;

/**
 * The losses of a mini-batch and all quantities on the way to them; all arrays {@code [tokens]}.
 *
 * @param acceptProbability α(a)
 * @param mask 0 or 1, α(a) in mode expected, 1 in a baseline without rejection
 * @param z the Z that the weight uses, κ included where it applies
 * @param obrsWeight w = Z·max(λ, r), before its cap
 * @param rho the factor between mask and PPO term
 * @param ratio p_new(a)/p_ref(a), or the geometric mean of the sequence's
 * @param ppo the policy's PPO term, before any weight
 * @param actorWeight F(p_ω,ref(a)/p_inf(a))
 * @param actorPpo the actor's PPO term, before its weight
 * @param policyCoefficient d totalLoss/d log p_new(a)
 * @param actorCoefficient d totalLoss/d log p_ω(a), the distillation not included
 * @param distillWeight d totalLoss/d divergence
 * @param acceptance the share of tokens that OBRS accepts, or would accept in a baseline: the mean
 *     of 1[u &lt; α], or of α in mode expected
 * @param kappa κ = accepted share ÷ mean zTopK, whether the normalizer uses it or not
 * @param policyLoss minimised, as are the others
 * @param actorLoss without distillation
 * @param distillLoss mean divergence, before its coefficient
 * @param totalLoss policyLoss + actorLoss + coefficient·distillLoss, and what {@link Extensions}
 *     add
 * @param nothingAccepted mask·ρ is 0 for every token that carries a loss: the policy learns nothing
 *     from rewards, and the user should be warned
 * @param metrics for {@code metrics.jsonl}
 * @param beside what comes from {@link Extensions}
 */
public record ObjectiveResult(
    double[] acceptProbability,
    double[] mask,
    double[] z,
    double[] obrsWeight,
    double[] rho,
    double[] ratio,
    double[] ppo,
    double[] actorWeight,
    double[] actorPpo,
    double[] policyCoefficient,
    double[] actorCoefficient,
    double[] distillWeight,
    double acceptance,
    double kappa,
    double policyLoss,
    double actorLoss,
    double distillLoss,
    double totalLoss,
    boolean nothingAccepted,
    Metrics metrics,
    Beside beside) {

  /**
   * What comes from {@link Extensions}.
   *
   * @param lossTokens tokens that carry a loss
   * @param regularized whether some do, and it has a part beside those of the paper
   * @param referenceWeight d totalLoss/d exact divergence from the reference {@code [tokens]}
   * @param entropyWeight d totalLoss/d entropy of p_new {@code [tokens]}
   * @param referenceKl mean divergence from the reference over all tokens
   * @param referenceKlLoss its mean as the losses take it, before its coefficient
   * @param entropyLoss the negative mean entropy as the losses take it, before its coefficient
   * @param dualClipShare tokens whose policy gradient the dual clip stops
   * @param ratioMin the smallest PPO ratio of the policy
   * @param ratioMax the largest PPO ratio of the policy
   */
  public record Beside(
      int lossTokens,
      boolean regularized,
      double[] referenceWeight,
      double[] entropyWeight,
      double referenceKl,
      double referenceKlLoss,
      double entropyLoss,
      double dualClipShare,
      double ratioMin,
      double ratioMax) {}

  /**
   * Metrics of a run; shares are of all response tokens.
   *
   * @param zMean mean of z
   * @param weightMean mean of mask·ρ
   * @param weightMax largest mask·ρ
   * @param effectiveSampleSize (Σ mask·ρ)² / (N·Σ (mask·ρ)²), in [0, 1]
   * @param weightZeroShare tokens with mask·ρ = 0
   * @param weightCapShare tokens whose weight is cut by c1, or by the cap of a baseline's F
   * @param clipShareLow tokens whose policy gradient the lower clip stops
   * @param clipShareHigh tokens whose policy gradient the upper clip stops
   * @param actorClipShare tokens whose actor gradient either clip stops
   * @param zAboveBound tokens with z above min(1, 1/λ), which no true Z exceeds; a millionth above
   *     is rounding
   */
  public record Metrics(
      double zMean,
      double weightMean,
      double weightMax,
      double effectiveSampleSize,
      double weightZeroShare,
      double weightCapShare,
      double clipShareLow,
      double clipShareHigh,
      double actorClipShare,
      double zAboveBound) {}

  /** The name of the first loss that is NaN or infinite. */
  public Optional<String> firstNotFinite() {
    if (!Double.isFinite(policyLoss)) {
      return Optional.of("the policy loss");
    }
    if (!Double.isFinite(actorLoss)) {
      return Optional.of("the actor loss");
    }
    if (!Double.isFinite(distillLoss)) {
      return Optional.of("the distillation loss");
    }
    return Double.isFinite(beside.referenceKlLoss)
        ? Optional.empty()
        : Optional.of("the reference KL loss");
  }

  /** Whether the policy has anything to learn from. */
  public boolean updatesPolicy() {
    return !nothingAccepted || beside.regularized;
  }

  /** Whether the actor has, if it has a loss. */
  public boolean updatesActor() {
    return beside.lossTokens > 0;
  }

  /** Whether tokens {@code from ≤ t < to} have a part in the policy's gradient that is not zero. */
  public boolean movesPolicy(int from, int to) {
    return anyNonZero(policyCoefficient, from, to)
        || anyNonZero(beside.entropyWeight, from, to)
        || anyNonZero(beside.referenceWeight, from, to);
  }

  /** {@link #movesPolicy} of the actor's gradient. */
  public boolean movesActor(int from, int to) {
    return anyNonZero(actorCoefficient, from, to) || anyNonZero(distillWeight, from, to);
  }

  /** As gradients see them: in float32. */
  private static boolean anyNonZero(double[] values, int from, int to) {
    return Arrays.stream(values, Math.min(from, values.length), Math.min(to, values.length))
        .anyMatch(value -> (float) value != 0);
  }
}
