package io.jackpot.tasks;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObrsTasks;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * {@link LossTasks} as kernels; arrays of doubles are {@code [tokens]} where nothing else is said.
 */
final class LossKernels {
  /** Threads of a group that adds up. */
  static final int LANES = 256;

  /** Threads of a group that adds up a sequence. */
  static final int SEQUENCE_LANES = 64;

  private LossKernels() {}

  // ---- Corrections, Eq. 2

  /**
   * Σ log p(a)/q(a) of each sequence; a group a sequence.
   *
   * @param order tokens, those of a sequence together {@code [tokens]}
   * @param starts where a sequence begins in {@code order}, and the end {@code [sequences + 1]}
   * @param sums {@code [sequences]}
   */
  public static void sequenceSums(
      KernelContext context,
      double[] logP,
      double[] logQ,
      int[] order,
      int[] starts,
      double[] sums) {
    double[] parts = context.allocateDoubleLocalArray(64);
    int lane = context.localIdx;
    int s = context.groupIdx;
    parts[lane] = LossTasks.sequenceLogRatio(logP, logQ, order, starts[s], starts[s + 1], lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        parts[lane] += parts[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      sums[s] = parts[0];
    }
  }

  /** {@link LossTasks#correct}; a thread a token. */
  public static void correct(
      KernelContext context,
      double[] logProb,
      double[] logInf,
      int[] sequence,
      int[] starts,
      double[] sums,
      double[] numbers,
      int[] choices,
      double[] corrected,
      int whose) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.correct(
          t, logProb, logInf, sequence, starts, sums, numbers, choices, corrected, whose);
    }
  }

  /** The mask and ρ of {@link LossTasks}; a thread a token. */
  public static void policyWeight(
      KernelContext context,
      double[] accepted,
      double[] weight,
      double[] z,
      double[] ratio,
      double[] corrected,
      double[] logRef,
      double[] logTarget,
      double[] numbers,
      int[] choices,
      double[] mask,
      double[] rho,
      int[] capped) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.policyWeight(
          t, accepted, weight, z, ratio, corrected, logRef, logTarget, numbers, choices, mask, rho,
          capped);
    }
  }

  // ---- PPO, Eq. 1

  /** The PPO terms of {@link LossTasks}; a thread a token. */
  public static void ppo(
      KernelContext context,
      double[] logNew,
      double[] logRef,
      int[] sequence,
      int[] starts,
      double[] sums,
      double[] advantage,
      double[] numbers,
      int[] choices,
      double[] ratio,
      double[] term,
      double[] derivative,
      int[] clipped) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.ppo(
          t,
          logNew,
          logRef,
          sequence,
          starts,
          sums,
          advantage,
          numbers,
          choices,
          ratio,
          term,
          derivative,
          clipped);
    }
  }

  // ---- The batch, Eq. 5 to 8

  /** The share of {@link LossTasks}; a thread a token. */
  public static void share(
      KernelContext context,
      int[] lossMask,
      int[] sequence,
      int[] starts,
      int[] choices,
      double[] share) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.share(t, lossMask, sequence, starts, choices, share);
    }
  }

  /** {@link LossTasks#coefficients}; a thread a token. */
  public static void coefficients(
      KernelContext context,
      double[] mask,
      double[] rho,
      double[] derivative,
      double[] actorWeight,
      double[] actorDerivative,
      double[] share,
      double[] referenceDerivative,
      double[] numbers,
      int[] choices,
      double[] maskedWeight,
      double[] policyCoefficient,
      double[] actorCoefficient,
      double[] distillWeight) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.coefficients(
          t,
          mask,
          rho,
          derivative,
          actorWeight,
          actorDerivative,
          share,
          referenceDerivative,
          numbers,
          maskedWeight,
          policyCoefficient,
          actorCoefficient,
          distillWeight);
    }
  }

  /**
   * The largest mask·ρ; one group.
   *
   * @param largest {@code [1]}
   */
  public static void largest(
      KernelContext context, double[] maskedWeight, int[] choices, double[] largest) {
    double[] parts = context.allocateDoubleLocalArray(256);
    int lane = context.localIdx;
    parts[lane] = LossTasks.largest(maskedWeight, choices[ObjectiveInputs.TOKENS], lane, 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        parts[lane] = ObrsTasks.max(parts[lane], parts[lane + half]);
      }
      context.localBarrier();
    }
    if (lane < 1) {
      largest[0] = parts[0];
    }
  }

  /** {@link LossTasks#contributions}; a thread a token. */
  public static void contributions(
      KernelContext context,
      double[] z,
      double[] maskedWeight,
      double[] largest,
      double[] share,
      double[] term,
      int[] clipped,
      double[] actorWeight,
      double[] actorTerm,
      int[] actorClipped,
      double[] divergence,
      double[] numbers,
      int[] choices,
      double[] contributions) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      LossTasks.contributions(
          t,
          z,
          maskedWeight,
          largest,
          share,
          term,
          clipped,
          actorWeight,
          actorTerm,
          actorClipped,
          divergence,
          numbers,
          choices,
          contributions);
    }
  }

  /**
   * The sum of each row of {@code contributions [TOTALS × tokens]}; a group a row.
   *
   * @param totals {@code [TOTALS]}
   */
  public static void totals(
      KernelContext context, double[] contributions, int[] choices, double[] totals) {
    double[] parts = context.allocateDoubleLocalArray(256);
    int lane = context.localIdx;
    int row = context.groupIdx;
    int tokens = choices[ObjectiveInputs.TOKENS];
    parts[lane] = LossTasks.sum(contributions, row * tokens, tokens, lane, 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        parts[lane] += parts[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      totals[row] = parts[0];
    }
  }
}
