package io.jackpot.tasks;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.objective.ObjectiveInputs;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The normalizer Z (Jackpot, Eq. 4 and 4.4). Numbers and choices are {@link ObjectiveInputs};
 * {@code sizes} are those of the rows that a kernel reads.
 */
final class NormalizerKernels {
  /** Threads of a group that adds up. */
  static final int LANES = 256;

  // Of calibrate
  static final int ACCEPTED_SHARE = 0;
  static final int KAPPA = 1;

  private NormalizerKernels() {}

  /**
   * Z over top-k(p_inf) ∪ top-k(p_new), before κ; a thread a token.
   *
   * @param ids both sets {@code [tokens × 2k]}
   * @param logInf log p_inf of these {@code [tokens × 2k]}
   * @param logTarget log p_target of these {@code [tokens × 2k]}
   * @param lambda {@code [1]}
   * @param sizes tokens, k
   * @param z {@code [tokens]}
   */
  public static void topK(
      KernelContext context,
      int[] ids,
      double[] logInf,
      double[] logTarget,
      double[] lambda,
      int[] sizes,
      double[] z) {
    int t = context.globalIdx;
    int k = sizes[1];
    if (t < sizes[0]) {
      z[t] = NormalizerTasks.topK(ids, logInf, logTarget, t * 2 * k, k, lambda[0]);
    }
  }

  /**
   * Z over the vocabulary; a group a row.
   *
   * @param logInf log p_inf {@code [rows × vocabulary]}
   * @param logTarget log p_target {@code [rows × vocabulary]}
   * @param lambda {@code [1]}
   * @param sizes rows, vocabulary
   * @param z {@code [rows]}
   */
  public static void exact(
      KernelContext context,
      double[] logInf,
      double[] logTarget,
      double[] lambda,
      int[] sizes,
      double[] z) {
    double[] sums = context.allocateDoubleLocalArray(256);
    int lane = context.localIdx;
    int row = context.groupIdx;
    int vocabulary = sizes[1];
    sums[lane] =
        NormalizerTasks.exact(
            logInf, logTarget, row * vocabulary, vocabulary, lambda[0], lane, 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      z[row] = sums[0];
    }
  }

  /**
   * 4.4.2: the accepted share and κ; one group.
   *
   * @param accepted {@code [tokens]}
   * @param zTopK {@code [tokens]}
   * @param calibration accepted share, κ
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
      double acceptedShare = acceptedSums[0] / tokens;
      calibration[ACCEPTED_SHARE] = acceptedShare;
      calibration[KAPPA] = NormalizerTasks.kappa(acceptedShare, topKSums[0] / tokens);
    }
  }

  /** Z of each token in the form chosen; a thread a token, arrays {@code [tokens]}. */
  public static void chooseZ(
      KernelContext context,
      double[] calibration,
      double[] zTopK,
      double[] zExact,
      int[] choices,
      double[] z) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      z[t] =
          NormalizerTasks.z(
              choices[ObjectiveInputs.NORMALIZER],
              calibration[KAPPA],
              zTopK[t],
              zExact[t],
              calibration[ACCEPTED_SHARE]);
    }
  }
}
