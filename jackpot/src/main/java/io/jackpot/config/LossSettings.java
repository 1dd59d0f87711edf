package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.objective.Extensions;
import io.jackpot.objective.Extensions.KlEstimator;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What other trainers have beside the paper's objective; all of it is off by default. */
public record LossSettings(
    @Setting(
            group = Group.METHOD,
            value = "token",
            help = "PPO's ratio: token, or sequence (GSPO: geometric mean; clips of about 0.0004)")
        Extensions.RatioLevel ratioLevel,
    @Setting(
            value = "none",
            min = 1,
            above = true,
            help = "largest ratio by which a negative advantage counts (none: dual clip is off)")
        @Nullable Double dualClip,
    @Setting(value = "false", help = "responses that were cut off carry no loss")
        boolean maskTruncated,
    @Setting(value = "0", min = 0, help = "weight of the policy's mean entropy, a bonus (0: none)")
        double entropyCoefficient,
    @Setting(
            common = true,
            value = "0",
            min = 0,
            help = "weight of KL(policy‖reference) to a frozen reference (0: none)")
        double referenceKl,
    @Setting(
            value = "none",
            help = "k1, k2, k3, topk or full (none: k3 in the loss, k1 in the reward)")
        @Nullable KlEstimator referenceKlEstimator,
    @Setting(value = "loss", help = "where that KL is: loss, or reward (summed over a response)")
        ReferencePlace referenceKlIn,
    @Setting(
            value = "none",
            changeable = true,
            help = "model folder or GGUF file of the reference (none: the initial policy)")
        @Nullable String reference,
    @Setting(
            value = "false",
            help = "replace problems without an advantage by further ones (DAPO's sampling)")
        boolean filterGroups,
    @Setting(
            value = "10",
            min = 1,
            help = "batches sampled for that at most; then the rollout has some without")
        int maxGenerationBatches) {

  /** Where the divergence from the reference is. */
  public enum ReferencePlace {
    LOSS,
    REWARD
  }

  /**
   * @throws InputException if something is said of a reference that nothing needs
   */
  public LossSettings {
    if (referenceKl == 0) {
      refuse("reference", reference);
      refuse(
          "referenceKlEstimator",
          referenceKlEstimator == null ? null : Names.of(referenceKlEstimator));
      refuse(
          "referenceKlIn", referenceKlIn == ReferencePlace.LOSS ? null : Names.of(referenceKlIn));
    }
  }

  private static void refuse(String name, @Nullable String value) {
    if (value != null) {
      throw new InputException(
          "%s %s, referenceKl 0: there is no divergence from a reference, expected referenceKl above 0, or no %s"
              .formatted(name, value, name));
    }
  }

  /** Whether there is a reference. */
  public boolean hasReference() {
    return referenceKl > 0;
  }

  /** The batches of problems that may be sampled for a rollout. */
  public int generationBatches() {
    return filterGroups ? maxGenerationBatches : 1;
  }

  /** The estimator of the divergence from the reference. */
  public KlEstimator klEstimator() {
    KlEstimator usual = isInReward() ? KlEstimator.K1 : KlEstimator.K3;
    return referenceKlEstimator == null ? usual : referenceKlEstimator;
  }

  /** Whether that divergence is a part of the reward. */
  public boolean isInReward() {
    return referenceKlIn == ReferencePlace.REWARD;
  }

  /** The options of the objective. */
  Extensions extensions() {
    return new Extensions(
        ratioLevel,
        dualClip == null ? OptionalDouble.empty() : OptionalDouble.of(dualClip),
        maskTruncated,
        entropyCoefficient,
        hasReference()
            ? new Extensions.ReferenceKl(referenceKl, klEstimator(), isInReward())
            : null);
  }
}
