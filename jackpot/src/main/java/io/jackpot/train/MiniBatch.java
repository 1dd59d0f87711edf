package io.jackpot.train;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.RatioTail;
import io.jackpot.objective.TokenBatch;
import io.jackpot.objective.Uniforms;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Distillation.Direction;
import io.jackpot.tensor.TopK;
import java.util.Arrays;
import java.util.List;

/**
 * The response tokens of a mini-batch, {@code [tokens]} each: what the rollouts say of them, and
 * what {@link JointStep} fills in, one micro-batch after another. See {@link TokenBatch}.
 */
final class MiniBatch {
  final double[] logInf;
  private final double[] advantage;
  private final long[] keys;
  private final int[] positions;
  private final int[] sequence;
  private final int[] lossMask;
  private final TopK topInf;

  final double[] logRef;
  final double[] logNew;

  /** log p_inf(a) where no actor says otherwise: a policy that samples for itself. */
  final double[] actorLogRef;

  final double[] actorLogNew;
  final double[] zTopK;

  /** NaN where it is not computed. */
  final double[] zExact;

  /** KL(p_new‖p_inf) and KL(p_inf‖p_new), p_inf as it was at the rollout. */
  final double[] klPolicyActor;

  final double[] klActorPolicy;

  /** KL(p_new‖p_ω) and KL(p_ω‖p_new), the actor as it is now; 0 if the policy is its own actor. */
  final double[] klPolicyActorNow;

  final double[] klActorPolicyNow;
  final double[] entropy;

  /** log p_reference(a), and the exact KL(p_new‖p_reference); 0 where nobody asks for them. */
  final double[] logReference;

  final double[] referenceKl;

  /** λ of the rollout. */
  final double lambda;

  /**
   * @param maskTruncated whether responses that were cut off carry no loss
   */
  MiniBatch(List<Rollout> rollouts, double lambda, boolean maskTruncated) {
    this.lambda = lambda;
    int n = rollouts.stream().mapToInt(Rollout::tokens).sum();
    // A truncated distribution has as many ids as it keeps, so responses may differ in k.
    int k =
        rollouts.stream()
            .mapToInt(r -> r.topIds().length / Math.max(1, r.tokens()))
            .max()
            .orElse(0);
    logInf = new double[n];
    advantage = new double[n];
    keys = new long[n];
    positions = new int[n];
    sequence = new int[n];
    lossMask = new int[n];
    topInf = TopK.filler(n, k);
    int at = 0;
    for (int s = 0; s < rollouts.size(); s++) {
      Rollout rollout = rollouts.get(s);
      int end = at + rollout.tokens();
      copy(rollout.logProbs(), logInf, at);
      Arrays.fill(advantage, at, end, rollout.advantage());
      Arrays.fill(keys, at, end, rollout.acceptKey());
      Arrays.fill(sequence, at, end, s);
      Arrays.fill(lossMask, at, end, maskTruncated && !rollout.finished() ? 0 : 1);
      for (int position = 0; at < end; position++, at++) {
        positions[at] = position;
      }
      int own = rollout.topIds().length / Math.max(1, rollout.tokens());
      for (int t = 0; t < rollout.tokens(); t++) {
        int to = (at - rollout.tokens() + t) * k;
        System.arraycopy(rollout.topIds(), t * own, topInf.ids(), to, own);
        System.arraycopy(rollout.topLogProbs(), t * own, topInf.logProbs(), to, own);
      }
    }
    logRef = new double[n];
    logNew = new double[n];
    actorLogRef = logInf.clone();
    actorLogNew = logInf.clone();
    zTopK = new double[n];
    zExact = new double[n];
    Arrays.fill(zExact, Double.NaN);
    klPolicyActor = new double[n];
    klActorPolicy = new double[n];
    klPolicyActorNow = new double[n];
    klActorPolicyNow = new double[n];
    entropy = new double[n];
    logReference = new double[n];
    referenceKl = new double[n];
  }

