package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObrsTasks;
import uk.ac.manchester.tornado.api.KernelContext;

/** {@link ObrsTasks} as kernels, a thread a token. */
final class ObrsKernels {
  private ObrsKernels() {}

  /** {@link ObrsTasks#drawUniform}. */
  public static void uniforms(
      KernelContext context, int[] words, double[] given, int[] choices, double[] uniform) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      ObrsTasks.drawUniform(t, words, given, choices, uniform);
    }
  }

  /** {@link ObrsTasks#accept}. */
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
      ObrsTasks.accept(
          t, logTarget, logInf, uniform, numbers, choices, ratio, acceptProbability, accepted);
    }
  }

  /** {@link ObrsTasks#weight(int, double[], double[], double[], double[])}. */
  public static void weight(
      KernelContext context,
      double[] z,
      double[] ratio,
      double[] numbers,
      int[] choices,
      double[] weight) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      ObrsTasks.weight(t, z, ratio, numbers, weight);
    }
  }
}
