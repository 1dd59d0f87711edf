package io.jackpot.transformer;

import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import java.util.Map;

/** The tiny models of {@code bench/peers/transformer_golden.py}, weight for weight. */
final class TinyModels {
  static final int VOCABULARY = 23;
  static final Packing PACKING = Packing.ofLengths(97, 1, 64, 130, 8);

  private TinyModels() {}

  static ModelConfig config(String type) {
    return switch (type) {
      case "qwen2" ->
          new ModelConfig(
              type,
              VOCABULARY,
              32,
              48,
              2,
              4,
              2,
              8,
              256,
              10000,
              new RopeScaling.None(),
              1e-6f,
              false,
              true,
              false,
              false,
              null);
      case "qwen3" ->
          new ModelConfig(
              type,
              VOCABULARY,
              24,
              40,
              2,
              4,
              2,
              16,
              256,
              1e6,
              new RopeScaling.None(),
              1e-6f,
              true,
              false,
              false,
              true,
              null);
      case "llama" ->
          new ModelConfig(
              type,
              VOCABULARY,
              32,
              56,
              2,
              4,
              4,
              8,
              256,
              5000,
              new RopeScaling.None(),
              1e-5f,
              false,
              false,
              false,
              false,
              null);
      default -> throw new IllegalArgumentException(type);
    };
  }

  static Model model(String type) {
    ModelConfig config = config(type);
    Parameters parameters = Parameters.zeros(config);
    int key = 0;
    for (Map.Entry<String, Tensor> entry : parameters.tensors().entrySet()) {
      boolean norm = entry.getKey().endsWith("norm.weight");
      float[] data = entry.getValue().data();
      for (int i = 0; i < data.length; i++) {
        float value = 0.25f * (2 * Threefry.uniformFloat(key, i, 0) - 1);
        data[i] = norm ? 1 + value : value;
      }
      key++;
    }
    return new Model(config, parameters);
  }

  static int[] ids() {
    int[] ids = new int[PACKING.tokens()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) (Threefry.uniformFloat(999, i, 0) * VOCABULARY);
    }
    return ids;
  }
}
