package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of the tokens so far, of every block and every sequence being sampled: {@code
 * [slots, kvHeads, capacity, headDim]} a block. A sequence owns one slot while it runs. The memory
 * is used again for the next batch.
 */
final class KvCache {
  private final ModelConfig config;
  private final List<Buffer> keys = new ArrayList<>();
  private final List<Buffer> values = new ArrayList<>();
  private int slots;
  private int capacity;

  KvCache(ModelConfig config) {
    this.config = config;
    for (int layer = 0; layer < config.layers(); layer++) {
      keys.add(new Buffer());
      values.add(new Buffer());
    }
  }

  /** Makes room; what was there before is gone. */
  void resize(int slots, int capacity) {
    this.slots = slots;
    this.capacity = capacity;
  }

  /** Floats of a cache of this size. */
  static long floats(ModelConfig config, int slots, int capacity) {
    return 2L * config.layers() * slots * config.kvHeads() * capacity * config.headDim();
  }

  Tensor keys(int layer) {
    return of(keys.get(layer));
  }

  Tensor values(int layer) {
    return of(values.get(layer));
  }

  private Tensor of(Buffer buffer) {
    return buffer.of(slots, config.kvHeads(), capacity, config.headDim());
  }
}
