package io.jackpot.objective;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The normalizer Z = Σ_x min(p_inf(x), p_target(x)/λ) (Jackpot, Eq. 4) in its three forms, and the
 * correction κ of the top-k one (4.4.2), in double precision. In training the sums over ids are ops
 * of the LM head ({@code headOverlap}, {@code headCompare}); here they are those of {@code explain}
 * and {@code simulate}, which have whole distributions.
 */
public final class NormalizerTasks {
  /** Z is κ times the sum over top-k(p_inf) ∪ top-k(p_new). */
  public static final int TOP_K = 0;

  /** Z is the sum over the whole vocabulary. */
  public static final int EXACT = 1;

  /** Z is the batch's accepted share, the same for every token. */
  public static final int EMPIRICAL = 2;

  // Of calibration
  public static final int ACCEPTED_SHARE = 0;
  public static final int KAPPA = 1;

  /** Relative excess of Z over its bound that float32 sums can explain. */
  private static final double ROUNDING = 1e-6;

  private NormalizerTasks() {}

  /**
   * Z over the vocabulary, the expected acceptance; 0 for disjoint supports.
   *
   * @param inf p_inf, {@code [vocabulary]}
   * @param target p_target, {@code [vocabulary]}
   */
  public static double exact(double[] inf, double[] target, double lambda) {
    checkSameVocabulary(inf, target);
    double z = 0;
    for (int x = 0; x < inf.length; x++) {
      z += overlap(inf[x], target[x], lambda);
    }
    return z;
  }

  /**
   * The part of Z that lies in the union of two sets of ids, each id once (4.4.1; Algorithm 1,
   * lines 18 and 19, with p_target).
   *
   * @param inf p_inf, {@code [vocabulary]}
   * @param target p_target, {@code [vocabulary]}
   * @param topInf top-k(p_inf), see {@link #topK(double[], int)}
   * @param topPolicy top-k(p_new)
   */
  public static double topK(
      double[] inf, double[] target, double lambda, int[] topInf, int[] topPolicy) {
    checkSameVocabulary(inf, target);
    return IntStream.concat(Arrays.stream(topInf), Arrays.stream(topPolicy))
        .distinct()
        .sorted()
        .mapToDouble(x -> overlap(inf[x], target[x], lambda))
        .sum();
  }

  /** Log-probs of logits, {@code [vocabulary]} both. */
  public static double[] logSoftmax(double[] logits) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double logSum = Math.log(Arrays.stream(logits).map(x -> Math.exp(x - max)).sum());
    return Arrays.stream(logits).map(x -> x - max - logSum).toArray();
  }

  /** The entropy of log-probs {@code [vocabulary]}, in nats. */
  public static double entropy(double[] logProbs) {
    // Of a probability of 0 the log is −∞, and the term 0.
    return -Arrays.stream(logProbs)
        .filter(log -> log != Double.NEGATIVE_INFINITY)
        .map(log -> Math.exp(log) * log)
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
    double z = exact(inf, target, lambda);
    if (z == 0) {
      throw new IllegalArgumentException(
          "p_inf and p_target have no token in common: nothing is ever accepted (Z = 0)");
    }
    double[] accepted = new double[inf.length];
    Arrays.setAll(accepted, x -> overlap(inf[x], target[x], lambda) / z);
    return accepted;
  }

  /** min(p_inf(x), p_target(x)/λ), a term of Z. */
  private static double overlap(double inf, double target, double lambda) {
    return Math.min(inf, target / lambda);
  }

  private static void checkSameVocabulary(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "two distributions over " + a.length + " and " + b.length + " tokens, expected one size");
    }
  }

  /** κ = accepted share ÷ mean Z_topk (4.4.2); 0 where the sets have nothing in common. */
  public static double kappa(double acceptedShare, double meanTopK) {
    double kappa = acceptedShare / meanTopK;
    return meanTopK == 0 ? 0 : kappa;
  }

  /**
   * The accepted share and κ of a mini-batch.
   *
   * @param acceptedSum Σ accepted over its tokens
   * @param topKSum Σ Z_topk over its tokens
   * @param calibration {@link #ACCEPTED_SHARE} and {@link #KAPPA}
   */
  public static void calibrate(
      double acceptedSum, double topKSum, int tokens, double[] calibration) {
    double acceptedShare = acceptedSum / tokens;
    calibration[ACCEPTED_SHARE] = acceptedShare;
    calibration[KAPPA] = kappa(acceptedShare, topKSum / tokens);
  }

  /**
   * Z of token {@code t}: κ·Z_topk, Z over the vocabulary, or the accepted share; {@code zTopK,
   * zExact, z [tokens]}.
   */
  public static void chooseZ(
      int t, double[] calibration, double[] zTopK, double[] zExact, int[] choices, double[] z) {
    int normalizer = choices[ObjectiveInputs.NORMALIZER];
    double topK = calibration[KAPPA] * zTopK[t];
    double ofIds = normalizer == TOP_K ? topK : zExact[t];
    z[t] = normalizer == EMPIRICAL ? calibration[ACCEPTED_SHARE] : ofIds;
  }

  /** 1 where z is above min(1, 1/λ), which no true Z exceeds. */
  public static double aboveBound(double z, double lambda) {
    double bound = ObrsTasks.capped(1 / lambda, 1) * (1 + ROUNDING);
    return z > bound ? 1 : 0;
  }
}
