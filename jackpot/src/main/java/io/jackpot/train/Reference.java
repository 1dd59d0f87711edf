package io.jackpot.train;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Buffer;
import java.util.Arrays;
import java.util.List;

/**
 * A model's distributions over a rollout's response tokens, as they were before the first update:
 * the final hidden states and a copy of the LM head, from which any probability can still be had
 * when the weights have moved.
 */
final class Reference {
  private final Ops ops;
  private final Tensor hidden;
  private final Tensor weight;
  private final HeadStatistics statistics;
  private final float temperature;
  private final Buffer rows = new Buffer();

  /**
   * @param batches the rollout's sequences, in the order of their response tokens
   */
  Reference(Ops ops, Learner learner, List<PackedResponses> batches, float temperature) {
    int tokens = batches.stream().mapToInt(PackedResponses::responses).sum();
    int dim = learner.model().config().hiddenSize();
    int[] actions = new int[tokens];
    this.ops = ops;
    this.hidden = Tensor.zeros(tokens, dim);
    this.temperature = temperature;
    int at = 0;
    for (PackedResponses batch : batches) {
      Tensor states = learner.forward(batch);
      ops.copyRows(states, 0, hidden, at, states.rows());
      System.arraycopy(batch.actions(), 0, actions, at, batch.responses());
      at += batch.responses();
    }
    Head now = learner.model().head(hidden, temperature);
    this.weight = Tensor.zeros(now.vocabulary(), dim);
    ops.copyRows(now.weight(), 0, weight, 0, now.vocabulary());
    this.statistics = HeadStatistics.allocate(tokens, 0);
    ops.headForward(now, actions, statistics);
  }

  /** The distributions of {@code count} tokens from {@code from} on; valid until the next call. */
  Head head(int from, int count) {
    int dim = hidden.cols();
    Tensor part = rows.of(count, dim);
    ops.copyRows(hidden, from, part, 0, count);
    return new Head(part, weight, temperature);
  }

  float[] logSumExp(int from, int count) {
    return Arrays.copyOfRange(statistics.logSumExp(), from, from + count);
  }

  float[] logProbs(int from, int count) {
    return Arrays.copyOfRange(statistics.logProb(), from, from + count);
  }
}
