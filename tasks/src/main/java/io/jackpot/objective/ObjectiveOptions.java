package io.jackpot.objective;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Distillation;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The options of the objective. Messages name the setting as the user knows it.
 *
 * @param lambda OBRS threshold λ &gt; 0; larger rejects more
 * @param target p_target
 * @param clipLow ε_low: a ratio below 1 − ε_low is clipped; empty turns clipping off altogether
 * @param clipHigh ε_high: a ratio above 1 + ε_high is clipped; empty turns clipping off altogether
 * @param c1 cap of w, infinite for none
 * @param c2 cap of p_ref/p_target, infinite for none
 * @param topK size of each top-k set of {@link Normalizer#TOPK}
 * @param normalizer the estimator of Z
 * @param mask the form of the rejection
 * @param policyWeighting the factor of the policy's PPO term
 * @param actorCorrection F in the actor's loss (Jackpot, Eq. 6); null where it has no loss
 * @param distillCoefficient λ_distill ≥ 0
 * @param distillDirection of the divergence between p_new (teacher) and p_ω
 * @param aggregation from tokens to the batch
 * @param extensions what the paper's objective does not have
 */
public record ObjectiveOptions(
    double lambda,
    Target target,
    OptionalDouble clipLow,
    OptionalDouble clipHigh,
    double c1,
    double c2,
    int topK,
    Normalizer normalizer,
    MaskMode mask,
    PolicyWeighting policyWeighting,
    @Nullable Correction actorCorrection,
    double distillCoefficient,
    Distillation.Direction distillDirection,
    Aggregation aggregation,
    Extensions extensions) {

  /** The distribution that rejection moves the actor's samples towards (Jackpot, 4.3). */
  public enum Target {
    /** The policy before this batch's updates. */
    REF,
    /** The policy now; no gradient flows through it here. */
    NEW
  }

  /** The estimator of Z. */
  public enum Normalizer {
    /** κ times the sum over top-k(p_inf) ∪ top-k(p_new). */
    TOPK,
    /** The sum over the whole vocabulary. */
    EXACT,
    /** The batch's accepted share, the same for every token. */
    EMPIRICAL
  }

  /** The form of the rejection. */
  public enum MaskMode {
    /** mask = 1[u &lt; α]. */
    BERNOULLI,
    /** mask = α, its expectation: the same mean gradient with less variance. */
    EXPECTED
  }

  /** From tokens to the batch. */
  public enum Aggregation {
    /** Every response token counts the same: 1/N. */
    TOKEN_MEAN,
    /** Every sequence counts the same, and so does every token within one. */
    SEQUENCE_MEAN
  }

  /** The paper's objective. */
  public ObjectiveOptions(
      double lambda,
      Target target,
      OptionalDouble clipLow,
      OptionalDouble clipHigh,
      double c1,
      double c2,
      int topK,
      Normalizer normalizer,
      MaskMode mask,
      PolicyWeighting policyWeighting,
      @Nullable Correction actorCorrection,
      double distillCoefficient,
      Distillation.Direction distillDirection,
      Aggregation aggregation) {
    this(
        lambda,
        target,
        clipLow,
        clipHigh,
        c1,
        c2,
        topK,
        normalizer,
        mask,
        policyWeighting,
        actorCorrection,
        distillCoefficient,
        distillDirection,
        aggregation,
        Extensions.NONE);
  }

  public ObjectiveOptions {
    check(lambda > 0 && lambda < Double.POSITIVE_INFINITY, "lambda", lambda, "above 0");
    clipLow.ifPresent(low -> check(low >= 0 && low <= 1, "clipLow", low, "from 0 to 1"));
    clipHigh.ifPresent(high -> check(high >= 0, "clipHigh", high, "of at least 0"));
    check(c1 > 0, "c1", c1, "above 0");
    check(c2 > 0, "c2", c2, "above 0");
    check(topK >= 1, "topK", topK, "of at least 1");
    check(
        distillCoefficient >= 0 && distillCoefficient < Double.POSITIVE_INFINITY,
        "distill.coefficient",
        distillCoefficient,
        "of at least 0");
  }

  /** With other extensions. */
  public ObjectiveOptions with(Extensions other) {
    return with(lambda, normalizer, other);
  }

  /** With another λ. */
  public ObjectiveOptions withLambda(double other) {
    return with(other, normalizer, extensions);
  }

  /** With another estimator of Z. */
  public ObjectiveOptions withNormalizer(Normalizer other) {
    return with(lambda, other, extensions);
  }

  private ObjectiveOptions with(double newLambda, Normalizer estimator, Extensions beside) {
    return new ObjectiveOptions(
        newLambda,
        target,
        clipLow,
        clipHigh,
        c1,
        c2,
        topK,
        estimator,
        mask,
        policyWeighting,
        actorCorrection,
        distillCoefficient,
        distillDirection,
        aggregation,
        beside);
  }

  private static void check(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new InputException(name + ": " + found + ", expected a number " + expected);
    }
  }
}
