package io.jackpot.transformer;

import io.jackpot.tensor.Ops;
import io.jackpot.tensor.PackedHead;
import io.jackpot.tensor.PackedMatrix;
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
  private final PackedMatrix embedding;
  private final List<Layer> layers;
  private final Tensor norm;
  private final PackedMatrix head;

  /** One block, see {@link Weights.Layer}. */
  record Layer(
      Tensor inputNorm,
      PackedMatrix q,
      PackedMatrix k,
      PackedMatrix v,
      PackedMatrix o,
      @Nullable Tensor qBias,
      @Nullable Tensor kBias,
      @Nullable Tensor vBias,
      @Nullable Tensor oBias,
      @Nullable Tensor qNorm,
      @Nullable Tensor kNorm,
      Tensor postNorm,
      PackedMatrix gate,
      PackedMatrix up,
      PackedMatrix down) {

    static Layer of(Ops ops, Weights.Layer w, WeightType type) {
      return new Layer(
          w.inputNorm(),
          ops.pack(w.q(), type),
          ops.pack(w.k(), type),
          ops.pack(w.v(), type),
          ops.pack(w.o(), type),
          w.qBias(),
          w.kBias(),
          w.vBias(),
          w.oBias(),
          w.qNorm(),
          w.kNorm(),
          w.postNorm(),
          ops.pack(w.gate(), type),
          ops.pack(w.up(), type),
          ops.pack(w.down(), type));
    }
  }

  private InferenceModel(Ops ops, Model model, WeightType type) {
    Weights weights = model.weights();
    WeightType ends = type == WeightType.INT8 ? WeightType.BF16 : type;
    this.config = model.config();
    this.rope = model.rope();
    this.head = ops.pack(weights.head(), ends);
    this.embedding =
        weights.embedding() == weights.head() ? head : ops.pack(weights.embedding(), ends);
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
      for (PackedMatrix matrix :
          List.of(layer.q, layer.k, layer.v, layer.o, layer.gate, layer.up, layer.down)) {
        bytes += matrix.storedBytes();
      }
    }
    return bytes;
  }

  /** The LM head over {@code hidden} [tokens, hidden], at a temperature. */
  PackedHead head(Tensor hidden, float temperature) {
    return new PackedHead(hidden, head, temperature);
  }

  Rope rope() {
    return rope;
  }

  PackedMatrix embedding() {
    return embedding;
  }

  List<Layer> layers() {
    return layers;
  }

  Tensor norm() {
    return norm;
  }
}
