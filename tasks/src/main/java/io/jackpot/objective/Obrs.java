package io.jackpot.objective;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Optimal budgeted rejection sampling (Verine et al., 2024; Jackpot, Definition 3.2 and Eq. 3–4).
 * The proposal is p_inf, the target p_target, λ &gt; 0 the threshold; a larger λ rejects more.
 *
 * <p>Ratios and weights saturate at {@link Double#MAX_VALUE} instead of becoming infinite, so that
 * no product with a zero normalizer, advantage or mask is ever NaN. A NaN that comes in goes out.
 */
public final class Obrs {
  private Obrs() {}

  /** r = p_target(a)/p_inf(a) from log-probs; 0 where the target is 0. */
  public static double ratio(double logTarget, double logInf) {
    return logTarget == Double.NEGATIVE_INFINITY ? 0 : saturated(Math.exp(logTarget - logInf));
  }

  /** α(a) = min(1, r/λ), Eq. 3. */
  public static double acceptProbability(double ratio, double lambda) {
    return Math.min(1, ratio / lambda);
  }

  /** w = Z·max(λ, r), which is p_target(a)/p'_inf(a) wherever a can be accepted. */
  public static double weight(double z, double ratio, double lambda) {
    return saturated(z * Math.max(lambda, saturated(ratio)));
  }

  /**
   * Z = Σ_x min(p_inf(x), p_target(x)/λ), the expected acceptance; 0 for disjoint supports.
   *
   * @param inf p_inf, {@code [vocabulary]}
   * @param target p_target, {@code [vocabulary]}
   */
  public static double zExact(double[] inf, double[] target, double lambda) {
    checkSameVocabulary(inf, target);
    double z = 0;
    for (int x = 0; x < inf.length; x++) {
      z += Math.min(inf[x], target[x] / lambda);
    }
    return z;
  }

  /**
   * The part of Z that lies in the union of two sets of ids (Jackpot, 4.4.1), each id once.
   *
   * @param inf p_inf, {@code [vocabulary]}
   * @param target p_target, {@code [vocabulary]}
   * @param topInf top-k(p_inf), see {@link #topK}
   * @param topPolicy top-k(p_new)
   */
  public static double zTopK(
      double[] inf, double[] target, double lambda, int[] topInf, int[] topPolicy) {
    checkSameVocabulary(inf, target);
    return IntStream.concat(Arrays.stream(topInf), Arrays.stream(topPolicy))
        .distinct()
        .sorted()
        .mapToDouble(x -> Math.min(inf[x], target[x] / lambda))
        .sum();
  }

  /**
   * The ids of the k largest scores (logits, log-probs or probabilities), best first, the lower id
   * first on ties; all of them where the vocabulary is smaller than k.
   */
  public static int[] topK(double[] scores, int k) {
    // Subtracted from zero, because Double.compare would put -0.0 and 0.0 apart.
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble(x -> 0.0 - scores[x]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * The distribution of accepted tokens, p'_inf ∝ min(p_inf, p_target/λ), Eq. 4.
   *
   * @throws IllegalArgumentException where no token can be accepted (disjoint supports, Z = 0)
   */
  public static double[] postRejection(double[] inf, double[] target, double lambda) {
    double z = zExact(inf, target, lambda);
    if (z == 0) {
      throw new IllegalArgumentException(
          "p_inf and p_target have no token in common: nothing is ever accepted (Z = 0)");
    }
    double[] accepted = new double[inf.length];
    for (int x = 0; x < inf.length; x++) {
      accepted[x] = Math.min(inf[x], target[x] / lambda) / z;
    }
    return accepted;
  }

  /** KL(p ‖ q) in nats; infinite where q lacks a token of p. */
  public static double kl(double[] p, double[] q) {
    checkSameVocabulary(p, q);
    double kl = 0;
    for (int x = 0; x < p.length; x++) {
      if (p[x] > 0) {
        kl += p[x] * (Math.log(p[x]) - Math.log(q[x]));
      }
    }
    return Math.max(0, kl);
  }

  private static double saturated(double value) {
    return Math.min(value, Double.MAX_VALUE);
  }

  private static void checkSameVocabulary(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "two distributions over " + a.length + " and " + b.length + " tokens, expected one size");
    }
  }
}