  /**
   * top-k(p_inf) of {@code count} tokens from {@code from} on, as recorded when they were sampled.
   */
  TopK topInf(int from, int count) {
    int k = topInf.k();
    return new TopK(
        k,
        Arrays.copyOfRange(topInf.ids(), from * k, (from + count) * k),
        Arrays.copyOfRange(topInf.logProbs(), from * k, (from + count) * k));
  }

  /**
   * Of the ids that a truncated p_inf keeps, those in top-k(p_inf) ∪ top-k(p_new); others have no
   * probability under it.
   *
   * @param topIds top-k(p_new), {@code [tokens × k]}; empty where k covers the vocabulary
   */
  static TopK amongTop(TopK kept, int[] topIds, int tokens) {
    if (topIds.length == 0) {
      return kept;
    }
    int k = topIds.length / tokens;
    TopK top = TopK.filler(tokens, kept.k());
    for (int t = 0; t < tokens; t++) {
      for (int i = 0; i < kept.k(); i++) {
        int place = t * kept.k() + i;
        int id = kept.ids()[place];
        if (i < k || contains(topIds, t * k, (t + 1) * k, id)) {
          top.ids()[place] = id;
          top.logProbs()[place] = kept.logProbs()[place];
        }
      }
    }
    return top;
  }

  private static boolean contains(int[] ids, int from, int to, int id) {
    for (int i = from; i < to; i++) {
      if (ids[i] == id) {
        return true;
      }
    }
    return false;
  }

  /**
   * Fills in the divergences of tokens whose p_inf is truncated: KL(p_inf‖p_new) is a sum over its
   * ids, and KL(p_new‖p_inf) is not finite, so it is NaN.
   */
  void compareTruncated(float[] logNew, TopK kept, int at) {
    int k = kept.k();
    for (int i = 0; i < logNew.length; i += k, at++) {
      double kl = 0;
      for (int j = i; j < i + k; j++) {
        kl += LossTasks.divergenceTerm(kept.logProbs()[j], logNew[j]);
      }
      klActorPolicy[at] = kl;
      klPolicyActor[at] = Double.NaN;
    }
  }

  /**
   * Fills in the divergences of tokens whose p_inf is known at its most probable ids only: all
   * other ids count as one, so both are lower bounds unless the k ids are the whole vocabulary.
   */
  void compare(float[] logNew, TopK topInf, int at) {
    int k = topInf.k();
    for (int i = 0; i < logNew.length; i += k, at++) {
      klPolicyActor[at] = LossTasks.groupedDivergence(logNew, topInf.logProbs(), i, i + k);
      klActorPolicy[at] = LossTasks.groupedDivergence(topInf.logProbs(), logNew, i, i + k);
    }
  }

  double[] divergence(Direction direction) {
    return switch (direction) {
      case FORWARD -> klPolicyActorNow;
      case REVERSE -> klActorPolicyNow;
    };
  }

  TokenBatch batch(Direction distillation) {
    return new TokenBatch(
        logInf,
        logRef,
        logNew,
        actorLogRef,
        actorLogNew,
        advantage,
        new Uniforms.Drawn(keys, positions),
        zTopK,
        zExact,
        divergence(distillation),
        sequence,
        new TokenBatch.Beside(lossMask, entropy, logReference, referenceKl));
  }

  /** How far p_new is from p_inf at the tokens that were sampled. */
  RatioTail tail() {
    return RatioTail.of(logNew, logInf);
  }

  /** {@code count} values from {@code at} on, as a device takes them. */
  static float[] floats(double[] values, int at, int count) {
    float[] part = new float[count];
    for (int i = 0; i < count; i++) {
      part[i] = (float) values[at + i];
    }
    return part;
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  static void copy(double[] from, double[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
  }

  static void copy(float[] from, double[] to, int at) {
    for (int i = 0; i < from.length; i++) {
      to[at + i] = from[i];
    }
  }
}
