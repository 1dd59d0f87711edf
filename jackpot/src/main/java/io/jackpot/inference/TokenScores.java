package io.jackpot.inference;

import io.jackpot.config.DtypeSettings;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.ForcedDecoding;
import io.jackpot.transformer.InferenceModel;
import io.jackpot.transformer.Model;
import java.util.Arrays;

/** A model's distributions at given tokens, which keeps no activations. */
sealed interface TokenScores {

  /**
   * @param model is not used afterwards by anybody else
   * @param dtypes in float32 the model's own weights are read, otherwise they are packed
   */
  static TokenScores of(Ops ops, Model model, DtypeSettings dtypes) {
    return dtypes.rounded()
        ? new Rounded(
            ops,
            new ForcedDecoding(
                ops, InferenceModel.taking(ops, model, dtypes.actorDtype()), dtypes.kvDtype()),
            model.config().vocabularySize())
        : new Plain(ops, model, Activations.ofFrozen(model));
  }

  /** {@code ids [tokens] → hidden [tokens, hiddenSize]}, valid until the next call. */
  Tensor hidden(int[] ids, Packing packing);

  /** Log-probs of {@code next [rows]} and entropies, at temperature 1; {@code hidden [rows, …]}. */
  HeadStatistics statistics(Tensor hidden, int[] next);

  /** {@code hidden [1, hiddenSize]} to [vocabulary]. */
  float[] logits(Tensor hidden);

  /** In float32. */
  record Plain(Ops ops, Model model, Activations activations) implements TokenScores {
    @Override
    public Tensor hidden(int[] ids, Packing packing) {
      return activations.forward(ops, ids, packing);
    }

    @Override
    public HeadStatistics statistics(Tensor hidden, int[] next) {
      HeadStatistics statistics = HeadStatistics.allocate(next.length, 0);
      ops.headForward(model.head(hidden, 1), next, statistics);
      return statistics;
    }

    @Override
    public float[] logits(Tensor hidden) {
      Tensor logits = Tensor.zeros(1, model.config().vocabularySize());
      ops.matmulNT(hidden, model.parameters().get(model.config().headName()), logits, false);
      return logits.data();
    }
  }

  /** In the number types of a sampler, and as it decodes. */
  record Rounded(Ops ops, ForcedDecoding decoding, int vocabulary) implements TokenScores {
    /** Logits that are computed at a time: 16 MiB, or one row. */
    private static final int CHUNK = 1 << 22;

    @Override
    public Tensor hidden(int[] ids, Packing packing) {
      return decoding.forward(ids, packing);
    }

    @Override
    public HeadStatistics statistics(Tensor hidden, int[] next) {
      HeadStatistics statistics = HeadStatistics.allocate(next.length, 0);
      int chunk = Math.max(1, CHUNK / vocabulary);
      double[] row = new double[vocabulary];
      for (int from = 0; from < next.length; from += chunk) {
        int count = Math.min(chunk, next.length - from);
        Tensor rows = Tensor.zeros(count, hidden.cols());
        ops.copyRows(hidden, from, rows, 0, count);
        Tensor logits = Tensor.zeros(count, vocabulary);
        decoding.logits(rows, logits);
        for (int i = 0; i < count; i++) {
          int at = i * vocabulary;
          Arrays.setAll(row, id -> logits.data()[at + id]);
          double[] logProbs = NormalizerTasks.logSoftmax(row);
          statistics.logProb()[from + i] = (float) logProbs[next[from + i]];
          statistics.entropy()[from + i] = (float) NormalizerTasks.entropy(logProbs);
        }
      }
      return statistics;
    }

    @Override
    public float[] logits(Tensor hidden) {
      Tensor logits = Tensor.zeros(1, vocabulary);
      decoding.logits(hidden, logits);
      return logits.data();
    }
  }
}
