package io.jackpot.objective;

import io.jackpot.input.InputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The λ that gives a wanted acceptance (Jackpot, Theorem 3.4). The acceptance Σ_x min(q(x), p(x)/λ)
 * never grows with λ and is A + B/λ between two neighbouring ratios p/q, so one sort solves it
 * exactly. A batch is the same sum over all of its states, each with weight 1/states.
 *
 * <p>Where λ is not unique (the acceptance is flat up to the smallest positive ratio) the answer is
 * the largest λ that still gives it.
 */
public final class LambdaSolver {
  /**
   * Sums of probabilities are off by rounding; a budget this close to the maximum is the maximum.
   */
  private static final double ROUNDING = 1e-12;

  private LambdaSolver() {}

  /**
   * λ for one distribution.
   *
   * @param inf the proposal q, {@code [vocabulary]}
   * @param target p, {@code [vocabulary]}
   * @param acceptance wanted, in (0, 1]
   * @throws InputException if the acceptance is above q({p &gt; 0}), which no λ can reach, or
   *     outside (0, 1]
   */
  public static double solve(double[] inf, double[] target, double acceptance) {
    return solve(new double[][] {inf}, new double[][] {target}, acceptance);
  }

  /**
   * One λ for a batch: the mean acceptance over its states is the wanted one.
   *
   * @param inf proposals, {@code [states][vocabulary]}
   * @param target targets, {@code [states][vocabulary]}
   */
  public static double solve(double[][] inf, double[][] target, double acceptance) {
    double[] q = pooled(inf);
    double[] p = pooled(target);
    if (q.length != p.length) {
      throw new IllegalArgumentException(
          "proposals and targets of "
              + q.length
              + " and "
              + p.length
              + " entries, expected one size");
    }
    return solvePooled(q, p, acceptance);
  }

  /**
   * One λ for sampled tokens of which only the ratios r = p_target(a)/p_inf(a) are known: the mean
   * of min(1, r/λ) is the wanted acceptance.
   */
  public static double solveRatios(double[] ratios, double acceptance) {
    double share = 1.0 / ratios.length;
    double[] q = new double[ratios.length];
    double[] p = new double[ratios.length];
    Arrays.fill(q, share);
    Arrays.setAll(p, i -> Math.min(ratios[i], Double.MAX_VALUE) * share);
    return solvePooled(q, p, acceptance);
  }

  private static double[] pooled(double[][] states) {
    double weight = 1.0 / states.length;
    return Arrays.stream(states).flatMapToDouble(Arrays::stream).map(x -> x * weight).toArray();
  }

  private static double solvePooled(double[] q, double[] p, double acceptance) {
    // Only tokens that both have are ever accepted.
    int[] order =
        IntStream.range(0, q.length)
            .filter(x -> q[x] > 0 && p[x] > 0)
            .boxed()
            .sorted(Comparator.comparingDouble(x -> p[x] / q[x]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] above = new double[order.length + 1]; // mass of q from the i-th smallest ratio on
    for (int i = order.length - 1; i >= 0; i--) {
      above[i] = above[i + 1] + q[order[i]];
    }
    double reachable = above[0];
    if (!(acceptance > 0 && acceptance <= 1)) {
      throw new InputException(
          "acceptance: " + acceptance + ", expected a number above 0 and at most 1");
    }
    if (acceptance > reachable * (1 + ROUNDING)) {
      throw new InputException(
          "acceptance: "
              + acceptance
              + " cannot be reached by any λ, expected at most "
              + reachable
              + " (the actor's probability of tokens that the target has)");
    }
    // Between ratios i − 1 and i the acceptance is below/λ + above[i].
    double below = 0;
    double lower = 0;
    for (int i = 0; i < order.length; i++) {
      double upper = Math.min(p[order[i]] / q[order[i]], Double.MAX_VALUE);
      if (below / upper + above[i] <= acceptance * (1 + ROUNDING)) {
        return clamp(below / (acceptance - above[i]), lower, upper);
      }
      below += p[order[i]];
      lower = upper;
    }
    return Math.max(lower, below / acceptance);
  }

  /**
   * Into the interval, which rounding may leave. The upper end also where there is no crossing: up
   * to the smallest ratio the acceptance is flat, and a divisor ≤ 0 is rounding.
   */
  private static double clamp(double lambda, double lower, double upper) {
    return lambda > 0 ? Math.clamp(lambda, lower, upper) : upper;
  }
}
