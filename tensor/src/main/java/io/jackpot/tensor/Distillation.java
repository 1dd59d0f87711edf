package io.jackpot.tensor;

/**
 * The divergence term that {@link Ops#headBackward} adds to a student head's gradient.
 *
 * @param teacher the distribution to follow; no gradient flows into it
 * @param teacherLogSumExp of the teacher's scaled logits, {@code [tokens]}
 * @param weight coefficient of each token's divergence in the loss, {@code [tokens]}
 * @param direction which divergence
 * @param divergence its value, {@code [tokens]}; read only for {@link Direction#REVERSE}
 */
public record Distillation(
    Head teacher,
    float[] teacherLogSumExp,
    float[] weight,
    Direction direction,
    float[] divergence) {

  /** Which way round the KL divergence goes. */
  public enum Direction {
    /** KL(teacher ‖ student); Jackpot, Eq. 7. */
    FORWARD,
    /** KL(student ‖ teacher). */
    REVERSE
  }
}
