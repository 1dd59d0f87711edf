package io.jackpot.transformer;

import io.jackpot.input.InputException;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.PackedOps;
import io.jackpot.tensor.QuantizedCache;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of the previous tokens of every sequence being sampled: {@code [slots, kvHeads,
 * capacity, headDim]} per block, in float32 or 8 bits. A sequence owns one slot while it runs. The
 * memory is reused for the next batch.
 */
final class KvCache {
  private final ModelConfig config;
  private final CacheType type;
  private final List<Buffer> keys = new ArrayList<>();
  private final List<Buffer> values = new ArrayList<>();
  private final List<QuantizedCache> quantizedKeys = new ArrayList<>();
  private final List<QuantizedCache> quantizedValues = new ArrayList<>();
  private int slots;
  private int capacity;

  KvCache(ModelConfig config, CacheType type) {
    this.config = config;
    this.type = type;
    for (int layer = 0; layer < config.layers(); layer++) {
      keys.add(new Buffer());
      values.add(new Buffer());
    }
  }

  /** Makes room and discards the content. */
  void resize(int slots, int capacity) {
    boolean same = this.slots == slots && this.capacity == capacity;
    this.slots = slots;
    this.capacity = capacity;
    if (type != CacheType.F32 && !same) {
      quantizedKeys.clear();
      quantizedValues.clear();
      for (int layer = 0; layer < config.layers(); layer++) {
        quantizedKeys.add(quantized());
        quantizedValues.add(quantized());
      }
    }
  }

  private QuantizedCache quantized() {
    return new QuantizedCache(type, slots, config.kvHeads(), capacity, config.headDim());
  }

  /** Bytes per token. */
  static long bytesPerToken(ModelConfig config, CacheType type) {
    long scale = type == CacheType.F32 ? 0 : Float.BYTES;
    long vector = (long) config.headDim() * type.bytes() + scale;
    return 2L * config.layers() * config.kvHeads() * vector;
  }

  /** Stores row i of {@code [rows, kvHeads, headDim]} as a position of a slot. */
  void appendKeys(Ops ops, int layer, Tensor x, int[] slots, int[] positions) {
    if (type == CacheType.F32) {
      ops.cacheAppend(x, slots, positions, of(keys.get(layer)));
    } else {
      packed(ops).cacheAppend(x, slots, positions, quantizedKeys.get(layer));
    }
  }

  /** {@link #appendKeys} for values. */
  void appendValues(Ops ops, int layer, Tensor x, int[] slots, int[] positions) {
    if (type == CacheType.F32) {
      ops.cacheAppend(x, slots, positions, of(values.get(layer)));
    } else {
      packed(ops).cacheAppend(x, slots, positions, quantizedValues.get(layer));
    }
  }

  /** {@link Ops#attentionDecode} over a block's cache. */
  void attend(Ops ops, int layer, Tensor q, int[] slots, int[] lengths, Tensor o) {
    float scale = config.attentionScale();
    if (type == CacheType.F32) {
      Tensor k = of(keys.get(layer));
      ops.attentionDecode(q, k, of(values.get(layer)), slots, lengths, scale, o);
    } else {
      QuantizedCache k = quantizedKeys.get(layer);
      packed(ops).attentionDecode(q, k, quantizedValues.get(layer), slots, lengths, scale, o);
    }
  }

  private PackedOps packed(Ops ops) {
    return ops.packed()
        .orElseThrow(() -> new InputException("a KV cache in %s: on the CPU only".formatted(type)));
  }

  private Tensor of(Buffer buffer) {
    return buffer.of(slots, config.kvHeads(), capacity, config.headDim());
  }
}
