package io.jackpot.audit;

import io.jackpot.objective.NormalizerTasks;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The distributions of a model over the tokens of some responses: the forward pass and the logits
 * are those of training, in float32; what follows is in double precision.
 */
final class LoggedModel {
  private final Ops ops;
  private final List<Head> responses = new ArrayList<>();

  /** Runs {@code model} over the responses. */
  LoggedModel(Ops ops, Model model, float temperature, List<LoggedResponse> logged) {
    this.ops = ops;
    Activations activations = Activations.ofFrozen(model);
    int vocabulary = model.config().vocabularySize();
    for (LoggedResponse response : logged) {
      int[] prompt = response.prompt(vocabulary);
      int[] actions = response.actions();
      int[] ids = new int[prompt.length + actions.length - 1];
      System.arraycopy(prompt, 0, ids, 0, prompt.length);
      System.arraycopy(actions, 0, ids, prompt.length, actions.length - 1);
      Tensor all = activations.forward(ops, ids, Packing.ofLengths(ids.length));
      Tensor rows = Tensor.zeros(actions.length, all.cols());
      ops.copyRows(all, prompt.length - 1, rows, 0, actions.length);
      responses.add(model.head(rows, temperature));
    }
  }

  /** Log-probs of all ids at a token, {@code [vocabulary]}. */
  double[] logProbs(int response, int position) {
    Head head = responses.get(response);
    Tensor row = Tensor.zeros(1, head.hidden().cols());
    ops.copyRows(head.hidden(), position, row, 0, 1);
    Tensor logits = Tensor.zeros(1, head.vocabulary());
    ops.matmulNT(row, head.weight(), logits, false);
    double[] scaled = new double[head.vocabulary()];
    Arrays.setAll(scaled, x -> (double) logits.data()[x] / head.temperature());
    return NormalizerTasks.logSoftmax(scaled);
  }
}
