package io.jackpot.objective;

/**
 * The losses of a mini-batch and all quantities on the way to them; all arrays {@code [tokens]}.
 *
 * @param acceptProbability α(a)
 * @param mask 0 or 1, α(a) in mode expected, 1 in a baseline without rejection
 * @param z the Z that the weight uses, κ included where it applies
 * @param obrsWeight w = Z·max(λ, r), before its cap
 * @param rho the factor between mask and PPO term
 * @param ratio p_new(a)/p_ref(a)
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
 * @param totalLoss policyLoss + actorLoss + coefficient·distillLoss
 * @param nothingAccepted mask·ρ is 0 for every token: there is no policy update, and the user
 *     should be warned
 * @param metrics for {@code metrics.jsonl}
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
    Metrics metrics) {

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
}
