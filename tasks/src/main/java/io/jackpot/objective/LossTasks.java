package io.jackpot.objective;

import io.jackpot.tensor.Distillation.Direction;

/**
 * The joint objective (Jackpot, Eq. 1, 2 and 5 to 8): corrections, PPO terms, totals, and the
 * derivatives with respect to log-probs and logits, in double precision. No gradient flows through
 * Z, κ, w, ρ, the mask or F.
 *
 * <p>The CPU calls the methods that take a token {@code t} in a loop, a device runs them as kernels
 * with a thread per token. Arrays of doubles are {@code [tokens]} where nothing else is said;
 * {@code numbers} and {@code choices} are {@link ObjectiveInputs}.
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

  /** Corrected toward p_new, and multiplied by min(p_ref/p_new, c2). */
  public static final int CORRECTED_TO_NEW = 3;

  // The ratio that F takes: a token's own, or of its sequence the product or the geometric mean
  public static final int BY_TOKEN = 0;
  public static final int BY_PRODUCT = 1;
  public static final int BY_MEAN = 2;

  // Totals of a mini-batch: sums over its tokens
  public static final int Z = 0;

  /** The sum of mask·ρ. */
  public static final int WEIGHT = 1;

  /** The sum of mask·ρ over its largest, so that no square overflows. */
  public static final int SCALED_WEIGHT = 2;

  public static final int SCALED_SQUARE = 3;
  public static final int CLIPPED_LOW = 4;
  public static final int CLIPPED_HIGH = 5;
  public static final int ACTOR_CLIPPED = 6;
  public static final int ABOVE_BOUND = 7;
  public static final int POLICY_TERM = 8;
  public static final int ACTOR_TERM = 9;
  public static final int DIVERGENCE = 10;
  public static final int DUAL_CLIPPED = 11;
  public static final int REFERENCE_KL = 12;
  public static final int REFERENCE_TERM = 13;
  public static final int ENTROPY_TERM = 14;
  public static final int TOTALS = 15;

  // Which clip stops a gradient: of Eq. 1 the lower or upper one, or that of dual-clip PPO
  public static final int LOWER = -1;
  public static final int NOT_CLIPPED = 0;
  public static final int UPPER = 1;
  public static final int DUAL = 2;

  /** Probability of all other ids below which it is nothing but float32's rounding. */
  private static final double REST = 1e-6;

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

  /** A lane's part of Σ log p(a)/q(a) over a sequence's tokens. */
  public static double sequenceLogRatio(
      double[] logP, double[] logQ, int[] order, int from, int to, int lane, int lanes) {
    double sum = 0;
    for (int i = from + lane; i < to; i += lanes) {
      int t = order[i];
      sum += logP[t] - logQ[t];
    }
    return sum;
  }

  /**
   * F(p(a)/p_inf(a)) of token {@code t}: of its own ratio, or of its sequence's ratios the product
   * or the geometric mean.
   *
   * @param sequence of each token {@code [tokens]}
   * @param starts where each sequence begins among its tokens, and the end {@code [sequences + 1]}
   * @param sums {@link #sequenceLogRatio} of each sequence {@code [sequences]}
   * @param whose {@link ObjectiveInputs#POLICY} or {@link ObjectiveInputs#ACTOR}
   */
  public static void correct(
      int t,
      double[] logProb,
      double[] logInf,
      int[] sequence,
      int[] starts,
      double[] sums,
      double[] numbers,
      int[] choices,
      double[] corrected,
      int whose) {
    int s = sequence[t];
    double own = logProb[t] - logInf[t];
    double product = sums[s];
    double mean = product / (starts[s + 1] - starts[s]);
    int level = choices[ObjectiveInputs.CORRECTION + 2 * whose + 1];
    double shared = level == BY_MEAN ? mean : product;
    double logRatio = level == BY_TOKEN ? own : shared;
    corrected[t] =
        correction(
            choices[ObjectiveInputs.CORRECTION + 2 * whose],
            ObrsTasks.ratio(logRatio, 0),
            numbers[ObjectiveInputs.BOUNDS + 2 * whose],
            numbers[ObjectiveInputs.BOUNDS + 2 * whose + 1]);
  }

  /**
   * The mask and the factor between it and the policy's PPO term of token {@code t}: Jackpot's ρ
   * (Eq. 5; Algorithm 1, line 24), a baseline's F, or OBRS's scale without its rejection.
   *
   * @param capped 1 where c1 or the cap of F cuts the weight of a token that is kept {@code
   *     [tokens]}
   */
  public static void policyWeight(
      int t,
      double[] accepted,
      double[] weight,
      double[] z,
      double[] ratio,
      double[] corrected,
      double[] logRef,
      double[] logTarget,
      double[] numbers,
      int[] choices,
      double[] mask,
      double[] rho,
      int[] capped) {
    int weighting = choices[ObjectiveInputs.WEIGHTING];
    mask[t] = weighting == OBRS ? accepted[t] : 1;
    double refOverTarget = ObrsTasks.ratio(logRef[t], logTarget[t]);
    double c2 = numbers[ObjectiveInputs.C2];
    double jackpot = ObrsTasks.rho(weight[t], numbers[ObjectiveInputs.C1], refOverTarget, c2);
    double tis =
        ObrsTasks.rho(z[t] * ratio[t], numbers[ObjectiveInputs.TIS_CAP], refOverTarget, c2);
    double toNew = ObrsTasks.finite(corrected[t] * ObrsTasks.capped(refOverTarget, c2));
    double scaled = weighting == OBRS ? jackpot : tis;
    double baseline = weighting == CORRECTED ? corrected[t] : toNew;
    rho[t] = weighting >= CORRECTED ? baseline : scaled;

    int obrsCapped = weight[t] > numbers[ObjectiveInputs.C1] ? 1 : 0;
    int tisCapped = z[t] * ratio[t] > numbers[ObjectiveInputs.TIS_CAP] ? 1 : 0;
    int truncates = choices[ObjectiveInputs.CORRECTION] == TRUNCATED ? 1 : 0;
    int atCap = corrected[t] < numbers[ObjectiveInputs.BOUNDS + 1] ? 0 : truncates;
    int scaledCapped = weighting == OBRS ? obrsCapped : tisCapped;
    int cut = weighting >= CORRECTED ? atCap : scaledCapped;
    capped[t] = mask[t] > 0 ? cut : 0;
  }

  // ---- PPO, Eq. 1

  /**
   * Which clip stops the gradient: {@link #LOWER}, {@link #UPPER}, {@link #DUAL} or {@link
   * #NOT_CLIPPED}. Those of Eq. 1 only ever stop a step that would go on in the advantage's
   * direction; the dual one bounds how much a negative advantage counts.
   */
  public static int clipped(double ratio, double advantage, double low, double high, double dual) {
    int tooLow = ratio < low ? 1 : 0;
    int tooHigh = ratio > high ? 1 : 0;
    int beyond = ratio > dual ? 1 : 0;
    int down = advantage < 0 ? 1 : 0;
    int up = advantage > 0 ? 1 : 0;
    return UPPER * tooHigh * up + LOWER * tooLow * down + DUAL * beyond * down;
  }

  /**
   * min(ratio·A, clip(ratio, low, high)·A), and of a negative A at least dual·A (Ye et al., 2020,
   * Eq. 5).
   */
  public static double ppo(
      int clipped, double ratio, double advantage, double low, double high, double dual) {
    double kept = clipped == LOWER ? low : ratio;
    double bounded = clipped == UPPER ? high : kept;
    return ObrsTasks.finite((clipped == DUAL ? dual : bounded) * advantage);
  }

  /** d ppo/d log p_new(a). */
  public static double ppoDerivative(int clipped, double ratio, double advantage) {
    double derivative = ObrsTasks.finite(ratio * advantage);
    return clipped == NOT_CLIPPED ? derivative : 0;
  }

  /**
   * Ratio, PPO term and its derivative with respect to log p_new(a) of token {@code t}. The ratio
   * is the token's own or the geometric mean of its sequence's (GSPO, Zheng et al., 2025).
   *
   * @param sequence of each token {@code [tokens]}
   * @param starts where each sequence begins among its tokens, and the end {@code [sequences + 1]}
   * @param sums {@link #sequenceLogRatio} of p_new/p_ref of each sequence {@code [sequences]}
   * @param clipped which clip stops the gradient {@code [tokens]}
   */
  public static void ppo(
      int t,
      double[] logNew,
      double[] logRef,
      int[] sequence,
      int[] starts,
      double[] sums,
      double[] advantage,
      double[] numbers,
      int[] choices,
      double[] ratio,
      double[] term,
      double[] derivative,
      int[] clipped) {
    double low = numbers[ObjectiveInputs.CLIP_LOW];
    double high = numbers[ObjectiveInputs.CLIP_HIGH];
    double dual = numbers[ObjectiveInputs.DUAL_CLIP];
    int s = sequence[t];
    double mean = sums[s] / (starts[s + 1] - starts[s]);
    double own = ObrsTasks.ratio(logNew[t], logRef[t]);
    double shared = ObrsTasks.ratio(mean, 0);
    double a = advantage[t];
    double r = choices[ObjectiveInputs.SEQUENCE_RATIO] > 0 ? shared : own;
    int side = clipped(r, a, low, high, dual);
    ratio[t] = r;
    term[t] = ppo(side, r, a, low, high, dual);
    derivative[t] = ppoDerivative(side, r, a);
    clipped[t] = side;
  }

  // ---- The batch, Eq. 5 to 8

  /**
   * The share of a token in the mini-batch: 1/N, or 1/(sequences·length).
   *
   * @param bySequence 1 where every sequence counts the same
   * @param tokens N, those that carry a loss
   * @param sequences those whose tokens carry a loss
   */
  public static double share(int bySequence, int tokens, int sequences, int length) {
    double one = 1.0 / tokens;
    double within = 1.0 / ((double) sequences * length);
    return bySequence > 0 ? within : one;
  }

  /**
   * The share of token {@code t}; 0 where it carries no loss.
   *
   * @param lossMask 1 where it carries one {@code [tokens]}
   * @param starts where each sequence begins among its tokens, and the end {@code [sequences + 1]}
   */
  public static void share(
      int t, int[] lossMask, int[] sequence, int[] starts, int[] choices, double[] share) {
    int s = sequence[t];
    double part =
        share(
            choices[ObjectiveInputs.BY_SEQUENCE],
            choices[ObjectiveInputs.LOSS_TOKENS],
            choices[ObjectiveInputs.LOSS_SEQUENCES],
            starts[s + 1] - starts[s]);
    share[t] = lossMask[t] > 0 ? part : 0;
  }

  /** d total/d log p(a) of −share·weight·PPO; no negative zero. */
  public static double coefficient(double share, double weight, double derivative) {
    return 0 - share * weight * derivative;
  }

  /**
   * mask·ρ of token {@code t}, 0 where it carries no loss, and the derivatives of the total loss
   * with respect to its two log-probs and its divergence.
   *
   * @param referenceDerivative d (β·divergence from the reference)/d log p_new(a)
   */
  public static void coefficients(
      int t,
      double[] mask,
      double[] rho,
      double[] derivative,
      double[] actorWeight,
      double[] actorDerivative,
      double[] share,
      double[] referenceDerivative,
      double[] numbers,
      double[] maskedWeight,
      double[] policyCoefficient,
      double[] actorCoefficient,
      double[] distillWeight) {
    double part = share[t];
    double weight = part > 0 ? mask[t] * rho[t] : 0;
    maskedWeight[t] = weight;
    policyCoefficient[t] = coefficient(part, weight, derivative[t]) + part * referenceDerivative[t];
    actorCoefficient[t] = coefficient(part, actorWeight[t], actorDerivative[t]);
    distillWeight[t] = part * numbers[ObjectiveInputs.DISTILL];
  }

  /**
   * Adds token {@code t} to the rows of which the totals are the sums.
   *
   * @param largest the largest mask·ρ {@code [1]}
   * @param contributions {@code [TOTALS × tokens]}
   */
  public static void contributions(
      int t,
      double[] z,
      double[] maskedWeight,
      double[] largest,
      double[] share,
      double[] term,
      int[] clipped,
      double[] actorWeight,
      double[] actorTerm,
      int[] actorClipped,
      double[] divergence,
      double[] numbers,
      int[] choices,
      double[] contributions) {
    int n = choices[ObjectiveInputs.TOKENS];
    double weight = maskedWeight[t];
    double scaled = weight / largest[0];
    int side = clipped[t];
    contributions[Z * n + t] = z[t];
    contributions[WEIGHT * n + t] = weight;
    contributions[SCALED_WEIGHT * n + t] = scaled;
    contributions[SCALED_SQUARE * n + t] = scaled * scaled;
    contributions[CLIPPED_LOW * n + t] = side == LOWER ? 1 : 0;
    contributions[CLIPPED_HIGH * n + t] = side == UPPER ? 1 : 0;
    contributions[DUAL_CLIPPED * n + t] = side == DUAL ? 1 : 0;
    contributions[ACTOR_CLIPPED * n + t] = actorClipped[t] == NOT_CLIPPED ? 0 : 1;
    contributions[ABOVE_BOUND * n + t] =
        NormalizerTasks.aboveBound(z[t], numbers[ObjectiveInputs.LAMBDA]);
    contributions[POLICY_TERM * n + t] = share[t] * weight * term[t];
    contributions[ACTOR_TERM * n + t] = share[t] * actorWeight[t] * actorTerm[t];
    contributions[DIVERGENCE * n + t] = share[t] * divergence[t];
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

  /** KL(p ‖ q), Eq. 7, from log-probs {@code [vocabulary]}: probabilities would lose small ones. */
  public static double divergence(double[] logP, double[] logQ) {
    double kl = 0;
    for (int x = 0; x < logP.length; x++) {
      kl += divergenceTerm(logP[x], logQ[x]);
    }
    return kl < 0 ? 0 : kl;
  }

  /** p·log(p/q); 0 where p is 0. */
  public static double divergenceTerm(double logP, double logQ) {
    double p = Math.exp(logP);
    double term = p * (logP - logQ);
    return p == 0 ? 0 : term;
  }

  /**
   * KL(p ‖ q) over some ids and, as one more event, all others together: a lower bound of KL over
   * the vocabulary, and equal to it where the ids cover it.
   *
   * <p>It is the sum of p·log(p/q) − p + q, which is the same since both sum to 1, but has no
   * negative term: the rounding of float32 log-probs, which is as large as a small divergence, only
   * counts to second order.
   *
   * @param logP log p of the ids, in {@code [from, to)}
   * @param logQ log q of the same ids, in {@code [from, to)}
   */
  public static double groupedDivergence(float[] logP, float[] logQ, int from, int to) {
    double kl = 0;
    double restP = 1;
    double restQ = 1;
    for (int i = from; i < to; i++) {
      double p = Math.exp(logP[i]);
      double q = Math.exp(logQ[i]);
      double log = (double) logP[i] - logQ[i];
      kl += p == 0 ? q : p * (log + Math.expm1(-log));
      restP -= p;
      restQ -= q;
    }
    return restP > REST && restQ > REST ? kl + restP * Math.log(restP / restQ) - restP + restQ : kl;
  }

  /**
   * The gradient of {@link #groupedDivergence} as a sum of those of the ids' log-probs: Σ_i
   * coefficient[i]·d log p(i), with p(i)·(log p(i)/q(i) − log P/Q) for P and Q of all others.
   *
   * @param weight that the divergence is multiplied by
   * @param coefficient in {@code [from, to)}
   */
  public static void groupedDivergenceDerivatives(
      float[] logP, float[] logQ, int from, int to, double weight, float[] coefficient) {
    double restP = 1;
    double restQ = 1;
    for (int i = from; i < to; i++) {
      restP -= Math.exp(logP[i]);
      restQ -= Math.exp(logQ[i]);
    }
    double rest = restP > REST && restQ > REST ? Math.log(restP / restQ) : 0;
    for (int i = from; i < to; i++) {
      double p = Math.exp(logP[i]);
      coefficient[i] = (float) (weight * (divergenceTerm(logP[i], logQ[i]) - p * rest));
    }
  }

  /** d log p(a)/d logit of x: 1[x = a] − p(x). */
  public static double logProbGradient(double logP, int x, int action) {
    // −expm1 keeps 1 − p exact where p is almost 1.
    return x == action ? -Math.expm1(logP) : -Math.exp(logP);
  }

  /**
   * d divergence/d logit of the actor: p_ω − p_new for KL(p_new ‖ p_ω), and p_ω·(log p_ω − log
   * p_new − KL) for KL(p_ω ‖ p_new).
   *
   * @param divergence its value
   */
  public static double divergenceGradient(
      double logActor, double logPolicy, double divergence, Direction direction) {
    double p = Math.exp(logActor);
    return switch (direction) {
      case FORWARD -> p - Math.exp(logPolicy);
      case REVERSE -> p == 0 ? 0 : p * (logActor - logPolicy - divergence);
    };
  }
}
