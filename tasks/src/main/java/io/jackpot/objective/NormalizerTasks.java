package io.jackpot.objective;

/**
 * Bodies of the normalizer Z = Σ_x min(p_inf(x), p_target(x)/λ) (Jackpot, Eq. 4) in its three
 * forms, and of the correction κ of the top-k one (4.4.2). {@code lane} and {@code lanes} share out
 * a row among the threads of a group.
 */
public final class NormalizerTasks {
  /** Z is κ times the sum over top-k(p_inf) ∪ top-k(p_new). */
  public static final int TOP_K = 0;

  /** Z is the sum over the whole vocabulary. */
  public static final int EXACT = 1;

  /** Z is the batch's accepted share, the same for every token. */
  public static final int EMPIRICAL = 2;

  /** Relative excess of Z over its bound that float32 sums can explain. */
  private static final double ROUNDING = 1e-6;

  private NormalizerTasks() {}

  /** min(p_inf(x), p_target(x)/λ) from log-probs, a term of Z. */
  public static double overlap(double logInf, double logTarget, double lambda) {
    return ObrsTasks.min(Math.exp(logInf), Math.exp(logTarget) / lambda);
  }

  /**
   * A token's part of Z in top-k(p_inf) ∪ top-k(p_new), each id once (Algorithm 1, lines 18 and 19,
   * with p_target).
   *
   * @param ids both sets {@code [2k]}, top-k(p_inf) first; −1 where a set has no more
   * @param logInf log p_inf of these ids {@code [2k]}
   * @param logTarget log p_target of these ids {@code [2k]}
   * @param at where the token's begin in all three
   */
  public static double topK(
      int[] ids, double[] logInf, double[] logTarget, int at, int k, double lambda) {
    double z = 0;
    for (int i = at; i < at + 2 * k; i++) {
      int id = ids[i];
      int before = id < 0 ? 1 : 0;
      int end = Math.min(i, at + k);
      for (int j = at; j < end; j++) {
        before += ids[j] == id ? 1 : 0;
      }
      double term = overlap(logInf[i], logTarget[i], lambda);
      z += before > 0 ? 0 : term;
    }
    return z;
  }

  /** A lane's part of Z over a whole row of log-probs {@code [vocabulary]}. */
  public static double exact(
      double[] logInf,
      double[] logTarget,
      int at,
      int vocabulary,
      double lambda,
      int lane,
      int lanes) {
    double z = 0;
    for (int x = lane; x < vocabulary; x += lanes) {
      z += overlap(logInf[at + x], logTarget[at + x], lambda);
    }
    return z;
  }

  /** κ = accepted share ÷ mean Z_topk (4.4.2); 0 where the sets have nothing in common. */
  public static double kappa(double acceptedShare, double meanTopK) {
    double kappa = acceptedShare / meanTopK;
    return meanTopK == 0 ? 0 : kappa;
  }

  /** Z of a token: κ·Z_topk, Z over the vocabulary, or the accepted share. */
  public static double z(
      int normalizer, double kappa, double topK, double exact, double acceptedShare) {
    double corrected = kappa * topK;
    double z = normalizer == TOP_K ? corrected : exact;
    return normalizer == EMPIRICAL ? acceptedShare : z;
  }

  /** 1 where z is above min(1, 1/λ), which no true Z exceeds. */
  public static double aboveBound(double z, double lambda) {
    double bound = ObrsTasks.capped(1 / lambda, 1) * (1 + ROUNDING);
    return z > bound ? 1 : 0;
  }
}
