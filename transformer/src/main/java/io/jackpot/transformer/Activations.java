package io.jackpot.transformer;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.Optional;

/**
 * A model's forward {@code ids [tokens] → hidden [tokens, hiddenSize]} over packed sequences and
 * the backward {@code dHidden [tokens, hiddenSize] → gradients}. The forward keeps what the
 * backward needs; the memory is reused for the next batch. They span the embedding to the final
 * norm: the LM head is a separate op ({@link Model#head}).
 */
public final class Activations {
  private final Model model;
  private final ModelConfig config;
  private final Forward.Keep keep;
  private final Forward forward;
  private final Block.Gradients gradientBuffers = new Block.Gradients();
  private final Buffer dResidual = new Buffer();
  private int[] ids = new int[0];
  private Packing packing = Packing.ofLengths();

  /** Activations that are all kept until the backward pass. */
  public Activations(Model model) {
    this(model, false);
  }

  /**
   * @param recompute whether only the input of each block is kept and the rest is recomputed in the
   *     backward pass: the same bits, in less memory and more time (Chen et al., 2016, "Training
   *     deep nets with sublinear memory cost")
   */
  public Activations(Model model, boolean recompute) {
    this(model, recompute ? Forward.Keep.BLOCK_INPUTS : Forward.Keep.ALL);
  }

  private Activations(Model model, Forward.Keep keep) {
    this.model = model;
    this.config = model.config();
    this.keep = keep;
    this.forward = new Forward(config, keep);
  }

  /** Of a model that is not trained: a forward pass keeps its result alone, to the same bits. */
  public static Activations ofFrozen(Model model) {
    return new Activations(model, Forward.Keep.RESULT);
  }

  /** Floats that a forward pass of {@link #ofFrozen} takes per token. */
  public static long frozenFloatsPerToken(ModelConfig config) {
    return InferencePass.floatsPerToken(config);
  }

  /** Floats that a forward pass takes per token. */
  public static long floatsPerToken(ModelConfig config, boolean recompute) {
    long blocks = recompute ? 1 : config.layers();
    return blocks * Block.floatsPerToken(config) + (config.layers() + 2L) * config.hiddenSize() + 1;
  }

  /** Floats that a backward pass takes per token in addition to those of the forward pass. */
  public static long backwardFloatsPerToken(ModelConfig config) {
    return config.hiddenSize() + Block.Gradients.floatsPerToken(config);
  }

  /**
   * {@code ids [tokens] → hidden [tokens, hiddenSize]}, after the final norm. The result is valid
   * until the next forward.
   *
   * @throws IllegalArgumentException if a sequence is longer than the model supports
   */
  public Tensor forward(Ops ops, int[] ids, Packing packing) {
    this.ids = ids;
    this.packing = packing;
    model.rope().coverForward(packing.longest());
    return forward.run(pass(ops), model.matrices(), ids);
  }

  /**
   * The first activation of the last forward that holds NaN or infinity, by the name of the module
   * that gave it, such as {@code model.layers.3.mlp.down_proj}; empty if none does. It computes the
   * blocks again, so it may follow a backward.
   */
  public Optional<String> firstNonFinite(Ops ops) {
    return forward.firstNonFinite(pass(ops), model.matrices(), ids);
  }

  private Block.Pass pass(Ops ops) {
    return new Block.Pass(
        ops,
        model.rope(),
        packing.positions(),
        (_, q, k, v, out) ->
            ops.attentionForward(new Attention(q, k, v, packing, config.attentionScale()), out));
  }

  /**
   * Adds the gradients of the weights to {@code gradients}, given {@code dHidden [tokens,
   * hiddenSize]}, the gradient of the last forward's result. Only once per forward: it overwrites
   * some activations.
   *
   * @throws IllegalStateException if the model is frozen
   */
  public void backward(Ops ops, Tensor dHidden, Parameters gradients) {
    if (keep == Forward.Keep.RESULT) {
      throw new IllegalStateException(
          "a backward pass of a frozen model, which keeps no activations");
    }
    Weights<Tensor> weights = model.weights();
    Weights<Tensor> d = Weights.of(config, gradients);
    int tokens = packing.tokens();
    int layers = config.layers();
    Tensor dx = dResidual.of(tokens, config.hiddenSize());
    Tensor last = forward.input(layers, tokens);
    ops.rmsNormBackward(dHidden, last, weights.norm(), forward.rms(tokens), dx, d.norm(), false);
    ops.blockEnd();
    for (int i = layers - 1; i >= 0; i--) {
      if (keep == Forward.Keep.BLOCK_INPUTS && i < layers - 1) {
        forward.block(pass(ops), i, model.matrices(), tokens);
      }
      forward
          .block(i)
          .backward(
              ops,
              model.rope(),
              packing,
              weights.layers().get(i),
              d.layers().get(i),
              gradientBuffers,
              forward.input(i, tokens),
              dx);
      ops.blockEnd();
    }
    ops.embeddingBackward(ids, dx, d.embedding());
  }
}
