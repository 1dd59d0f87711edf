package io.jackpot.tasks;

/**
 * Bodies of the fused LM head's kernels. Logits exist for one chunk of the vocabulary at a time;
 * what is kept of a row is a few numbers, which every chunk brings up to date (online softmax,
 * Milakov and Gimelshein, 2018).
 */
public final class HeadTasks {
  /** Largest logit so far. */
  public static final int MAX = 0;

  /** Σ exp(logit − max). */
  public static final int SUM = 1;

  /** Σ exp(logit − max)·(logit − max), from which the entropy follows. */
  public static final int WEIGHTED = 2;

  /** Logit of the action. */
  public static final int ACTION_LOGIT = 3;

  /** The id of the largest logit, the lowest on ties. */
  public static final int BEST = 4;

  /** Σ exp(logit − max) of the ids that sampling has passed. */
  public static final int PASSED = 5;

  /** The id that was sampled, −1 while there is none. */
  public static final int SAMPLED = 6;

  /** The last id of positive probability, for when rounding lets sampling pass the end. */
  public static final int LAST = 7;

  /** Its logit. */
  public static final int LAST_LOGIT = 8;

  /** Numbers of a row. */
  public static final int STATE = 9;

  private HeadTasks() {}

  /** exp(logit − max)·(logit − max), 0 where the exponential is. */
  public static float weighted(float exponential, float distance) {
    float product = exponential * distance;
    if (exponential == 0f) { // which a NaN is not: it stays
      product = 0f;
    }
    return product;
  }

  /**
   * Factor of sums relative to an old maximum under a new one; 0 before anything has been summed.
   */
  public static float rescale(float oldMax, float newMax) {
    float factor = 0f;
    if (oldMax > Float.NEGATIVE_INFINITY) {
      factor = FloatMath.exp(oldMax - newMax);
    }
    return factor;
  }

  /** Whether (value, id) comes after (lastValue, lastId) in the order of the top k. */
  public static boolean after(float value, int id, float lastValue, int lastId) {
    return (value < lastValue) | ((value == lastValue) & (id > lastId));
  }

  /** Whether (value, id) comes before (other, otherId) in the order of the top k. */
  public static boolean before(float value, int id, float other, int otherId) {
    return (value > other) | ((value == other) & (id < otherId));
  }

  /** p·(log p − log q), 0 where p is. */
  public static float divergenceTerm(float logP, float logQ) {
    return weighted(FloatMath.exp(logP), logP - logQ);
  }

  /** min(q, p/λ) of one id. */
  public static float overlap(float logP, float logQ, float lambda) {
    float q = FloatMath.exp(logQ);
    float p = FloatMath.exp(logP) / lambda;
    float smaller = q;
    if (p < q) {
      smaller = p;
    }
    return smaller;
  }

  /**
   * d/d logit(x) of coefficient·log p(action): coefficient·(1[x = action] − p(x)).
   *
   * @param isAction 1 for the action's own logit, else 0
   */
  public static float actionGradient(float logP, float coefficient, float isAction) {
    return coefficient * (isAction - FloatMath.exp(logP));
  }

  /** d/d logit(x) of KL(teacher ‖ p): p(x) − teacher(x) (Jackpot, Eq. 7). */
  public static float forwardGradient(float logP, float logTeacher) {
    return FloatMath.exp(logP) - FloatMath.exp(logTeacher);
  }

  /** d/d logit(x) of KL(p ‖ teacher): p(x)·(log p(x) − log teacher(x) − KL). */
  public static float reverseGradient(float logP, float logTeacher, float divergence) {
    return divergenceTerm(logP, logTeacher) - FloatMath.exp(logP) * divergence;
  }
}
