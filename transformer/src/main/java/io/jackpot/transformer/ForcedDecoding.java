package io.jackpot.transformer;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The distributions that {@link Sampler} would have had at given tokens: packed sequences {@code
 * ids [tokens] → hidden [tokens, hiddenSize] → logits}, in the number types of a sampler. The first
 * id of a sequence is its prompt, the others count as sampled. So with a rounded KV cache each
 * token attends to rounded keys and values.
 */
public final class ForcedDecoding {
  private final Ops ops;
  private final InferenceModel model;
  private final CacheType type;
  private final InferencePass pass;
  private final Buffer hidden = new Buffer();

  public ForcedDecoding(Ops ops, InferenceModel model, CacheType type) {
    this.ops = ops;
    this.model = model;
    this.type = type;
    this.pass = new InferencePass(ops, model.config(), type);
  }

  /**
   * {@code ids [tokens] → hidden [tokens, hiddenSize]} after the final norm, valid until the next
   * call.
   */
  public Tensor forward(int[] ids, Packing packing) {
    int sequences = packing.sequences();
    model.rope().cover(packing.longest());
    if (type == CacheType.F32) {
      int[] none = {};
      return pass.prefill(
          model,
          ids,
          packing,
          new InferencePass.Destination(none, none, none),
          IntStream.range(0, ids.length).toArray());
    }
    pass.resize(sequences, packing.longest());
    Tensor all = hidden.of(ids.length, model.config().hiddenSize());
    for (int position = 0; position < packing.longest(); position++) {
      int at = position;
      int[] slots = IntStream.range(0, sequences).filter(s -> packing.length(s) > at).toArray();
      int[] rows = IntStream.of(slots).map(s -> packing.start(s) + at).toArray();
      int[] now = IntStream.of(rows).map(row -> ids[row]).toArray();
      int[] positions = IntStream.of(rows).map(_ -> at).toArray();
      Tensor states = at == 0 ? first(now) : pass.decode(model, now, slots, positions);
      for (int i = 0; i < rows.length; i++) {
        ops.copyRows(states, i, all, rows[i], 1);
      }
    }
    return all;
  }

  /** The first id of each sequence, as a prompt. */
  private Tensor first(int[] ids) {
    int[] each = IntStream.range(0, ids.length).toArray();
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    return pass.prefill(
        model,
        ids,
        Packing.ofLengths(ones),
        new InferencePass.Destination(each, each, new int[ids.length]),
        each);
  }

  /** {@code hidden [rows, hiddenSize] → logits [rows, vocabulary]}. */
  public void logits(Tensor hidden, Tensor logits) {
    model.weights().head().multiply(ops, hidden, logits);
  }
}
