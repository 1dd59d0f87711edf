package io.jackpot.tasks;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObrsTasks;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The joint objective (Jackpot, Eq. 1, 2 and 5 to 8). Arrays of doubles are {@code [tokens]} with a
 * thread a token, where nothing else is said; numbers and choices are {@link ObjectiveInputs}.
 */
final class LossKernels {
  /** Threads of a group that adds up. */
  static final int LANES = 256;

  /** Threads of a group that adds up a sequence. */
  static final int SEQUENCE_LANES = 64;

  // What totals adds up
  static final int MASK = 0;
  static final int Z = 1;
  static final int WEIGHT = 2;
  static final int SCALED_WEIGHT = 3;
  static final int SCALED_SQUARE = 4;
  static final int CLIPPED_LOW = 5;
  static final int CLIPPED_HIGH = 6;
  static final int ACTOR_CLIPPED = 7;
  static final int ABOVE_BOUND = 8;
  static final int POLICY_TERM = 9;
  static final int ACTOR_TERM = 10;
  static final int DIVERGENCE = 11;
  static final int TOTALS = 12;

  private LossKernels() {}

  // ---- Corrections, Eq. 2

  /**
   * Σ log p(a)/p_inf(a) of each sequence; a group a sequence.
   *
   * @param order tokens, those of a sequence together {@code [tokens]}
   * @param starts where a sequence begins in {@code order}, and the end {@code [sequences + 1]}
   * @param sums {@code [sequences]}
   */
  public static void sequenceSums(
      KernelContext context,
      double[] logProb,
      double[] logInf,
      int[] order,
      int[] starts,
      double[] sums) {
    double[] parts = context.allocateDoubleLocalArray(64);
    int lane = context.localIdx;
    int s = context.groupIdx;
    parts[lane] =
        LossTasks.sequenceLogRatio(logProb, logInf, order, starts[s], starts[s + 1], lane, 64);
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

  /**
   * F(p(a)/p_inf(a)), of the token or of its sequence.
   *
   * @param sequence of each token {@code [tokens]}
   * @param sums of {@link #sequenceSums}
   * @param whose {@link ObjectiveInputs#POLICY} or {@link ObjectiveInputs#ACTOR}
   */
  public static void correct(
      KernelContext context,
      double[] logProb,
      double[] logInf,
      int[] sequence,
      double[] sums,
      double[] numbers,
      int[] choices,
      double[] corrected,
      int whose) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      double own = logProb[t] - logInf[t];
      double shared = sums[sequence[t]];
      int bySequence = choices[ObjectiveInputs.CORRECTION + 2 * whose + 1];
      double logRatio = bySequence > 0 ? shared : own;
      corrected[t] =
          LossTasks.correction(
              choices[ObjectiveInputs.CORRECTION + 2 * whose],
              ObrsTasks.ratio(logRatio, 0),
              numbers[ObjectiveInputs.BOUNDS + 2 * whose],
              numbers[ObjectiveInputs.BOUNDS + 2 * whose + 1]);
    }
  }

  /** Eq. 5: mask and ρ = min(w, c1)·min(p_ref(a)/p_target(a), c2), or those of a baseline. */
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
      double[] rho) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      int weighting = choices[ObjectiveInputs.WEIGHTING];
      mask[t] = weighting == LossTasks.OBRS ? accepted[t] : 1;
      rho[t] =
          LossTasks.policyWeight(
              weighting,
              weight[t],
              z[t] * ratio[t],
              corrected[t],
              ObrsTasks.ratio(logRef[t], logTarget[t]),
              numbers[ObjectiveInputs.C1],
              numbers[ObjectiveInputs.C2],
              numbers[ObjectiveInputs.TIS_CAP]);
    }
  }

  // ---- PPO, Eq. 1

  /**
   * Ratio, min(ratio·A, clip(ratio)·A) and its derivative by the new log-prob.
   *
   * @param clipped which clip stops the gradient {@code [tokens]}
   */
  public static void ppo(
      KernelContext context,
      double[] logNew,
      double[] logRef,
      double[] advantage,
      double[] numbers,
      int[] choices,
      double[] ratio,
      double[] term,
      double[] derivative,
      int[] clipped) {
    int t = context.globalIdx;
    if (t < choices[ObjectiveInputs.TOKENS]) {
      double low = numbers[ObjectiveInputs.CLIP_LOW];
      double high = numbers[ObjectiveInputs.CLIP_HIGH];
      double a = advantage[t];
      double r = ObrsTasks.ratio(logNew[t], logRef[t]);
      int side = LossTasks.clipped(r, a, low, high);
      ratio[t] = r;
      term[t] = LossTasks.ppo(side, r, a, low, high);
      derivative[t] = LossTasks.ppoDerivative(side, r, a);
      clipped[t] = side;
    }
  }

  // ---- The batch, Eq. 5 to 8

  /**
   * What a token counts, mask·ρ, and the derivatives of the total loss by the token's two log-probs
   * and its divergence.
   */
  public static void coefficients(
      KernelContext context,
      double[] mask,
      double[] rho,
      double[] derivative,
      double[] actorWeight,
      double[] actorDerivative,
      int[] sequence,
      int[] starts,
      double[] numbers,
      int[] choices,
      double[] share,
      double[] maskedWeight,
      double[] policyCoefficient,
      double[] actorCoefficient,
      double[] distillWeight) {
    int t = context.globalIdx;
    int tokens = choices[ObjectiveInputs.TOKENS];
    if (t < tokens) {
      int s = sequence[t];
      double part =
          LossTasks.share(
              choices[ObjectiveInputs.BY_SEQUENCE],
              tokens,
              choices[ObjectiveInputs.SEQUENCES],
              starts[s + 1] - starts[s]);
      double weight = mask[t] * rho[t];
      share[t] = part;
      maskedWeight[t] = weight;
      policyCoefficient[t] = LossTasks.coefficient(part, weight, derivative[t]);
      actorCoefficient[t] = LossTasks.coefficient(part, actorWeight[t], actorDerivative[t]);
      distillWeight[t] = part * numbers[ObjectiveInputs.DISTILL];
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

  /**
   * What each token adds to each total.
   *
   * @param contributions {@code [TOTALS × tokens]}
   */
  public static void contributions(
      KernelContext context,
      double[] mask,
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
    int n = choices[ObjectiveInputs.TOKENS];
    if (t < n) {
      double weight = maskedWeight[t];
      // Scaled, so that no square overflows.
      double scaled = weight / largest[0];
      int side = clipped[t];
      contributions[MASK * n + t] = mask[t];
      contributions[Z * n + t] = z[t];
      contributions[WEIGHT * n + t] = weight;
      contributions[SCALED_WEIGHT * n + t] = scaled;
      contributions[SCALED_SQUARE * n + t] = scaled * scaled;
      contributions[CLIPPED_LOW * n + t] = side < 0 ? 1 : 0;
      contributions[CLIPPED_HIGH * n + t] = side > 0 ? 1 : 0;
      contributions[ACTOR_CLIPPED * n + t] = actorClipped[t] == 0 ? 0 : 1;
      contributions[ABOVE_BOUND * n + t] =
          NormalizerTasks.aboveBound(z[t], numbers[ObjectiveInputs.LAMBDA]);
      contributions[POLICY_TERM * n + t] = share[t] * weight * term[t];
      contributions[ACTOR_TERM * n + t] = share[t] * actorWeight[t] * actorTerm[t];
      contributions[DIVERGENCE * n + t] = share[t] * divergence[t];
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

  // ---- Rows of a vocabulary

  /**
   * KL(p ‖ q) of each row, Eq. 7; a group a row.
   *
   * @param logP {@code [rows × vocabulary]}
   * @param logQ {@code [rows × vocabulary]}
   * @param sizes rows, vocabulary
   * @param divergence {@code [rows]}
   */
  public static void divergence(
      KernelContext context, double[] logP, double[] logQ, int[] sizes, double[] divergence) {
    double[] parts = context.allocateDoubleLocalArray(256);
    int lane = context.localIdx;
    int row = context.groupIdx;
    int vocabulary = sizes[1];
    parts[lane] = LossTasks.divergence(logP, logQ, row * vocabulary, vocabulary, lane, 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        parts[lane] += parts[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      double kl = parts[0];
      divergence[row] = kl < 0 ? 0 : kl;
    }
  }

  /**
   * d total/d logits of the policy; a thread an element.
   *
   * @param logPolicy log p_new {@code [rows × vocabulary]}
   * @param action a {@code [rows]}
   * @param coefficient d total/d log p_new(a) {@code [rows]}
   * @param sizes rows, vocabulary
   * @param gradient {@code [rows × vocabulary]}
   */
  public static void policyGradient(
      KernelContext context,
      double[] logPolicy,
      int[] action,
      double[] coefficient,
      int[] sizes,
      double[] gradient) {
    int i = context.globalIdx;
    if (i < sizes[0] * sizes[1]) {
      int row = i / sizes[1];
      gradient[i] =
          coefficient[row]
              * LossTasks.logProbGradient(logPolicy[i], i - row * sizes[1], action[row]);
    }
  }

  /**
   * d total/d logits of the actor, the distillation included; a thread an element.
   *
   * @param logActor log p_ω {@code [rows × vocabulary]}
   * @param logPolicy log p_new {@code [rows × vocabulary]}
   * @param action a {@code [rows]}
   * @param coefficient d total/d log p_ω(a), without distillation {@code [rows]}
   * @param distillWeight d total/d divergence {@code [rows]}
   * @param divergence {@code [rows]}
   * @param sizes rows, vocabulary, 1 for KL(p_ω ‖ p_new)
   * @param gradient {@code [rows × vocabulary]}
   */
  public static void actorGradient(
      KernelContext context,
      double[] logActor,
      double[] logPolicy,
      int[] action,
      double[] coefficient,
      double[] distillWeight,
      double[] divergence,
      int[] sizes,
      double[] gradient) {
    int i = context.globalIdx;
    if (i < sizes[0] * sizes[1]) {
      int row = i / sizes[1];
      double pull =
          LossTasks.divergenceGradient(logActor[i], logPolicy[i], divergence[row], sizes[2]);
      gradient[i] =
          coefficient[row] * LossTasks.logProbGradient(logActor[i], i - row * sizes[1], action[row])
              + distillWeight[row] * pull;
    }
  }
}
