package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.RegularizerTasks;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * {@link RegularizerTasks} as kernels; a thread a token, arrays of doubles are {@code [tokens]}.
 */
final class RegularizerKernels {
  private RegularizerKernels() {}

  /** {@link RegularizerTasks#reference}. */
  public static void reference(
      KernelContext context,
      double[] logNew,
      double[] logReference,
      double[] exact,
      double[] numbers,
      int[] choices,
      double[] kl,
      double[] derivative) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      RegularizerTasks.reference(t, logNew, logReference, exact, numbers, choices, kl, derivative);
    }
  }

  /** {@link RegularizerTasks#contributions}. */
  public static void contributions(
      KernelContext context,
      double[] share,
      double[] kl,
      double[] entropy,
      int[] choices,
      double[] contributions) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      RegularizerTasks.contributions(t, share, kl, entropy, choices, contributions);
    }
  }
}
