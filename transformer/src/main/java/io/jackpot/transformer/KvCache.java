package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of the tokens so far, of every block and every sequence being sampled: {@code
 * [slots, kvHeads, capacity, headDim]} a block. A sequence owns one slot while it runs.
 */
final class KvCache {
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();

  KvCache(ModelConfig config, int slots, int capacity) {
    for (int layer = 0; layer < config.layers(); layer++) {
      keys.add(Tensor.zeros(slots, config.kvHeads(), capacity, config.headDim()));
      values.add(Tensor.zeros(slots, config.kvHeads(), capacity, config.headDim()));
    }
  }

  Tensor keys(int layer) {
    return keys.get(layer);
  }

  Tensor values(int layer) {
    return values.get(layer);
  }
}
