package io.jackpot.transformer;

/**
 * The shape of a decoder-only transformer with RMSNorm, rotary positions, grouped-query attention
 * and SwiGLU. Qwen2, Qwen3, Llama and Mistral differ only in the flags here.
 *
 * @param modelType as in {@code config.json}: {@code qwen2}, {@code qwen3}, {@code llama}, {@code
 *     mistral}
 * @param vocabularySize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the SwiGLU
 * @param layers number of blocks
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of a head; need not be {@code hiddenSize / heads}
 * @param maxPositions longest sequence
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling what is done to them
 * @param rmsNormEpsilon added to the mean square
 * @param tiedEmbeddings whether the LM head is the embedding
 * @param qkvBias whether q, k and v have biases (Qwen2)
 * @param outputBias whether o has one as well (Llama with {@code attention_bias})
 * @param qkNorm whether each head of q and k is RMS-normalised (Qwen3)
 */
public record ModelConfig(
    String modelType,
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int maxPositions,
    double ropeTheta,
    RopeScaling ropeScaling,
    float rmsNormEpsilon,
    boolean tiedEmbeddings,
    boolean qkvBias,
    boolean outputBias,
    boolean qkNorm) {

  /**
   * @throws IllegalArgumentException naming the value that cannot be
   */
  public ModelConfig {
    positive("vocab_size", vocabularySize);
    positive("hidden_size", hiddenSize);
    positive("intermediate_size", intermediateSize);
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("num_key_value_heads", kvHeads);
    positive("head_dim", headDim);
    positive("max_position_embeddings", maxPositions);
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "num_key_value_heads " + kvHeads + " does not divide num_attention_heads " + heads);
    }
    if (!(ropeTheta > 0)) {
      throw new IllegalArgumentException("rope_theta " + ropeTheta + ": expected above 0");
    }
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException("head_dim " + headDim + ": expected an even number");
    }
  }

  /** 1/√headDim, by which attention scores are multiplied. */
  public float attentionScale() {
    return (float) (1 / Math.sqrt(headDim));
  }

  /** Name of the parameter that is the LM head. */
  public String headName() {
    return tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  }

  private static void positive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " " + value + ": expected above 0");
    }
  }
}
