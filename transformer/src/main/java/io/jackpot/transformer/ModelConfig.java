package io.jackpot.transformer;

import org.jspecify.annotations.Nullable;

/**
 * The configuration of a decoder-only transformer with RMSNorm, rotary positions, grouped-query
 * attention and SwiGLU. Qwen2, Qwen3, Llama and Mistral differ only in these values.
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
 * @param maxPositions {@code max_position_embeddings}; see {@link #longestSequence()}
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling the change of these frequencies
 * @param rmsNormEpsilon added to the mean square
 * @param tiedEmbeddings whether the LM head is the embedding
 * @param qkvBias whether q, k and v have biases (Qwen2)
 * @param outputBias whether o has a bias as well (Llama with {@code attention_bias})
 * @param qkNorm whether each head of q and k is RMS-normalised (Qwen3)
 * @param slidingWindow null if every position sees all before it
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
    boolean qkNorm,
    @Nullable SlidingWindow slidingWindow) {

  /** The longest array. */
  private static final int LARGEST_MATRIX = Integer.MAX_VALUE - 8;

  /**
   * @throws IllegalArgumentException if a value is out of range; names it
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
    if ((long) heads * headDim > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "num_attention_heads " + heads + " times head_dim " + headDim + ": more than 2147483647");
    }
    matrix("vocab_size", vocabularySize, hiddenSize);
    matrix("intermediate_size", intermediateSize, hiddenSize);
    matrix("num_attention_heads times head_dim", heads * headDim, hiddenSize);
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException("head_dim " + headDim + ": expected an even number");
    }
    if (!(ropeTheta > 0 && ropeTheta < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("rope_theta " + ropeTheta + ": expected a number above 0");
    }
    if (ropeScaling instanceof RopeScaling.LongRope longRope) {
      checkFactors("short_factor", longRope.shortFactors().size(), headDim);
      checkFactors("long_factor", longRope.longFactors().size(), headDim);
    }
    if (ropeScaling instanceof RopeScaling.Dynamic && headDim == 2) {
      throw new IllegalArgumentException("rope_type dynamic: expected a head_dim above 2");
    }
  }

  /** The longest sequence that the model can be trained on and sample. */
  public int longestSequence() {
    return withinWindow(ropeScaling.longestOfFixedFrequencies(maxPositions));
  }

  /**
   * The longest sequence of a forward pass. Longer than {@link #longestSequence()} if rotary
   * frequencies depend on a sequence's length: such a sequence must be a pass of its own.
   */
  public int longestForward() {
    return withinWindow(ropeScaling.longest(maxPositions));
  }

  /** The setting in {@code config.json} that limits the length of sequences. */
  public String lengthSetting() {
    boolean window =
        slidingWindow != null && slidingWindow.size() < ropeScaling.longest(maxPositions);
    return window ? "sliding_window" : "max_position_embeddings";
  }

  private int withinWindow(long longest) {
    long most = slidingWindow == null ? longest : Math.min(longest, slidingWindow.size());
    return (int) Math.min(most, Integer.MAX_VALUE);
  }

  /** This configuration with or without a tied LM head. */
  public ModelConfig withTiedEmbeddings(boolean tied) {
    return with(vocabularySize, tied);
  }

  /** This configuration with another number of ids. */
  public ModelConfig withVocabularySize(int size) {
    return with(size, tiedEmbeddings);
  }

  private ModelConfig with(int vocabulary, boolean tied) {
    return new ModelConfig(
        modelType,
        vocabulary,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        maxPositions,
        ropeTheta,
        ropeScaling,
        rmsNormEpsilon,
        tied,
        qkvBias,
        outputBias,
        qkNorm,
        slidingWindow);
  }

  /** The scale 1/√headDim of attention scores. */
  public float attentionScale() {
    return (float) (1 / Math.sqrt(headDim));
  }

  /** Name of the LM head's parameter. */
  public String headName() {
    return tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  }

  private static void checkFactors(String name, int count, int headDim) {
    if (count != headDim / 2) {
      throw new IllegalArgumentException(
          name + ": " + count + " numbers, expected head_dim/2 = " + headDim / 2);
    }
  }

  /** Checks that an array can hold a matrix, before anything is allocated for it. */
  private static void matrix(String name, int size, int hiddenSize) {
    if ((long) size * hiddenSize > LARGEST_MATRIX) {
      throw new IllegalArgumentException(
          "%s %d times hidden_size %d: a matrix of more than %d numbers"
              .formatted(name, size, hiddenSize, LARGEST_MATRIX));
    }
  }

  /** The number of parameters but for norms and biases; it may be more than fits into memory. */
  public double parameterCount() {
    double rows = 2.0 * heads * headDim + 2.0 * kvHeads * headDim + 3.0 * intermediateSize;
    return (rows * layers + (tiedEmbeddings ? 1.0 : 2.0) * vocabularySize) * hiddenSize;
  }

  private static void positive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " " + value + ": expected above 0");
    }
  }
}
