package io.jackpot.transformer;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import java.util.Map;

/**
 * A configuration and its weights (for their shapes see {@link Parameters}), the subject of {@link
 * Activations} and {@link Sampler}.
 */
public final class Model {
  /** Standard deviation of random weights, as {@code initializer_range} of Hugging Face. */
  private static final double INITIALIZER_RANGE = 0.02;

  private final ModelConfig config;
  private final Parameters parameters;
  private final Weights<Tensor> weights;
  private final Weights<Matrix> matrices;
  private final Rope rope;

  public Model(ModelConfig config, Parameters parameters) {
    this.config = config;
    this.parameters = parameters;
    this.weights = Weights.of(config, parameters);
    this.matrices = weights.map(Matrix.Plain::new, Matrix.Plain::new);
    this.rope = new Rope(config);
  }

  /** A model of random weights: normal with standard deviation 0.02, norms one, biases zero. */
  public static Model random(ModelConfig config, long seed) {
    Parameters parameters = Parameters.zeros(config);
    int index = 0;
    for (Map.Entry<String, Tensor> entry : parameters.tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      long key = Threefry.fold(seed, index++, 0);
      boolean norm = tensor.shape().rank() == 1 && entry.getKey().endsWith(".weight");
      boolean bias = entry.getKey().endsWith(".bias");
      for (int i = 0; i < tensor.size(); i++) {
        tensor.data()[i] = norm ? 1 : bias ? 0 : (float) (INITIALIZER_RANGE * normal(key, i));
      }
    }
    return new Model(config, parameters);
  }

  /** Standard normal by Box and Muller. */
  private static double normal(long key, int i) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - Threefry.uniform(key, i, 0)));
    return radius * StrictMath.cos(2 * Math.PI * Threefry.uniform(key, i, 1));
  }

  public ModelConfig config() {
    return config;
  }

  public Parameters parameters() {
    return parameters;
  }

  /**
   * This model's LM head over {@code hidden [tokens, hiddenSize]}, at a temperature.
   *
   * @param hidden the result of {@link Activations#forward}, or rows of it
   */
  public Head head(Tensor hidden, float temperature) {
    return new Head(hidden, weights.head(), temperature);
  }

  Weights<Tensor> weights() {
    return weights;
  }

  /** The weights for a forward pass. */
  Weights<Matrix> matrices() {
    return matrices;
  }

  Rope rope() {
    return rope;
  }
}
