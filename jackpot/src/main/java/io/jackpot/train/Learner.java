package io.jackpot.train;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Buffer;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.transformer.Parameters;
import java.util.Optional;
import java.util.stream.IntStream;

/** A model being trained: its activations, gradients and optimizer. */
final class Learner {
  private final String name;
  private final Ops ops;
  private final Model model;
  private final AdamW optimizer;
  private final Parameters gradients;
  private final Activations activations;
  private final Buffer hidden = new Buffer();
  private final Buffer dHidden = new Buffer();
  private final Buffer dAll = new Buffer();

  /**
   * @param name for messages
   * @param recompute see {@link Activations#Activations(Model, boolean)}
   */
  Learner(String name, Ops ops, Model model, AdamW optimizer, boolean recompute) {
    this.name = name;
    this.ops = ops;
    this.model = model;
    this.optimizer = optimizer;
    this.gradients = Parameters.zeros(model.config());
    this.activations = new Activations(model, recompute);
  }

  /** For messages. */
  String name() {
    return name;
  }

  Model model() {
    return model;
  }

  AdamW optimizer() {
    return optimizer;
  }

  /**
   * The final hidden states that predict the response tokens, {@code [responses, hiddenSize]};
   * valid until the next forward.
   */
  Tensor forward(PackedResponses batch) {
    Tensor all = activations.forward(ops, batch.ids(), batch.packing());
    Tensor rows = hidden.of(batch.responses(), model.config().hiddenSize());
    ops.gatherRows(all, batch.rows(), rows);
    return rows;
  }

  /** See {@link Activations#firstNonFinite}. */
  Optional<String> firstNonFinite(PackedResponses batch) {
    var _ = forward(batch);
    return activations.firstNonFinite(ops);
  }

  /** Whether no logit of the response tokens is NaN or infinite. */
  boolean hasFiniteLogits(PackedResponses batch, float temperature) {
    HeadStatistics statistics = HeadStatistics.allocate(batch.responses(), 0);
    ops.headForward(model.head(forward(batch), temperature), batch.actions(), statistics);
    return IntStream.range(0, batch.responses())
        .allMatch(i ->
            Float.isFinite(statistics.logSumExp()[i]) && Float.isFinite(statistics.logProb()[i]));
  }

  /** Adds to the gradients those of {@code loss} over the batch of the last forward. */
  void backward(PackedResponses batch, Head head, HeadStatistics statistics, HeadLoss loss) {
    int dim = model.config().hiddenSize();
    Tensor dRows = dHidden.of(batch.responses(), dim);
    Tensor dHeadWeight = gradients.get(model.config().headName());
    ops.headBackward(head, statistics, loss, dRows, dHeadWeight);
    Tensor dHiddenAll = dAll.of(batch.ids().length, dim);
    ops.gatherRowsBackward(dRows, batch.rows(), dHiddenAll);
    activations.backward(ops, dHiddenAll, gradients);
  }

  /**
   * The global norm of the gradients gathered, before any clipping.
   *
   * @throws NonFiniteException naming the tensor that is not finite
   */
  double gradientNorm() {
    try {
      return AdamW.norm(ops, gradients);
    } catch (NonFiniteException e) {
      throw new NonFiniteException("the " + name + "'s " + e.what());
    }
  }

  /** One AdamW update from the gradients gathered, which are then zero again. */
  void update(double gradientNorm, float learningRate) {
    optimizer.update(ops, model.parameters(), gradients, gradientNorm, learningRate);
    clearGradients();
  }

  void clearGradients() {
    gradients.tensors().values().forEach(ops::zero);
  }
}
