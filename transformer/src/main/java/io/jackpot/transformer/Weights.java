package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Parameters} by their role instead of their name; of weights as well as of gradients.
 *
 * @param embedding [vocabulary, hidden]
 * @param layers the blocks, first one first
 * @param norm gain of the final norm, [hidden]
 * @param head [vocabulary, hidden]; the same tensor as {@code embedding} where the two are tied
 */
record Weights(Tensor embedding, List<Layer> layers, Tensor norm, Tensor head) {

  /** One block. Projections are [out, in]; biases and the norms of q and k where it has them. */
  record Layer(
      Tensor inputNorm,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor o,
      @Nullable Tensor qBias,
      @Nullable Tensor kBias,
      @Nullable Tensor vBias,
      @Nullable Tensor oBias,
      @Nullable Tensor qNorm,
      @Nullable Tensor kNorm,
      Tensor postNorm,
      Tensor gate,
      Tensor up,
      Tensor down) {}

  static Weights of(ModelConfig config, Parameters parameters) {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      String prefix = "model.layers." + i + ".";
      String attention = prefix + "self_attn.";
      layers.add(
          new Layer(
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
    return new Weights(
        parameters.get("model.embed_tokens.weight"),
        List.copyOf(layers),
        parameters.get("model.norm.weight"),
        parameters.get(config.headName()));
  }
}
