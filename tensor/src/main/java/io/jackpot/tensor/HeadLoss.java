package io.jackpot.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The loss of which {@link Ops#headBackward} computes the gradient: the sum of its parts over the
 * tokens.
 *
 * @param coefficient of each token's log p(action), {@code [tokens]}
 * @param entropyWeight coefficient of each token's entropy, {@code [tokens]}; null for none
 * @param ids further log-probs; null for none
 * @param distillation a divergence from a teacher; null for none
 */
public record HeadLoss(
    float[] coefficient,
    float @Nullable [] entropyWeight,
    @Nullable Ids ids,
    @Nullable Distillation distillation) {

  /**
   * Log-probs of chosen ids in the loss.
   *
   * @param ids distinct within a token; negative ones are skipped {@code [tokens × n]}
   * @param coefficient of their log-probs {@code [tokens × n]}
   */
  public record Ids(int[] ids, float[] coefficient) {

    /** The sum of a token's coefficients, {@code count} ids a token. */
    public float sum(int token, int count) {
      double sum = 0;
      for (int i = token * count; i < (token + 1) * count; i++) {
        sum += ids[i] < 0 ? 0 : coefficient[i];
      }
      return (float) sum;
    }
  }

  /** Log-probs of the actions alone. */
  public static HeadLoss ofActions(float[] coefficient) {
    return new HeadLoss(coefficient, null, null, null);
  }

  /** With a divergence from a teacher. */
  public HeadLoss with(Distillation other) {
    return new HeadLoss(coefficient, entropyWeight, ids, other);
  }

  /** With the log-probs of other ids. */
  public HeadLoss with(Ids other) {
    return new HeadLoss(coefficient, entropyWeight, other, distillation);
  }

  /** Ids of each of {@code tokens} tokens. */
  public int idCount(int tokens) {
    return ids == null || tokens == 0 ? 0 : ids.ids.length / tokens;
  }
}
