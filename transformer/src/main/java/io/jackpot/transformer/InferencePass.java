package io.jackpot.transformer;

import static io.jackpot.transformer.Activations.flat;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of a model that samples: it keeps nothing but keys and values in the cache.
 * Prompts go through it whole, and after them one token of each sequence at a time. A prompt's own
 * attention reads its keys and values before they are rounded to the type of the cache.
 */
final class InferencePass {
  private final Ops ops;
  private final ModelConfig config;
  private final KvCache cache;
  private final Buffer x = new Buffer();
  private final Buffer y = new Buffer();
  private final Buffer normed = new Buffer();
  private final Buffer rms = new Buffer();
  private final Buffer q = new Buffer();
  private final Buffer k = new Buffer();
  private final Buffer v = new Buffer();
  private final Buffer copied = new Buffer();
  private final Buffer attention = new Buffer();
  private final Buffer logSumExp = new Buffer();
  private final Buffer gate = new Buffer();
  private final Buffer up = new Buffer();
  private final Buffer last = new Buffer();

  InferencePass(Ops ops, ModelConfig config, CacheType type) {
    this.ops = ops;
    this.config = config;
    this.cache = new KvCache(config, type);
  }

  /** Floats that a pass takes for a token, beside the cache. */
  static long floatsPerToken(ModelConfig config) {
    long q = (long) config.heads() * config.headDim();
    long kv = (long) config.kvHeads() * config.headDim();
    return 3L * config.hiddenSize()
        + 2 * q
        + 2 * kv
        + 2L * config.intermediateSize()
        + 2L * config.heads();
  }

  /** Floats that the copies of keys or values of a prompt's token take, for one sequence. */
  static long floatsPerCopiedToken(ModelConfig config) {
    return (long) config.kvHeads() * config.headDim();
  }

  /** Makes room in the cache; what was there before is gone. */
  void resize(int slots, int capacity) {
    cache.resize(slots, capacity);
  }

  /**
   * Where the tokens of prompts go: {@code tokens[i]}, a place among the ids, to position {@code
   * positions[i]} of {@code slots[i]}.
   */
  record Destination(int[] tokens, int[] slots, int[] positions) {}

  /**
   * Computes prompts, end to end.
   *
   * @param rows whose hidden states are wanted
   * @return {@code [rows, hidden]} after the final norm, valid until the next pass
   */
  Tensor prefill(
      InferenceModel model, int[] ids, Packing packing, Destination destination, int[] rows) {
    int tokens = packing.tokens();
    int count = destination.tokens.length;
    int kvDim = config.kvHeads() * config.headDim();
    Tensor hidden =
        forward(
            model,
            ids,
            tokens,
            packing.positions(),
            (layer, query, key, value, o) -> {
              Tensor copy = copied.of(count, config.kvHeads(), config.headDim());
              ops.gatherRows(flat(key), destination.tokens, copy.reshape(count, kvDim));
              cache.appendKeys(ops, layer, copy, destination.slots, destination.positions);
              ops.gatherRows(flat(value), destination.tokens, copy.reshape(count, kvDim));
              cache.appendValues(ops, layer, copy, destination.slots, destination.positions);
              ops.attentionForward(
                  new Attention(query, key, value, packing, config.attentionScale()),
                  new Attention.Output(o, logSumExp.of(tokens, config.heads())));
            });
    Tensor result = last.of(rows.length, config.hiddenSize());
    ops.gatherRows(hidden, rows, result);
    return result;
  }

  /**
   * Computes the newest token of each sequence, whose place is {@code positions[i]} of {@code
   * slots[i]}.
   *
   * @return {@code [ids, hidden]} after the final norm, valid until the next pass
   */
  Tensor decode(InferenceModel model, int[] ids, int[] slots, int[] positions) {
    int[] lengths = new int[ids.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = positions[i] + 1;
    }
    return forward(
        model,
        ids,
        ids.length,
        positions,
        (layer, query, key, value, o) -> {
          cache.appendKeys(ops, layer, key, slots, positions);
          cache.appendValues(ops, layer, value, slots, positions);
          cache.attend(ops, layer, query, slots, lengths, o);
        });
  }

  /** Stores keys and values of a block, and attends to all there are. */
  private interface Attend {
    void run(int layer, Tensor query, Tensor key, Tensor value, Tensor o);
  }

  private Tensor forward(
      InferenceModel model, int[] ids, int tokens, int[] positions, Attend attend) {
    float epsilon = config.rmsNormEpsilon();
    Rope rope = model.rope();
    Tensor hidden = x.of(tokens, config.hiddenSize());
    Tensor n = normed.of(tokens, config.hiddenSize());
    model.embedding().embed(ids, hidden);
    ops.blockEnd();
    for (int layer = 0; layer < config.layers(); layer++) {
      InferenceModel.Layer weights = model.layers().get(layer);
      ops.rmsNormForward(hidden, weights.inputNorm(), epsilon, n, rms.of(tokens));
      Tensor query = q.of(tokens, config.heads(), config.headDim());
      Tensor key = k.of(tokens, config.kvHeads(), config.headDim());
      Tensor value = v.of(tokens, config.kvHeads(), config.headDim());
      linear(n, weights.q(), weights.qBias(), query);
      linear(n, weights.k(), weights.kBias(), key);
      linear(n, weights.v(), weights.vBias(), value);
      if (weights.qNorm() != null && weights.kNorm() != null) {
        ops.rmsNormForward(query, weights.qNorm(), epsilon, query, rms.of(query.rows()));
        ops.rmsNormForward(key, weights.kNorm(), epsilon, key, rms.of(key.rows()));
      }
      ops.rope(query, positions, rope.cos(), rope.sin());
      ops.rope(key, positions, rope.cos(), rope.sin());
      Tensor o = attention.of(tokens, config.heads(), config.headDim());
      attend.run(layer, query, key, value, o);
      Tensor branch = y.of(tokens, config.hiddenSize());
      linear(flat(o), weights.o(), weights.oBias(), branch);
      ops.add(branch, hidden);

      ops.rmsNormForward(hidden, weights.postNorm(), epsilon, n, rms.of(tokens));
      Tensor g = gate.of(tokens, config.intermediateSize());
      Tensor u = up.of(tokens, config.intermediateSize());
      weights.gate().multiply(n, g);
      weights.up().multiply(n, u);
      ops.swigluForward(g, u, g);
      weights.down().multiply(g, branch);
      ops.add(branch, hidden);
      ops.blockEnd();
    }
    ops.rmsNormForward(hidden, model.norm(), epsilon, n, rms.of(tokens));
    return n;
  }

  private void linear(Tensor x, SamplingMatrix w, @Nullable Tensor bias, Tensor y) {
    Tensor out = y.reshape(x.rows(), w.rows());
    w.multiply(x, out);
    if (bias != null) {
      ops.addBias(bias, out);
    }
  }
}
