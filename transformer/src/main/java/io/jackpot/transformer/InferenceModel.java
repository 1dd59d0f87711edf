package io.jackpot.transformer;

import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.WeightType;

/**
 * A model for {@link Sampler}: its matrices are packed for products with few rows, in a type that
 * may be smaller than float32. With {@link WeightType#BF16} all matrices have that type; with
 * {@link WeightType#INT8} the projections of the blocks do, while embedding and LM head are
 * bfloat16, since their rounding affects every logit. Norms and biases stay float32. If the ops
 * pack matrices, this does not hold on to the model's own.
 */
public final class InferenceModel {
  private final ModelConfig config;
  private final Rope rope;
  private final Weights<Matrix> weights;

  private InferenceModel(Ops ops, Model model, WeightType type, boolean takes) {
    WeightType ends = type == WeightType.INT8 ? WeightType.BF16 : type;
    config = model.config();
    rope = model.rope();
    weights =
        model.weights().map(w -> matrix(ops, w, ends, takes), w -> matrix(ops, w, type, takes));
  }

  private static Matrix matrix(Ops ops, Tensor w, WeightType type, boolean takes) {
    Matrix matrix = Matrix.of(ops, w, type);
    if (takes && !(matrix instanceof Matrix.Plain)) {
      w.storage().release();
    }
    return matrix;
  }

  /**
   * The weights of {@code model} as they are now.
   *
   * @throws io.jackpot.input.InputException if {@code ops} do not have weights of this type
   */
  public static InferenceModel of(Ops ops, Model model, WeightType type) {
    return new InferenceModel(ops, model, type, false);
  }

  /**
   * As {@link #of}, of a model that is not used afterwards: where the ops pack matrices, each of
   * its own is released as soon as it is packed, so that there are never two copies of all.
   */
  public static InferenceModel taking(Ops ops, Model model, WeightType type) {
    return new InferenceModel(ops, model, type, true);
  }

  public ModelConfig config() {
    return config;
  }

  /** Bytes of all matrices in memory. */
  public long matrixBytes() {
    long bytes = weights.head().storedBytes();
    bytes += weights.embedding().equals(weights.head()) ? 0 : weights.embedding().storedBytes();
    for (Weights.Layer<Matrix> layer : weights.layers()) {
      bytes += layer.matrices().stream().mapToLong(Matrix::storedBytes).sum();
    }
    return bytes;
  }

  /** The LM head over {@code hidden [tokens, hiddenSize]} at a temperature, to sample from. */
  record SamplingHead(Tensor hidden, Matrix weight, float temperature) {
    int vocabulary() {
      return weight.rows();
    }

    /** {@link Ops#headSample}. */
    void sample(Ops ops, double[] uniforms, HeadStatistics out) {
      weight.sample(ops, hidden, temperature, uniforms, out);
    }
  }

  SamplingHead head(Tensor hidden, float temperature) {
    return new SamplingHead(hidden, weights.head(), temperature);
  }

  Rope rope() {
    return rope;
  }

  Weights<Matrix> weights() {
    return weights;
  }
}
