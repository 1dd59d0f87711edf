package io.jackpot.train;

import static io.jackpot.train.MiniBatch.copy;

import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.TopK;
import io.jackpot.train.BeforeUpdate.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Compares the distributions of a micro-batch's tokens: divergences, and the sums of Z (Jackpot,
 * Eq. 4). What is known of p_inf depends on how it sampled: the head that it sampled with gives all
 * of it; of a sampler that rounds only the most probable ids are known, as it recorded them; one
 * that truncates recorded all ids that it has.
 */
record Comparisons(Ops ops, ObjectiveOptions options, Sampling sampling) {

  /**
   * How rollouts are sampled.
   *
   * @param rounds whether with rounded weights or a rounded KV cache
   * @param truncates whether from a truncated distribution
   */
  record Sampling(float temperature, boolean rounds, boolean truncates) {}

  /**
   * The distributions of a micro-batch; some may be the same.
   *
   * @param now p_new
   * @param actor p_ω, the actor as it is now; null if the policy samples for itself
   * @param target p_target
   * @param inf p_inf, if the sampler neither rounds nor truncates
   * @param topIds top-k(p_new), {@code [tokens × k]}; empty where k covers the vocabulary
   */
  record Views(
      Distribution now,
      @Nullable Distribution actor,
      Distribution target,
      Distribution inf,
      int[] topIds) {

    int tokens() {
      return now.logProbs().length;
    }
  }

  /** Fills in the divergences and the sums of Z of the tokens from {@code at} on. */
  void fill(Views views, MiniBatch tokens, int at) {
    Distribution actor = views.actor;
    HeadComparison toActor = actor == null ? null : compare(views.now, actor, tokens.lambda);
    if (toActor != null) {
      copy(toActor.klPQ(), tokens.klPolicyActorNow, at);
      copy(toActor.klQP(), tokens.klActorPolicyNow, at);
    }
    TopK topInf = tokens.topInf(at, views.tokens());
    if (sampling.truncates) {
      tokens.compareTruncated(gather(views.now, topInf), topInf, at);
      copy(overlap(views, topInf, new int[0], tokens.lambda), tokens.zExact, at);
      TopK top = MiniBatch.amongTop(topInf, views.topIds, views.tokens());
      copy(overlap(views, top, new int[0], tokens.lambda), tokens.zTopK, at);
      return;
    }
    if (sampling.rounds) {
      tokens.compare(gather(views.now, topInf), topInf, at);
    } else {
      HeadComparison toInf =
          toActor != null && views.inf.equals(actor) // the actor has not changed since
              ? toActor
              : compare(views.now, views.inf, tokens.lambda);
      copy(toInf.klPQ(), tokens.klPolicyActor, at);
      copy(toInf.klQP(), tokens.klActorPolicy, at);
      if (views.topIds.length == 0 || options.normalizer() == Normalizer.EXACT) {
        boolean compared = views.target.equals(views.now);
        HeadComparison exact = compared ? toInf : compare(views.target, views.inf, tokens.lambda);
        copy(exact.overlap(), tokens.zExact, at);
      }
    }
    if (views.topIds.length == 0) {
      System.arraycopy(tokens.zExact, at, tokens.zTopK, at, views.tokens());
    } else {
      copy(overlap(views, topInf, views.topIds, tokens.lambda), tokens.zTopK, at);
    }
  }

  private HeadComparison compare(Distribution p, Distribution q, double lambda) {
    HeadComparison comparison = HeadComparison.allocate(p.logProbs().length);
    ops.headCompare(p.head(), p.logSumExp(), q.head(), q.logSumExp(), (float) lambda, comparison);
    return comparison;
  }

  /** Log-probs of ids, {@code [tokens × k]}. */
  private float[] gather(Distribution p, TopK of) {
    float[] logProbs = new float[of.ids().length];
    ops.headGather(p.head(), p.logSumExp(), of.ids(), logProbs);
    return logProbs;
  }

  private double[] overlap(Views views, TopK topInf, int[] otherIds, double lambda) {
    double[] overlap = new double[views.tokens()];
    ops.headOverlap(
        views.target.head(),
        views.target.logSumExp(),
        views.inf.head(),
        views.inf.logSumExp(),
        topInf,
        otherIds,
        lambda,
        overlap);
    return overlap;
  }
}
