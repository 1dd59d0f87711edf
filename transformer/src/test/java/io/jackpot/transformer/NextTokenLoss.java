package io.jackpot.transformer;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;

/** Mean −log p of all tokens except each sequence's first: the loss of the tests. */
final class NextTokenLoss {
  private final Ops ops;
  private final Model model;
  private final Packing packing;
  private final int[] ids;
  private final int[] rows;
  private final int[] actions;
  private final Activations activations;
  private final HeadStatistics statistics;
  private final Head head;
  private final Tensor hidden;

  NextTokenLoss(Ops ops, Model model, Packing packing, int[] ids) {
    this(ops, model, packing, ids, new Activations(model));
  }

  NextTokenLoss(Ops ops, Model model, Packing packing, int[] ids, Activations activations) {
    this.ops = ops;
    this.model = model;
    this.packing = packing;
    this.ids = ids;
    int[] positions = packing.positions();
    this.rows =
        java.util.stream.IntStream.range(0, ids.length - 1)
            .filter(i -> positions[i + 1] > 0)
            .toArray();
    this.actions = Arrays.stream(rows).map(i -> ids[i + 1]).toArray();
    this.activations = activations;
    this.statistics = HeadStatistics.allocate(rows.length, 0);
    this.hidden = Tensor.zeros(rows.length, model.config().hiddenSize());
    this.head = model.head(hidden, 1);
  }

  double forward() {
    Tensor all = activations.forward(ops, ids, packing);
    ops.gatherRows(all, rows, hidden);
    ops.headForward(head, actions, statistics);
    double sum = 0;
    for (float logProb : statistics.logProb()) {
      sum -= logProb;
    }
    return sum / rows.length;
  }

  /** Gradients of the last forward. */
  Parameters backward() {
    Parameters gradients = Parameters.zeros(model.config());
    float[] coefficient = new float[rows.length];
    Arrays.fill(coefficient, -1f / rows.length);
    Tensor dHidden = Tensor.zeros(rows.length, model.config().hiddenSize());
    Tensor dAll = Tensor.zeros(ids.length, model.config().hiddenSize());
    ops.headBackward(
        head, statistics, coefficient, null, dHidden, gradients.get(model.config().headName()));
    ops.gatherRowsBackward(dHidden, rows, dAll);
    activations.backward(ops, dAll, gradients);
    return gradients;
  }
}
