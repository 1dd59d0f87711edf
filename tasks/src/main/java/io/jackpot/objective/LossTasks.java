package io.jackpot.objective;

/**
 * Bodies of the joint objective (Jackpot, Eq. 1, 2 and 5 to 8): corrections, PPO terms, what a
 * token counts, and the derivatives by a log-prob and by a row of logits, in double precision and
 * as {@code io.jackpot.objective.Objective} has them. No gradient flows through Z, κ, w, ρ, the
 * mask or F.
 */
public final class LossTasks {
  // F of Eq. 2
  public static final int NONE = 0;
  public static final int IDENTITY = 1;
  public static final int TRUNCATED = 2;
  public static final int ICEPOP = 3;

  /** The actor has no loss. */
  public static final int ABSENT = 4;

  // What stands before the policy's PPO term
  public static final int OBRS = 0;
  public static final int TIS_TIMES_Z = 1;
  public static final int CORRECTED = 2;

  private LossTasks() {}

  // ---- Corrections, Eq. 2

  /**
   * F(x) = 1, x, min(x, high) or, within [low, high], x and else 0.
   *
   * @param correction {@link #NONE}, {@link #IDENTITY}, {@link #TRUNCATED}, {@link #ICEPOP}, or
   *     {@link #ABSENT} for 0
   */
  public static double correction(int correction, double x, double low, double high) {
    double truncated = ObrsTasks.capped(x, high);
    double above = x < low ? 0 : x;
    double within = above > high ? 0 : above;
    double f = correction == NONE ? 1 : 0;
    f = correction == IDENTITY ? x : f;
    f = correction == TRUNCATED ? truncated : f;
    // A NaN is not within.
    return correction == ICEPOP ? (Double.isNaN(within) ? 0 : within) : f;
  }

  /**
   * A lane's part of Σ log p(a)/p_inf(a) over a sequence's tokens, of which F takes the product.
   */
  public static double sequenceLogRatio(
      double[] logProb, double[] logInf, int[] order, int from, int to, int lane, int lanes) {
    double sum = 0;
    for (int i = from + lane; i < to; i += lanes) {
      int t = order[i];
      sum += logProb[t] - logInf[t];
    }
    return sum;
  }

  /**
   * What stands before the policy's PPO term beside the mask: Jackpot's ρ (Algorithm 1, line 24), a
   * baseline's F, or OBRS's scale without its rejection.
   *
   * @param weighting {@link #OBRS}, {@link #CORRECTED} or {@link #TIS_TIMES_Z}
   * @param corrected F
   * @param cap of {@link #TIS_TIMES_Z}
   */
  public static double policyWeight(
      int weighting,
      double weight,
      double zTimesRatio,
      double corrected,
      double refOverTarget,
      double c1,
      double c2,
      double cap) {
    double jackpot = ObrsTasks.rho(weight, c1, refOverTarget, c2);
    double tis = ObrsTasks.rho(zTimesRatio, cap, refOverTarget, c2);
    double rho = weighting == OBRS ? jackpot : tis;
    return weighting == CORRECTED ? corrected : rho;
  }

  // ---- PPO, Eq. 1

  /**
   * Which clip stops the gradient: −1 the lower, 1 the upper, 0 none. The clip only ever stops a
   * step that would go on in the advantage's direction.
   */
  public static int clipped(double ratio, double advantage, double low, double high) {
    int tooLow = ratio < low ? 1 : 0;
    int tooHigh = ratio > high ? 1 : 0;
    int down = advantage < 0 ? 1 : 0;
    int up = advantage > 0 ? 1 : 0;
    return tooHigh * up - tooLow * down;
  }

  /** min(ratio·A, clip(ratio, low, high)·A). */
  public static double ppo(int clipped, double ratio, double advantage, double low, double high) {
    double kept = clipped < 0 ? low : ratio;
    return ObrsTasks.finite((clipped > 0 ? high : kept) * advantage);
  }

  /** d ppo/d log p_new(a). */
  public static double ppoDerivative(int clipped, double ratio, double advantage) {
    double derivative = ObrsTasks.finite(ratio * advantage);
    return clipped == 0 ? derivative : 0;
  }

  // ---- The batch, Eq. 5 to 8

  /**
   * What a token counts in the batch: 1/N, or 1/(sequences·length).
   *
   * @param bySequence 1 where every sequence counts the same
   */
  public static double share(int bySequence, int tokens, int sequences, int length) {
    double one = 1.0 / tokens;
    double within = 1.0 / ((double) sequences * length);
    return bySequence > 0 ? within : one;
  }

  /** d total/d log p(a) of −share·weight·PPO; no negative zero. */
  public static double coefficient(double share, double weight, double derivative) {
    return 0 - share * weight * derivative;
  }

  /** A lane's part of the sum of {@code count} values. */
  public static double sum(double[] values, int at, int count, int lane, int lanes) {
    double sum = 0;
    for (int i = lane; i < count; i += lanes) {
      sum += values[at + i];
    }
    return sum;
  }

  /** A lane's part of the largest of {@code count} values that are not negative. */
  public static double largest(double[] values, int count, int lane, int lanes) {
    double largest = 0;
    for (int i = lane; i < count; i += lanes) {
      largest = ObrsTasks.max(largest, values[i]);
    }
    return largest;
  }

  // ---- Rows of a vocabulary, from log-probs

  /** A lane's part of KL(p ‖ q), Eq. 7. */
  public static double divergence(
      double[] logP, double[] logQ, int at, int vocabulary, int lane, int lanes) {
    double kl = 0;
    for (int x = lane; x < vocabulary; x += lanes) {
      kl += divergenceTerm(logP[at + x], logQ[at + x]);
    }
    return kl;
  }

  /** p·log(p/q); 0 where p is 0. */
  private static double divergenceTerm(double logP, double logQ) {
    double p = Math.exp(logP);
    double term = p * (logP - logQ);
    return p == 0 ? 0 : term;
  }

  /** d log p(a)/d logit of x: 1[x = a] − p(x). */
  public static double logProbGradient(double logP, int x, int action) {
    return x == action ? oneMinus(logP) : -Math.exp(logP);
  }

  /** 1 − p exact where p is almost 1 (Kahan): the errors of exp and log cancel. */
  private static double oneMinus(double logP) {
    double p = Math.exp(logP);
    double plain = 1 - p;
    double exact = plain * logP / Math.log(p);
    double close = p == 1 ? -logP : exact;
    return p < 0.5 ? plain : close;
  }

  /**
   * d divergence/d logit of the actor: p_ω − p_new for KL(p_new ‖ p_ω), and p_ω·(log p_ω − log
   * p_new − KL) for KL(p_ω ‖ p_new).
   *
   * @param reverse 1 for KL(p_ω ‖ p_new)
   */
  public static double divergenceGradient(
      double logActor, double logPolicy, double divergence, int reverse) {
    double p = Math.exp(logActor);
    double forward = p - Math.exp(logPolicy);
    double pull = p * (logActor - logPolicy - divergence);
    double backward = p == 0 ? 0 : pull;
    return reverse > 0 ? backward : forward;
  }
}
