package io.jackpot.train;

import static io.jackpot.train.MiniBatch.copy;

import io.jackpot.objective.Extensions;
import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.train.BeforeUpdate.Distribution;
import io.jackpot.train.Comparisons.Sampling;
import io.jackpot.transformer.NonFiniteException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One joint update of policy and actor from a mini-batch (Jackpot, Algorithm 1).
 *
 * <p>A mini-batch is computed in packed micro-batches. First the forward passes and the ops of the
 * LM head reduce every distribution to a few numbers per token; from these the objective computes
 * one coefficient per token and model; then each micro-batch runs backward. With a single
 * micro-batch the activations of the first pass are still there, and there is no second forward.
 */
final class JointStep {

  /**
   * The metrics of an update beside the losses; means over the response tokens.
   *
   * @param extensions which of its metrics there are
   * @param tokens the quantities of each of its tokens
   * @param twoModels whether the sampler is a model of its own
   * @param gradNormPolicy before clipping; 0 where the policy was not updated
   * @param gradNormActor before clipping; 0 where the actor was not updated
   * @param obrsSeconds the cost of rejection: normalizers, divergences and losses, without the
   *     forward and backward passes
   */
  record Outcome(
      ObjectiveResult objective,
      Extensions extensions,
      MiniBatch tokens,
      boolean twoModels,
      double gradNormPolicy,
      double gradNormActor,
      double obrsSeconds) {}

  private final Ops ops;
  private final ObjectiveEvaluator objective;
  private final ObjectiveOptions options;
  private final Comparisons comparisons;
  private final Sampling sampling;
  private final int microBatchTokens;
  private final Learner policy;
  private final Learner sampler;
  private final @Nullable ReferenceKl reference;
  private final boolean trainsActor;

  /** Whether passes whose gradient is exactly zero are left out; tests compare both. */
  boolean skips = true;

  /**
   * @param objective computes the losses where the ops run
   * @param sampler the model that sampled: the actor, or {@code policy} itself
   * @param reference the divergence from it is a part of the loss; null where it is none
   */
  JointStep(
      Ops ops,
      ObjectiveEvaluator objective,
      ObjectiveOptions options,
      Sampling sampling,
      int microBatchTokens,
      Learner policy,
      Learner sampler,
      @Nullable ReferenceKl reference) {
    this.ops = ops;
    this.objective = objective;
    this.options = options;
    this.comparisons = new Comparisons(ops, options, sampling);
    this.sampling = sampling;
    this.microBatchTokens = microBatchTokens;
    this.policy = policy;
    this.sampler = sampler;
    this.reference = reference;
    boolean hasLoss = options.actorCorrection() != null || options.distillCoefficient() > 0;
    this.trainsActor = hasActor() && hasLoss;
  }

  private boolean hasActor() {
    return sampler != policy;
  }

  /**
   * The number of most probable ids that a rollout records at each position. Where k covers the
   * vocabulary none is needed, unless the sampler's distribution differs from that of a forward
   * pass.
   */
  int topK(int vocabulary) {
    return options.topK() < vocabulary ? options.topK() : sampling.rounds() ? vocabulary : 0;
  }

  /** Keeps p_ref and p_inf of a rollout that is about to be trained on in several mini-batches. */
  BeforeUpdate.Kept keep(List<Rollout> rollouts) {
    List<PackedResponses> batches = PackedResponses.ofRollouts(rollouts, microBatchTokens);
    BeforeUpdate.Snapshot ofPolicy =
        new BeforeUpdate.Snapshot(ops, policy, batches, sampling.temperature());
    return new BeforeUpdate.Kept(
        ofPolicy,
        hasActor()
            ? new BeforeUpdate.Snapshot(ops, sampler, batches, sampling.temperature())
            : ofPolicy);
  }

  /**
   * The losses of a mini-batch; its gradients wait for {@link #apply} or {@link #discard}.
   *
   * @param before the distributions before the rollout's first update
   * @param offset response tokens of the rollout before this mini-batch
   * @param lambda of the rollout
   * @throws NonFiniteException where a loss or a gradient is NaN or infinite; it names which
   */
  Outcome measure(List<Rollout> rollouts, BeforeUpdate before, int offset, double lambda) {
    List<PackedResponses> batches = PackedResponses.ofRollouts(rollouts, microBatchTokens);
    MiniBatch tokens = new MiniBatch(rollouts, lambda, options.extensions().maskTruncated());
    Pass pass = pass(batches.getFirst(), 0);
    long nanos = fill(tokens, pass, before, offset);
    for (PackedResponses batch : batches.subList(1, batches.size())) {
      pass = pass(batch, pass.end());
      nanos += fill(tokens, pass, before, offset);
    }

    long start = System.nanoTime();
    ObjectiveResult result =
        objective.evaluate(options.withLambda(lambda), tokens.batch(options.distillDirection()));
    nanos += System.nanoTime() - start;
    result
        .firstNotFinite()
        .ifPresent(loss -> {
          throw new NonFiniteException(loss);
        });

    int at = 0;
    for (PackedResponses batch : batches) {
      int end = at + batch.responses();
      boolean ofPolicy = result.updatesPolicy() && (!skips || result.movesPolicy(at, end));
      boolean ofActor = trainsActor && (!skips || result.movesActor(at, end));
      if (ofPolicy || ofActor) {
        Pass ready = batches.size() == 1 ? pass : pass(batch, at);
        backward(ready, ofPolicy, ofActor, tokens, result);
      }
      at = end;
    }
    return new Outcome(
        result,
        options.extensions(),
        tokens,
        hasActor(),
        result.updatesPolicy() ? policy.gradientNorm() : 0,
        trainsActor ? sampler.gradientNorm() : 0,
        nanos * 1e-9);
  }

