package io.jackpot.train;

import io.jackpot.objective.Extensions.KlEstimator;
import io.jackpot.objective.LossTasks;
import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.RegularizerTasks;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.train.BeforeUpdate.Distribution;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.Buffer;
import io.jackpot.transformer.Model;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * KL(p‖p_reference) at each response token, p a policy, and its part in the policy's gradient. All
 * probabilities are at the sampling temperature.
 */
final class ReferenceKl {
  private final Ops ops;
  private final Model reference;
  private final KlEstimator estimator;
  private final float temperature;
  private final Activations activations;
  private final Buffer rows = new Buffer();
  private @Nullable PackedResponses last;
  private @Nullable Distribution ofLast;

  ReferenceKl(Ops ops, Model reference, KlEstimator estimator, float temperature) {
    this.ops = ops;
    this.reference = reference;
    this.estimator = estimator;
    this.temperature = temperature;
    this.activations = Activations.ofFrozen(reference);
  }

  /** The reference's distributions over the response tokens of a batch, until the next one's. */
  private Distribution distribution(PackedResponses batch) {
    if (ofLast == null || !batch.equals(last)) {
      Tensor all = activations.forward(ops, batch.ids(), batch.packing());
      Tensor hidden = rows.of(batch.responses(), reference.config().hiddenSize());
      ops.gatherRows(all, batch.rows(), hidden);
      Head head = reference.head(hidden, temperature);
      HeadStatistics statistics = HeadStatistics.allocate(batch.responses(), 0);
      ops.headForward(head, batch.actions(), statistics);
      last = batch;
      ofLast = new Distribution(head, statistics.logSumExp(), statistics.logProb());
    }
    return ofLast;
  }

  /** Whether the sum goes over the top k that the policy's forward pass gives. */
  private boolean isOverTopK(HeadStatistics policy) {
    return estimator == KlEstimator.TOPK && policy.k() > 0;
  }

  /**
   * Fills in what the objective needs of the tokens of a batch.
   *
   * @param head of the policy now
   * @param policy its statistics, with the top k
   * @param at the place of the batch's first token
   */
  void fill(PackedResponses batch, Head head, HeadStatistics policy, MiniBatch tokens, int at) {
    MiniBatch.copy(distribution(batch).logProbs(), tokens.logReference, at);
    if (estimator.isExact()) {
      double[] exact = exact(batch, head, policy);
      System.arraycopy(exact, 0, tokens.referenceKl, at, exact.length);
    }
  }

  private double[] exact(PackedResponses batch, Head head, HeadStatistics policy) {
    Distribution of = distribution(batch);
    double[] kl = new double[batch.responses()];
    if (isOverTopK(policy)) {
      int k = policy.k();
      float[] logReference = atTopIds(of, policy);
      Arrays.setAll(
          kl,
          t -> LossTasks.groupedDivergence(policy.topLogProbs(), logReference, t * k, (t + 1) * k));
    } else {
      HeadComparison comparison = HeadComparison.allocate(batch.responses());
      ops.headCompare(head, policy.logSumExp(), of.head(), of.logSumExp(), 1, comparison);
      MiniBatch.copy(comparison.klPQ(), kl, 0);
    }
    return kl;
  }

  private float[] atTopIds(Distribution of, HeadStatistics policy) {
    float[] logReference = new float[policy.topIds().length];
    ops.headGather(of.head(), of.logSumExp(), policy.topIds(), logReference);
    return logReference;
  }

  /**
   * {@code loss} with the part of the divergence; estimates from the sampled token are in its
   * coefficients already.
   *
   * @param weight d total loss/d divergence of each token
   * @param divergence its value
   */
  HeadLoss in(
      HeadLoss loss,
      PackedResponses batch,
      HeadStatistics policy,
      float[] weight,
      float[] divergence) {
    if (!estimator.isExact()) {
      return loss;
    }
    Distribution of = distribution(batch);
    if (!isOverTopK(policy)) {
      return loss.with(
          new Distillation(
              of.head(), of.logSumExp(), weight, Distillation.Direction.REVERSE, divergence));
    }
    int k = policy.k();
    float[] logReference = atTopIds(of, policy);
    float[] coefficient = new float[logReference.length];
    for (int t = 0; t < weight.length; t++) {
      LossTasks.groupedDivergenceDerivatives(
          policy.topLogProbs(), logReference, t * k, (t + 1) * k, weight[t], coefficient);
    }
    return loss.with(new HeadLoss.Ids(policy.topIds(), coefficient));
  }

  /**
   * The sum over the tokens of each response.
   *
   * @param k most probable ids of the policy, for {@link KlEstimator#TOPK}
   */
  double[] sums(Learner policy, List<Rollout> rollouts, int microBatchTokens, int k) {
    double[] sums = new double[rollouts.size()];
    int first = 0;
    for (PackedResponses batch : PackedResponses.ofRollouts(rollouts, microBatchTokens)) {
      Head head = policy.model().head(policy.forward(batch), temperature);
      HeadStatistics statistics = HeadStatistics.allocate(batch.responses(), k);
      ops.headForward(head, batch.actions(), statistics);
      double[] kl =
          estimator.isExact() ? exact(batch, head, statistics) : estimates(batch, statistics);
      for (int t = 0; t < kl.length; t++) {
        sums[first + batch.sequence()[t]] += kl[t];
      }
      first += batch.packing().sequences();
    }
    return sums;
  }

  private double[] estimates(PackedResponses batch, HeadStatistics policy) {
    float[] logReference = distribution(batch).logProbs();
    int which = ObjectiveInputs.estimator(estimator);
    double[] kl = new double[logReference.length];
    Arrays.setAll(kl, t -> RegularizerTasks.estimate(which, policy.logProb()[t], logReference[t]));
    return kl;
  }
}
