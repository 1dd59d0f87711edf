package io.jackpot.objective;

import io.jackpot.tensor.Threefry;

/**
 * Optimal budgeted rejection sampling (Verine et al., 2024; Jackpot, Definition 3.2 and Eq. 3): the
 * random number of a token, its ratio, acceptance, mask and weight, in double precision. The CPU
 * calls the methods that take a token {@code t} in a loop, a device runs them as kernels with a
 * thread per token.
 *
 * <p>The proposal is p_inf, the target p_target, λ &gt; 0 the threshold; a larger λ rejects more.
 * Ratios and weights saturate at {@link Double#MAX_VALUE} instead of becoming infinite, so that no
 * product with a zero normalizer, advantage or mask is NaN.
 *
 * <p>A NaN that comes in must go out. A device's {@code min} and {@code max} drop it, and TornadoVM
 * gets {@code <=} of a NaN wrong. So values that may be NaN are compared by {@code <} and {@code
 * >}, which are false then.
 */
public final class ObrsTasks {
  private ObrsTasks() {}

  // ---- Random numbers

  /**
   * u of token {@code t}: the one given, or the one that its key and counter stand for.
   *
   * @param words key and counter {@code [tokens × 4]}: k0, k1, c0, c1
   * @param given {@code [tokens]}
   * @param uniform {@code [tokens]}
   */
  public static void drawUniform(
      int t, int[] words, double[] given, int[] choices, double[] uniform) {
    double drawn =
        Threefry.uniform(
            Threefry.block(words[4 * t], words[4 * t + 1], words[4 * t + 2], words[4 * t + 3]));
    uniform[t] = choices[ObjectiveInputs.DRAWN] > 0 ? drawn : given[t];
  }

  // ---- Acceptance, Eq. 3

  /** r = p_target(a)/p_inf(a) from log-probs; 0 where the target is 0. */
  public static double ratio(double logTarget, double logInf) {
    // Lower than every finite number: minus infinity, of which a difference could be NaN.
    return logTarget < -Double.MAX_VALUE
        ? 0
        : capped(Math.exp(logTarget - logInf), Double.MAX_VALUE);
  }

  /** α(a) = min(1, r/λ), Eq. 3. */
  public static double acceptProbability(double ratio, double lambda) {
    return capped(ratio / lambda, 1);
  }

  /**
   * Ratio, α(a) and the mask's entry of token {@code t}; all arrays {@code [tokens]}.
   *
   * @param numbers and {@code choices}: {@link ObjectiveInputs}
   * @param accepted 1[u &lt; α], or α where its expectation is asked for
   */
  public static void accept(
      int t,
      double[] logTarget,
      double[] logInf,
      double[] uniform,
      double[] numbers,
      int[] choices,
      double[] ratio,
      double[] acceptProbability,
      double[] accepted) {
    double r = ratio(logTarget[t], logInf[t]);
    double alpha = acceptProbability(r, numbers[ObjectiveInputs.LAMBDA]);
    ratio[t] = r;
    acceptProbability[t] = alpha;
    double drawn = uniform[t] < alpha ? 1 : 0;
    accepted[t] = choices[ObjectiveInputs.EXPECTED] > 0 ? alpha : drawn;
  }

  // ---- Weight, Algorithm 1, lines 23 and 24

  /** w = Z·max(λ, r), which is p_target(a)/p'_inf(a) wherever a can be accepted (Eq. 5). */
  public static double weight(double z, double ratio, double lambda) {
    double r = capped(ratio, Double.MAX_VALUE);
    return capped(z * max(lambda, r), Double.MAX_VALUE);
  }

  /** w of token {@code t}; all arrays but {@code numbers} {@code [tokens]}. */
  public static void weight(int t, double[] z, double[] ratio, double[] numbers, double[] weight) {
    weight[t] = weight(z[t], ratio[t], numbers[ObjectiveInputs.LAMBDA]);
  }

  /** ρ = min(w, c1)·min(p_ref(a)/p_target(a), c2). */
  public static double rho(double weight, double c1, double refOverTarget, double c2) {
    return finite(capped(weight, c1) * capped(refOverTarget, c2));
  }

  // ---- Comparisons that keep a NaN

  /** min(x, cap), NaN where x is; cap is a number. */
  public static double capped(double x, double cap) {
    return x > cap ? cap : x;
  }

  /** min(a, b), NaN where either is. */
  public static double min(double a, double b) {
    return Double.isNaN(b) ? b : capped(a, b);
  }

  /** max(a, b), NaN where either is. */
  public static double max(double a, double b) {
    double larger = b > a ? b : a;
    return Double.isNaN(b) ? b : larger;
  }

  /** Infinity saturates, so that a zero mask or advantage makes it zero; NaN stays NaN. */
  public static double finite(double x) {
    double bounded = x > Double.MAX_VALUE ? Double.MAX_VALUE : x;
    return bounded < -Double.MAX_VALUE ? -Double.MAX_VALUE : bounded;
  }
}