  /** Updates the models that have a loss by the gradients of {@code measured}. */
  void apply(Outcome measured, float policyRate, float actorRate) {
    if (measured.objective().updatesPolicy()) {
      policy.update(measured.gradNormPolicy(), policyRate);
    }
    if (trainsActor && measured.objective().updatesActor()) {
      sampler.update(measured.gradNormActor(), actorRate);
    }
  }

  /** Drops the gradients; the models stay as they are. */
  void discard() {
    policy.clearGradients();
    if (trainsActor) {
      sampler.clearGradients();
    }
  }

  /** A model's forward pass over a micro-batch. */
  private record Forward(Head head, HeadStatistics statistics) {
    Distribution distribution() {
      return new Distribution(head, statistics.logSumExp(), statistics.logProb());
    }
  }

  private Forward forward(Learner learner, PackedResponses batch, int k) {
    Head head = learner.model().head(learner.forward(batch), sampling.temperature());
    HeadStatistics statistics = HeadStatistics.allocate(batch.responses(), k);
    ops.headForward(head, batch.actions(), statistics);
    return new Forward(head, statistics);
  }

  /**
   * A micro-batch with the forward passes of both models.
   *
   * @param at the place of its first response token in the mini-batch
   */
  private record Pass(PackedResponses batch, int at, Forward policy, Forward sampler) {
    int end() {
      return at + batch.responses();
    }

    /** Its part of a mini-batch's values. */
    float[] part(double[] values) {
      return MiniBatch.floats(values, at, batch.responses());
    }
  }

  private Pass pass(PackedResponses batch, int at) {
    Forward now = forward(policy, batch, topK(policy.model().config().vocabularySize()));
    return new Pass(batch, at, now, hasActor() ? forward(sampler, batch, 0) : now);
  }

  /**
   * Fills in the numbers of a micro-batch's tokens.
   *
   * @return how long it took, in nanoseconds
   */
  private long fill(MiniBatch tokens, Pass pass, BeforeUpdate before, int offset) {
    long start = System.nanoTime();
    int at = pass.at;
    HeadStatistics statistics = pass.policy.statistics;
    Distribution now = pass.policy.distribution();
    Distribution samplerNow = hasActor() ? pass.sampler.distribution() : now;
    Distribution ref = before.policy(now, offset + at);
    Distribution inf = before.sampler(samplerNow, offset + at);
    Distribution target = options.target() == Target.REF ? ref : now;

    copy(statistics.entropy(), tokens.entropy, at);
    copy(now.logProbs(), tokens.logNew, at);
    copy(ref.logProbs(), tokens.logRef, at);
    if (hasActor()) {
      copy(samplerNow.logProbs(), tokens.actorLogNew, at);
      copy(inf.logProbs(), tokens.actorLogRef, at);
    }

    if (reference != null) {
      reference.fill(pass.batch, now.head(), statistics, tokens, at);
    }
    Distribution actor = hasActor() ? samplerNow : null;
    int[] topIds = statistics.topIds();
    comparisons.fill(new Comparisons.Views(now, actor, target, inf, topIds), tokens, at);
    return System.nanoTime() - start;
  }

  private void backward(
      Pass pass, boolean ofPolicy, boolean ofActor, MiniBatch tokens, ObjectiveResult result) {
    if (ofPolicy) {
      HeadLoss loss = policyLoss(pass, tokens, result);
      policy.backward(pass.batch, pass.policy.head, pass.policy.statistics, loss);
    }
    if (ofActor) {
      Distillation distillation =
          options.distillCoefficient() == 0
              ? null
              : new Distillation(
                  pass.policy.head,
                  pass.policy.statistics.logSumExp(),
                  pass.part(result.distillWeight()),
                  options.distillDirection(),
                  pass.part(tokens.divergence(options.distillDirection())));
      float[] coefficient = pass.part(result.actorCoefficient());
      HeadLoss loss = new HeadLoss(coefficient, null, null, distillation);
      sampler.backward(pass.batch, pass.sampler.head, pass.sampler.statistics, loss);
    }
  }

  /** Of log-probs of the actions, and of what is beside the paper's objective. */
  private HeadLoss policyLoss(Pass pass, MiniBatch tokens, ObjectiveResult result) {
    boolean bonus = options.extensions().entropyCoefficient() > 0;
    float[] entropyWeight = bonus ? pass.part(result.beside().entropyWeight()) : null;
    float[] coefficient = pass.part(result.policyCoefficient());
    HeadLoss loss = new HeadLoss(coefficient, entropyWeight, null, null);
    return reference == null
        ? loss
        : reference.in(
            loss,
            pass.batch,
            pass.policy.statistics,
            pass.part(result.beside().referenceWeight()),
            pass.part(tokens.referenceKl));
  }
}
