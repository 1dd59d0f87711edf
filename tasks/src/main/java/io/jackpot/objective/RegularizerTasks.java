package io.jackpot.objective;

/**
 * What may be added to the paper's loss: the divergence from a frozen reference and the entropy, in
 * double precision. Methods that take a token {@code t} are kernels on a device, as those of {@link
 * LossTasks}; arrays of doubles are {@code [tokens]}.
 */
public final class RegularizerTasks {
  // Estimators of KL(p_new ‖ p_reference)
  public static final int NONE = 0;
  public static final int K1 = 1;
  public static final int K2 = 2;
  public static final int K3 = 3;

  /** Given for each token, with a gradient of its own. */
  public static final int EXACT = 4;

  private RegularizerTasks() {}

  /**
   * An estimate from log p_new(a) and log p_reference(a): x, x²/2, or exp(−x) − 1 + x with x = log
   * p_new(a) − log p_reference(a).
   *
   * @param estimator {@link #K1}, {@link #K2} or {@link #K3}; of any other it is 0
   */
  public static double estimate(int estimator, double logNew, double logReference) {
    double x = ObrsTasks.finite(logNew - logReference);
    double k3 = ObrsTasks.finite(ObrsTasks.ratio(logReference, logNew) - 1 + x);
    double k2 = ObrsTasks.finite(x * x / 2);
    double k = estimator == K1 ? x : 0;
    k = estimator == K2 ? k2 : k;
    return estimator == K3 ? k3 : k;
  }

  /** d estimate/d log p_new(a). */
  public static double estimateDerivative(int estimator, double logNew, double logReference) {
    double x = ObrsTasks.finite(logNew - logReference);
    double d = estimator == K1 ? 1 : 0;
    d = estimator == K2 ? x : d;
    return estimator == K3 ? 1 - ObrsTasks.ratio(logReference, logNew) : d;
  }

  /**
   * The divergence from the reference of token {@code t}, and the derivative of β times it with
   * respect to log p_new(a).
   *
   * @param exact the divergence where the estimator is {@link #EXACT}
   */
  public static void reference(
      int t,
      double[] logNew,
      double[] logReference,
      double[] exact,
      double[] numbers,
      int[] choices,
      double[] kl,
      double[] derivative) {
    int estimator = choices[ObjectiveInputs.ESTIMATOR];
    double estimate = estimate(estimator, logNew[t], logReference[t]);
    kl[t] = estimator == EXACT ? exact[t] : estimate;
    double slope = estimateDerivative(estimator, logNew[t], logReference[t]);
    derivative[t] = ObrsTasks.finite(numbers[ObjectiveInputs.REFERENCE] * slope);
  }

  /**
   * Adds token {@code t} to the rows of which the totals are the sums.
   *
   * @param contributions {@code [TOTALS × tokens]}
   */
  public static void contributions(
      int t, double[] share, double[] kl, double[] entropy, int[] choices, double[] contributions) {
    int n = choices[ObjectiveInputs.TOKENS];
    contributions[LossTasks.REFERENCE_KL * n + t] = kl[t];
    contributions[LossTasks.REFERENCE_TERM * n + t] = share[t] * kl[t];
    contributions[LossTasks.ENTROPY_TERM * n + t] = share[t] * entropy[t];
  }
}
