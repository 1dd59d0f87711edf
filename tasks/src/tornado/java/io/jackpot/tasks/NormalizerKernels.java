package io.jackpot.tasks;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.objective.ObjectiveInputs;
import uk.ac.manchester.tornado.api.KernelContext;

/** {@link NormalizerTasks} as kernels. */
final class NormalizerKernels {
  /** Threads of a group that adds up. */
  static final int LANES = 256;

  private NormalizerKernels() {}

  /**
   * {@link NormalizerTasks#calibrate}; one group.
   *
   * @param accepted {@code [tokens]}
   * @param zTopK {@code [tokens]}
   */
  public static void calibrate(
      KernelContext context,
      double[] accepted,
      double[] zTopK,
      int[] choices,
      double[] calibration) {
    double[] acceptedSums = context.allocateDoubleLocalArray(256);
    double[] topKSums = context.allocateDoubleLocalArray(256);
    int lane = context.localIdx;
    int tokens = choices[ObjectiveInputs.TOKENS];
    acceptedSums[lane] = LossTasks.sum(accepted, 0, tokens, lane, 256);
    topKSums[lane] = LossTasks.sum(zTopK, 0, tokens, lane, 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        acceptedSums[lane] += acceptedSums[lane + half];
        topKSums[lane] += topKSums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      NormalizerTasks.calibrate(acceptedSums[0], topKSums[0], tokens, calibration);
    }
  }

  /** {@link NormalizerTasks#chooseZ}; a thread a token. */
  public static void chooseZ(
      KernelContext context,
      double[] calibration,
      double[] zTopK,
      double[] zExact,
      int[] choices,
      double[] z) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      NormalizerTasks.chooseZ(t, calibration, zTopK, zExact, choices, z);
    }
  }
}
