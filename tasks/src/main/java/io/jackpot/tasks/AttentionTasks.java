package io.jackpot.tasks;

/**
 * Bodies of the attention kernels: a softmax over scores that come tile by tile (Milakov and
 * Gimelshein, 2018; Dao et al., 2022), its gradient, and the cache. The first take numbers only, as
 * TornadoVM compiles wrong code where a kernel passes an array in local memory to a method.
 */
public final class AttentionTasks {
  /** The greatest score before there is any; finite, so that two of them differ by 0. */
  public static final float NO_SCORE = -3.4028235e38f;

  private AttentionTasks() {}

  /** scale·q·k for a key j in [from, to), else {@link #NO_SCORE}. */
  public static float score(float product, float scale, int from, int j, int to) {
    float score = NO_SCORE;
    if (j >= from) {
      if (j < to) {
        score = product * scale;
      }
    }
    return score;
  }

  /** The greater of two; NaN where {@code score} is. */
  public static float greater(float max, float score) {
    float result = score;
    if (max > score) {
      result = max;
    }
    return result;
  }

  /** exp(score − max) for a key j in [from, to), else 0. */
  public static float weight(float score, float max, int from, int j, int to) {
    float weight = 0f;
    if (j >= from) {
      if (j < to) {
        weight = FloatMath.exp(score - max);
      }
    }
    return weight;
  }

  /** The factor that turns a sum of weights under {@code before} into one under {@code max}. */
  public static float decay(float before, float max) {
    return FloatMath.exp(before - max);
  }

  /** 1/sum, and 0 where nothing has been summed. */
  public static float reciprocal(float sum) {
    float result = 0f;
    if (sum > 0f) {
      result = 1f / sum;
    }
    return result;
  }

  /** log Σ exp(score) of a sum of weights under {@code max}. */
  public static float logSumExp(float max, float sum) {
    return max + (float) Math.log(sum);
  }

  /** The probability, recomputed: exp(scale·q·k − logSumExp) for a key j in [from, to), else 0. */
  public static float probability(
      float product, float scale, float logSumExp, int from, int j, int to) {
    return weight(product * scale, logSumExp, from, j, to);
  }

  /**
   * Gradient of a product q·k: scale·p·(dO·v − delta).
   *
   * @param dProbability dO·v
   * @param delta Σ dO·o of the query, which is Σ p·(dO·v)
   */
  public static float productGradient(float p, float dProbability, float delta, float scale) {
    return scale * p * (dProbability - delta);
  }

  /**
   * Writes a row of keys or values into a cache: {@code x [rows, kvHeads, dim] → cache [slots,
   * kvHeads, capacity, dim]}; {@code i} counts the elements of x.
   */
  public static void cacheAppend(
      float[] x,
      int xAt,
      int[] indices,
      int slotsAt,
      int positionsAt,
      float[] cache,
      int cacheAt,
      int kvHeads,
      int capacity,
      int dim,
      int i) {
    int vector = i / dim;
    int row = vector / kvHeads;
    int head = indices[slotsAt + row] * kvHeads + (vector - row * kvHeads);
    int to = (head * capacity + indices[positionsAt + row]) * dim;
    cache[cacheAt + to + (i - vector * dim)] = x[xAt + i];
  }
}
