package io.jackpot.tasks;

/**
 * Bodies of the fused LM head's kernels. They work on one row of a chunk of logits, whose columns
 * are ids that follow one another; a row has a group of threads, and each takes every {@code
 * step}-th column.
 */
public final class HeadTasks {
  /** A column after all others: there is none. */
  public static final int NONE = 1 << 30;

  // Which divergence the gradient is of, see io.jackpot.tensor.Distillation.
  public static final int NO_DISTILLATION = 0;

  /** KL(teacher ‖ p). */
  public static final int FORWARD = 1;

  /** KL(p ‖ teacher). */
  public static final int REVERSE = 2;

  private HeadTasks() {}

  /** A logit as it is ranked: one that is no number comes last. */
  public static float rank(float logit) {
    return Float.isNaN(logit) ? Float.NEGATIVE_INFINITY : logit;
  }

  /**
   * 1 if the first of two columns ranks before the second: higher, or equal and with a lower id.
   */
  public static int precedes(float rank, int column, float otherRank, int otherColumn) {
    int result = 0;
    if (rank > otherRank) {
      result = 1;
    }
    if (rank == otherRank) {
      if (column < otherColumn) {
        result = 1;
      }
    }
    return result;
  }

  /**
   * The best of the columns {@code from, from + step, …} below {@code to} that rank after a given
   * one; {@link #NONE} if there is none.
   */
  public static int bestAfter(
      float[] logits, int at, int from, int to, int step, float rank, int column) {
    int best = NONE;
    float bestRank = Float.NEGATIVE_INFINITY;
    for (int j = from; j < to; j += step) {
      float here = rank(logits[at + j]);
      if (precedes(rank, column, here, j) > 0) {
        if (precedes(here, j, bestRank, best) > 0) {
          best = j;
          bestRank = here;
        }
      }
    }
    return best;
  }

  /** {@link #rank} of a column, the lowest of {@link #NONE}. */
  public static float rankOf(float[] logits, int at, int column) {
    float result = Float.NEGATIVE_INFINITY;
    if (column < NONE) {
      result = rank(logits[at + column]);
    }
    return result;
  }

  /** exp(logit − max): 0 of −∞, also where that is the maximum. */
  public static float weight(float logit, float max) {
    return logit == Float.NEGATIVE_INFINITY ? 0f : FloatMath.exp(logit - max);
  }

  /** Σ exp(logit − max) of a lane's columns. */
  public static float sum(float[] logits, int at, int from, int to, int step, float max) {
    float sum = 0f;
    for (int j = from; j < to; j += step) {
      sum += weight(logits[at + j], max);
    }
    return sum;
  }

  /** p·(log p − log q), which is 0 where p is. */
  public static float divergence(float p, float logP, float logQ) {
    return p == 0f ? 0f : p * (logP - logQ);
  }

  /** min(q, p/λ), and no number where one of them is none. */
  public static float overlap(float p, float q, float lambda) {
    float scaled = p / lambda;
    float least = q < scaled ? q : scaled;
    // Asked for by name, as a device's compiler may turn the comparison round.
    return Float.isNaN(q + scaled) ? q + scaled : least;
  }

  /** {@code id}, or −1 where it is among the {@code count} ids from {@code at} on. */
  public static int unlisted(int[] ids, int at, int count, int id) {
    int result = id;
    for (int i = at; i < at + count; i++) {
      if (ids[i] == id) {
        result = -1;
      }
    }
    return result;
  }

  /**
   * The first column at which {@code passed} and the sum of exp(logit − max) from column {@code
   * from} on exceed {@code threshold}; where rounding keeps them from it, the last column with a
   * positive probability.
   */
  public static int crossing(
      float[] logits, int at, int from, int to, float max, float passed, float threshold) {
    float sum = passed;
    int crossing = from;
    for (int j = from; j < to; j++) {
      float e = weight(logits[at + j], max);
      if (sum <= threshold) {
        if (e > 0f) {
          crossing = j;
        }
      }
      sum += e;
    }
    return crossing;
  }

  /**
   * Gradient of a row's loss with respect to the logit of one id, before the temperature; see
   * {@code ScalarOps.headBackward}.
   *
   * @param chosen 1 if it is the action's, else 0
   * @param others the sum of the coefficients of other ids' log-probs
   * @param direction {@link #NO_DISTILLATION}, {@link #FORWARD} or {@link #REVERSE}
   */
  public static float gradient(
      float logP,
      int chosen,
      float coefficient,
      float others,
      float entropyWeight,
      float entropy,
      int direction,
      float logTeacher,
      float weight,
      float divergence) {
    float p = FloatMath.exp(logP);
    float gradient = coefficient * (chosen - p) - others * p;
    gradient -= entropyWeight * (divergence(p, logP, 0f) + p * entropy);
    if (direction == FORWARD) {
      gradient += weight * (p - FloatMath.exp(logTeacher));
    }
    if (direction == REVERSE) {
      gradient += weight * (divergence(p, logP, logTeacher) - p * divergence);
    }
    return gradient;
  }
}
