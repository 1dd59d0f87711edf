package io.jackpot.transformer;

import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.WeightType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as {@link Sampler} needs it: the matrices packed for products with few rows, in a type
 * that may be smaller than float32. With {@link WeightType#BF16} all matrices are of that type;
 * with {@link WeightType#INT8} the projections of the blocks are, while embedding and LM head are
 * bfloat16, since their rounding goes into every logit. Norms and biases stay float32. Of the
 * model's own matrices nothing is held where the ops have panels of their own.
 */
public final class InferenceModel {
  private final ModelConfig config;
  private final Rope rope;
  private final SamplingMatrix embedding;
  private final List<Layer> layers;
  private final Tensor norm;
  private final SamplingMatrix head;

  /** One block, see {@link Weights.Layer}. */
  record Layer(
      Tensor inputNorm,
      SamplingMatrix q,
      SamplingMatrix k,
      SamplingMatrix v,
      SamplingMatrix o,
      @Nullable Tensor qBias,
      @Nullable Tensor kBias,
      @Nullable Tensor vBias,
      @Nullable Tensor oBias,
      @Nullable Tensor qNorm,
      @Nullable Tensor kNorm,
      Tensor postNorm,
      SamplingMatrix gate,
      SamplingMatrix up,
      SamplingMatrix down) {

    static Layer of(Ops ops, Weights.Layer w, WeightType type) {
      return new Layer(
          w.inputNorm(),
          SamplingMatrix.of(ops, w.q(), type),
          SamplingMatrix.of(ops, w.k(), type),
          SamplingMatrix.of(ops, w.v(), type),
          SamplingMatrix.of(ops, w.o(), type),
          w.qBias(),
          w.kBias(),
          w.vBias(),
          w.oBias(),
          w.qNorm(),
          w.kNorm(),
          w.postNorm(),
          SamplingMatrix.of(ops, w.gate(), type),
          SamplingMatrix.of(ops, w.up(), type),
          SamplingMatrix.of(ops, w.down(), type));
    }
  }

  private InferenceModel(Ops ops, Model model, WeightType type) {
    Weights weights = model.weights();
    WeightType ends = type == WeightType.INT8 ? WeightType.BF16 : type;
    this.config = model.config();
    this.rope = model.rope();
    this.head = SamplingMatrix.of(ops, weights.head(), ends);
    this.embedding =
        weights.embedding() == weights.head()
            ? head
            : SamplingMatrix.of(ops, weights.embedding(), ends);
    this.layers = new ArrayList<>();
    for (Weights.Layer layer : weights.layers()) {
      layers.add(Layer.of(ops, layer, type));
    }
    this.norm = weights.norm();
  }

  /**
   * The weights of {@code model} as they are now.
   *
   * @throws io.jackpot.input.InputException if {@code ops} do not have weights of this type
   */
  public static InferenceModel of(Ops ops, Model model, WeightType type) {
    return new InferenceModel(ops, model, type);
  }

  public ModelConfig config() {
    return config;
  }

  /** What all matrices take in memory. */
  public long matrixBytes() {
    long bytes = head.storedBytes() + (embedding == head ? 0 : embedding.storedBytes());
    for (Layer layer : layers) {
      for (SamplingMatrix matrix :
          List.of(layer.q, layer.k, layer.v, layer.o, layer.gate, layer.up, layer.down)) {
        bytes += matrix.storedBytes();
      }
    }
    return bytes;
  }

  /** The LM head over {@code hidden [tokens, hidden]} at a temperature, to sample from. */
  record SamplingHead(Tensor hidden, SamplingMatrix weight, float temperature) {
    int vocabulary() {
      return weight.rows();
    }

    void sample(double[] uniforms, HeadStatistics out) {
      weight.sample(hidden, temperature, uniforms, out);
    }
  }

  SamplingHead head(Tensor hidden, float temperature) {
    return new SamplingHead(hidden, head, temperature);
  }

  Rope rope() {
    return rope;
  }

  SamplingMatrix embedding() {
    return embedding;
  }

  List<Layer> layers() {
    return layers;
  }

  Tensor norm() {
    return norm;
  }
}
