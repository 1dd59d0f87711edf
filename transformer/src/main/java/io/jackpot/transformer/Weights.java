package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link Parameters} by role instead of name, of weights as well as gradients.
 *
 * @param <M> a matrix: a {@link Tensor}, or a {@link Matrix} of a forward pass
 * @param embedding [vocabulary, hidden]
 * @param layers the blocks, first one first
 * @param norm gain of the final norm, [hidden]
 * @param head [vocabulary, hidden]; the same object as {@code embedding} if the two are tied
 */
record Weights<M>(M embedding, List<Layer<M>> layers, Tensor norm, M head) {

  /** One block. Projections are [out, in]; biases and the norms of q and k if it has them. */
  record Layer<M>(
      Tensor inputNorm,
      M q,
      M k,
      M v,
      M o,
      @Nullable Tensor qBias,
      @Nullable Tensor kBias,
      @Nullable Tensor vBias,
      @Nullable Tensor oBias,
      @Nullable Tensor qNorm,
      @Nullable Tensor kNorm,
      Tensor postNorm,
      M gate,
      M up,
      M down) {

    /** All projections. */
    List<M> matrices() {
      return List.of(q, k, v, o, gate, up, down);
    }

    private <N> Layer<N> map(Function<M, N> form) {
      return new Layer<>(
          inputNorm,
          form.apply(q),
          form.apply(k),
          form.apply(v),
          form.apply(o),
          qBias,
          kBias,
          vBias,
          oBias,
          qNorm,
          kNorm,
          postNorm,
          form.apply(gate),
          form.apply(up),
          form.apply(down));
    }
  }

  static Weights<Tensor> of(ModelConfig config, Parameters parameters) {
    List<Layer<Tensor>> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      String prefix = "model.layers." + i + ".";
      String attention = prefix + "self_attn.";
      layers.add(
          new Layer<>(
              parameters.get(prefix + "input_layernorm.weight"),
              parameters.get(attention + "q_proj.weight"),
              parameters.get(attention + "k_proj.weight"),
              parameters.get(attention + "v_proj.weight"),
              parameters.get(attention + "o_proj.weight"),
              parameters.tensors().get(attention + "q_proj.bias"),
              parameters.tensors().get(attention + "k_proj.bias"),
              parameters.tensors().get(attention + "v_proj.bias"),
              parameters.tensors().get(attention + "o_proj.bias"),
              parameters.tensors().get(attention + "q_norm.weight"),
              parameters.tensors().get(attention + "k_norm.weight"),
              parameters.get(prefix + "post_attention_layernorm.weight"),
              parameters.get(prefix + "mlp.gate_proj.weight"),
              parameters.get(prefix + "mlp.up_proj.weight"),
              parameters.get(prefix + "mlp.down_proj.weight")));
    }
    return new Weights<>(
        parameters.get("model.embed_tokens.weight"),
        List.copyOf(layers),
        parameters.get("model.norm.weight"),
        parameters.get(config.headName()));
  }

  /** The same weights with the matrices in another form. */
  <N> Weights<N> map(Function<M, N> ofEnds, Function<M, N> ofBlocks) {
    N mappedHead = ofEnds.apply(head);
    return new Weights<>(
        embedding.equals(head) ? mappedHead : ofEnds.apply(embedding),
        layers.stream().map(layer -> layer.map(ofBlocks)).toList(),
        norm,
        mappedHead);
  }
}
