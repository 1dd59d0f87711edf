package io.jackpot.transformer;

import static io.jackpot.transformer.Block.flat;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;

/**
 * The forward pass for sampling, which keeps only keys and values, in the cache: whole prompts
 * first, then one token of each sequence at a time. A prompt's own attention reads its keys and
 * values before they are rounded to the type of the cache.
 */
final class InferencePass {
  private final Ops ops;
  private final ModelConfig config;
  private final KvCache cache;
  private final Forward forward;
  private final Buffer copied = new Buffer();
  private final Buffer last = new Buffer();

  InferencePass(Ops ops, ModelConfig config, CacheType type) {
    this.ops = ops;
    this.config = config;
    this.cache = new KvCache(config, type);
    this.forward = new Forward(config, Forward.Keep.RESULT);
  }

  /** Floats of a token in a pass, in addition to the cache. */
  static long floatsPerToken(ModelConfig config) {
    long q = (long) config.heads() * config.headDim();
    long kv = (long) config.kvHeads() * config.headDim();
    return 3L * config.hiddenSize()
        + 2 * q
        + 2 * kv
        + 2L * config.intermediateSize()
        + 2L * config.heads();
  }

  /** Floats of the copied keys or values of a prompt's token, for one sequence. */
  static long floatsPerCopiedToken(ModelConfig config) {
    return (long) config.kvHeads() * config.headDim();
  }

  /** Makes room in the cache and discards its content. */
  void resize(int slots, int capacity) {
    cache.resize(slots, capacity);
  }

  /**
   * The places of prompts' tokens in the cache: {@code tokens[i]}, an index into the ids, is stored
   * at position {@code positions[i]} of {@code slots[i]}.
   */
  record Destination(int[] tokens, int[] slots, int[] positions) {}

  /**
   * Computes packed prompts {@code ids [tokens] → hidden [rows, hiddenSize]} after the final norm,
   * valid until the next pass.
   *
   * @param rows the tokens whose hidden states are returned
   */
  Tensor prefill(
      InferenceModel model, int[] ids, Packing packing, Destination destination, int[] rows) {
    int count = destination.tokens.length;
    int kvDim = config.kvHeads() * config.headDim();
    Block.Attend attend =
        (layer, q, k, v, out) -> {
          if (count > 0) {
            Tensor copy = copied.of(count, config.kvHeads(), config.headDim());
            ops.gatherRows(flat(k), destination.tokens, copy.reshape(count, kvDim));
            cache.appendKeys(ops, layer, copy, destination.slots, destination.positions);
            ops.gatherRows(flat(v), destination.tokens, copy.reshape(count, kvDim));
            cache.appendValues(ops, layer, copy, destination.slots, destination.positions);
          }
          ops.attentionForward(new Attention(q, k, v, packing, config.attentionScale()), out);
        };
    Block.Pass pass = new Block.Pass(ops, model.rope(), packing.positions(), attend);
    Tensor hidden = forward.run(pass, model.weights(), ids);
    Tensor result = last.of(rows.length, config.hiddenSize());
    ops.gatherRows(hidden, rows, result);
    return result;
  }

  /**
   * Computes the newest token of each sequence, {@code ids [rows] → hidden [rows, hiddenSize]}
   * after the final norm, valid until the next pass.
   *
   * @param positions the position of each id in its slot
   */
  Tensor decode(InferenceModel model, int[] ids, int[] slots, int[] positions) {
    int[] lengths = new int[ids.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = positions[i] + 1;
    }
    Block.Attend attend =
        (layer, q, k, v, out) -> {
          cache.appendKeys(ops, layer, k, slots, positions);
          cache.appendValues(ops, layer, v, slots, positions);
          cache.attend(ops, layer, q, slots, lengths, out.o());
        };
    return forward.run(new Block.Pass(ops, model.rope(), positions, attend), model.weights(), ids);
  }
}
