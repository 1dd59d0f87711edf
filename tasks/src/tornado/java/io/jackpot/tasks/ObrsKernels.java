package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObrsTasks;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Optimal budgeted rejection sampling, a thread a token; all arrays of doubles are {@code
 * [tokens]}. Numbers and choices are {@link ObjectiveInputs}.
 */
final class ObrsKernels {
  private ObrsKernels() {}

  /**
   * u of each token.
   *
   * @param words key and counter {@code [tokens × 4]}: k0, k1, c0, c1
   * @param size tokens {@code [1]}
   */
  public static void uniforms(KernelContext context, int[] words, int[] size, double[] uniform) {
    int t = context.globalIdx;
    if (t < size[0]) {
      uniform[t] =
          ObrsTasks.uniform(
              ObrsTasks.block(words[4 * t], words[4 * t + 1], words[4 * t + 2], words[4 * t + 3]));
    }
  }

  /** Eq. 3: r = p_target(a)/p_inf(a), α = min(1, r/λ), and 1[u &lt; α] or α. */
  public static void accept(
      KernelContext context,
      double[] logTarget,
      double[] logInf,
      double[] uniform,
      double[] numbers,
      int[] choices,
      double[] ratio,
      double[] acceptProbability,
      double[] accepted) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      double r = ObrsTasks.ratio(logTarget[t], logInf[t]);
      double alpha = ObrsTasks.acceptProbability(r, numbers[ObjectiveInputs.LAMBDA]);
      ratio[t] = r;
      acceptProbability[t] = alpha;
      accepted[t] = ObrsTasks.accepted(uniform[t], alpha, choices[ObjectiveInputs.EXPECTED]);
    }
  }

  /** Algorithm 1, line 23: w = Z·max(λ, r). */
  public static void weight(
      KernelContext context,
      double[] z,
      double[] ratio,
      double[] numbers,
      int[] choices,
      double[] weight) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      weight[t] = ObrsTasks.weight(z[t], ratio[t], numbers[ObjectiveInputs.LAMBDA]);
    }
  }
}
