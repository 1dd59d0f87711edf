package io.jackpot.transformer;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model's forward and backward over packed sequences. The forward keeps what the backward
 * needs; the memory is used again for the next batch. Everything between the embedding and the
 * final norm is here: the LM head is an op of its own ({@link Model#head}).
 */
public final class Activations {

  /**
   * What one block keeps. Its input is the output of the block before. Blocks that are computed
   * again share all but their outputs.
   */
  private static final class Block {
    final Buffer inputNormed = new Buffer();
    final Buffer inputRms = new Buffer();
    final Buffer q = new Buffer();
    final Buffer k = new Buffer();
    final Buffer v = new Buffer();
    final Buffer rawQ = new Buffer();
    final Buffer rawK = new Buffer();
    final Buffer qRms = new Buffer();
    final Buffer kRms = new Buffer();
    final Buffer attention = new Buffer();
    final Buffer logSumExp = new Buffer();
    final Buffer middle = new Buffer();
    final Buffer postNormed = new Buffer();
    final Buffer postRms = new Buffer();
    final Buffer gate = new Buffer();
    final Buffer up = new Buffer();
    final Buffer product = new Buffer();

    /** Floats that a token takes. */
    static long floatsPerToken(ModelConfig config) {
      long q = (long) config.heads() * config.headDim();
      long kv = (long) config.kvHeads() * config.headDim();
      long headNorms = config.qkNorm() ? q + kv + config.heads() + config.kvHeads() : 0;
      return 3L * config.hiddenSize()
          + 2
          + 2 * q
          + 2 * kv
          + headNorms
          + config.heads()
          + 3L * config.intermediateSize();
    }
  }

  private final Model model;
  private final ModelConfig config;
  private final boolean recompute;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final Buffer embedded = new Buffer();
  private final Buffer hidden = new Buffer();
  private final Buffer hiddenRms = new Buffer();
  private final Buffer dResidual = new Buffer();
  private final Buffer dNormed = new Buffer();
  private final Buffer dAttention = new Buffer();
  private final Buffer dQ = new Buffer();
  private final Buffer dK = new Buffer();
  private final Buffer dV = new Buffer();
  private final Buffer dProduct = new Buffer();
  private int[] ids = new int[0];
  private Packing packing = Packing.ofLengths();

  /** Activations that are all kept until the backward pass. */
  public Activations(Model model) {
    this(model, false);
  }

  /**
   * @param recompute whether only the input of each block is kept, and the rest computed again in
   *     the backward pass: the same bits, in less memory and more time (Chen et al., 2016,
   *     "Training deep nets with sublinear memory cost")
   */
  public Activations(Model model, boolean recompute) {
    this.model = model;
    this.config = model.config();
    this.recompute = recompute;
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(recompute && layer > 0 ? blocks.getFirst() : new Block());
      outputs.add(new Buffer());
    }
  }

  /** Floats that a forward pass takes for a token. */
  public static long floatsPerToken(ModelConfig config, boolean recompute) {
    long blocks = recompute ? 1 : config.layers();
    return blocks * Block.floatsPerToken(config) + (config.layers() + 2L) * config.hiddenSize() + 1;
  }

  /** Floats that a backward pass takes for a token beside those of the forward pass. */
  public static long backwardFloatsPerToken(ModelConfig config) {
    return 2L * config.hiddenSize()
        + 2L * config.heads() * config.headDim()
        + 2L * config.kvHeads() * config.headDim()
        + config.intermediateSize();
  }

  /**
   * {@code ids [tokens] → hidden [tokens, hiddenSize]}, after the final norm. The result is valid
   * until the next forward.
   *
   * @throws IllegalArgumentException if a sequence is longer than the model takes
   */
  public Tensor forward(Ops ops, int[] ids, Packing packing) {
    this.ids = ids;
    this.packing = packing;
    model.rope().coverForward(packing.longest());
    int tokens = packing.tokens();
    int dim = config.hiddenSize();
    Tensor x = embedded.of(tokens, dim);
    ops.embeddingForward(ids, model.weights().embedding(), x);
    ops.blockEnd();
    for (int i = 0; i < blocks.size(); i++) {
      Tensor output = outputs.get(i).of(tokens, dim);
      blockForward(ops, model.weights().layers().get(i), blocks.get(i), x, output);
      x = output;
      ops.blockEnd();
    }
    Tensor y = hidden.of(tokens, dim);
    ops.rmsNormForward(x, model.weights().norm(), config.rmsNormEpsilon(), y, hiddenRms.of(tokens));
    return y;
  }

  private void blockForward(Ops ops, Weights.Layer weights, Block block, Tensor x, Tensor y) {
    int tokens = packing.tokens();
    float epsilon = config.rmsNormEpsilon();

    Tensor normed = block.inputNormed.of(tokens, config.hiddenSize());
    ops.rmsNormForward(x, weights.inputNorm(), epsilon, normed, block.inputRms.of(tokens));
    Tensor q = heads(block.q, config.heads());
    Tensor k = heads(block.k, config.kvHeads());
    Tensor v = heads(block.v, config.kvHeads());
    project(ops, normed, weights.q(), weights.qBias(), weights.qNorm(), block.rawQ, block.qRms, q);
    project(ops, normed, weights.k(), weights.kBias(), weights.kNorm(), block.rawK, block.kRms, k);
    linear(ops, normed, weights.v(), weights.vBias(), v);
    ops.rope(q, packing.positions(), model.rope().cos(), model.rope().sin());
    ops.rope(k, packing.positions(), model.rope().cos(), model.rope().sin());
    Tensor attention = heads(block.attention, config.heads());
    Tensor logSumExp = block.logSumExp.of(tokens, config.heads());
    ops.attentionForward(
        new Attention(q, k, v, packing, config.attentionScale()),
        new Attention.Output(attention, logSumExp));
    Tensor middle = block.middle.of(tokens, config.hiddenSize());
    linear(ops, flat(attention), weights.o(), weights.oBias(), middle);
    ops.add(x, middle);

    Tensor postNormed = block.postNormed.of(tokens, config.hiddenSize());
    ops.rmsNormForward(middle, weights.postNorm(), epsilon, postNormed, block.postRms.of(tokens));
    Tensor gate = block.gate.of(tokens, config.intermediateSize());
    Tensor up = block.up.of(tokens, config.intermediateSize());
    Tensor product = block.product.of(tokens, config.intermediateSize());
    ops.matmulNT(postNormed, weights.gate(), gate, false);
    ops.matmulNT(postNormed, weights.up(), up, false);
    ops.swigluForward(gate, up, product);
    ops.matmulNT(product, weights.down(), y, false);
    ops.add(middle, y);
  }

  /**
   * Adds to {@code gradients} what {@code dHidden [tokens, hiddenSize]}, the gradient of the last
   * forward's result, gives. Once a forward: some activations are overwritten.
   */
  public void backward(Ops ops, Tensor dHidden, Parameters gradients) {
    Weights d = Weights.of(config, gradients);
    int tokens = packing.tokens();
    Tensor dx = dResidual.of(tokens, config.hiddenSize());
    ops.rmsNormBackward(
        dHidden,
        blockInput(blocks.size()),
        model.weights().norm(),
        hiddenRms.of(tokens),
        dx,
        d.norm(),
        false);
    ops.blockEnd();
    for (int i = blocks.size() - 1; i >= 0; i--) {
      Weights.Layer weights = model.weights().layers().get(i);
      if (recompute && i < blocks.size() - 1) {
        blockForward(ops, weights, blocks.get(i), blockInput(i), blockInput(i + 1));
      }
      blockBackward(ops, weights, d.layers().get(i), blocks.get(i), blockInput(i), dx);
      ops.blockEnd();
    }
    ops.embeddingBackward(ids, dx, d.embedding());
  }

  private Tensor blockInput(int layer) {
    Buffer buffer = layer == 0 ? embedded : outputs.get(layer - 1);
    return buffer.of(packing.tokens(), config.hiddenSize());
  }

  /** {@code dx} comes as the gradient of the block's output and leaves as that of its input. */
  private void blockBackward(
      Ops ops, Weights.Layer weights, Weights.Layer d, Block block, Tensor x, Tensor dx) {
    int tokens = packing.tokens();

    Tensor product = block.product.of(tokens, config.intermediateSize());
    Tensor gate = block.gate.of(tokens, config.intermediateSize());
    Tensor up = block.up.of(tokens, config.intermediateSize());
    Tensor dy = dProduct.of(tokens, config.intermediateSize());
    ops.matmulTN(dx, product, d.down(), true);
    ops.matmulNN(dx, weights.down(), dy, false);
    ops.swigluBackward(dy, gate, up, gate, up);
    Tensor normed = block.postNormed.of(tokens, config.hiddenSize());
    Tensor dn = dNormed.of(tokens, config.hiddenSize());
    ops.matmulTN(gate, normed, d.gate(), true);
    ops.matmulTN(up, normed, d.up(), true);
    ops.matmulNN(gate, weights.gate(), dn, false);
    ops.matmulNN(up, weights.up(), dn, true);
    ops.rmsNormBackward(
        dn,
        block.middle.of(tokens, config.hiddenSize()),
        weights.postNorm(),
        block.postRms.of(tokens),
        dx,
        d.postNorm(),
        true);

    Tensor attention = heads(block.attention, config.heads());
    Tensor dO = heads(dAttention, config.heads());
    linearBackward(ops, flat(attention), dx, weights.o(), flat(dO), false, d.o(), d.oBias());
    Tensor dq = heads(dQ, config.heads());
    Tensor dk = heads(dK, config.kvHeads());
    Tensor dv = heads(dV, config.kvHeads());
    ops.attentionBackward(
        new Attention(
            heads(block.q, config.heads()),
            heads(block.k, config.kvHeads()),
            heads(block.v, config.kvHeads()),
            packing,
            config.attentionScale()),
        new Attention.Output(attention, block.logSumExp.of(tokens, config.heads())),
        dO,
        new Attention.Gradients(dq, dk, dv));
    ops.ropeBackward(dq, packing.positions(), model.rope().cos(), model.rope().sin());
    ops.ropeBackward(dk, packing.positions(), model.rope().cos(), model.rope().sin());
    normHeadsBackward(ops, dq, weights.qNorm(), block.rawQ, block.qRms, d.qNorm());
    normHeadsBackward(ops, dk, weights.kNorm(), block.rawK, block.kRms, d.kNorm());
    Tensor inputNormed = block.inputNormed.of(tokens, config.hiddenSize());
    linearBackward(ops, inputNormed, flat(dq), weights.q(), dn, false, d.q(), d.qBias());
    linearBackward(ops, inputNormed, flat(dk), weights.k(), dn, true, d.k(), d.kBias());
    linearBackward(ops, inputNormed, flat(dv), weights.v(), dn, true, d.v(), d.vBias());
    ops.rmsNormBackward(
        dn, x, weights.inputNorm(), block.inputRms.of(tokens), dx, d.inputNorm(), true);
  }

  private Tensor heads(Buffer buffer, int heads) {
    return buffer.of(packing.tokens(), heads, config.headDim());
  }

  /** {@code [tokens, heads, headDim] → [tokens, heads × headDim]}, the same memory. */
  static Tensor flat(Tensor x) {
    return x.reshape(x.dim(0), x.dim(1) * x.dim(2));
  }

  /** y = x·wᵀ + bias; {@code y} of rank two or three. */
  static void linear(Ops ops, Tensor x, Tensor w, @Nullable Tensor bias, Tensor y) {
    Tensor out = y.reshape(x.rows(), w.rows());
    ops.matmulNT(x, w, out, false);
    if (bias != null) {
      ops.addBias(bias, out);
    }
  }

  private static void linearBackward(
      Ops ops,
      Tensor x,
      Tensor dy,
      Tensor w,
      Tensor dx,
      boolean accumulate,
      Tensor dw,
      @Nullable Tensor dBias) {
    ops.matmulTN(dy, x, dw, true);
    ops.matmulNN(dy, w, dx, accumulate);
    if (dBias != null) {
      ops.addBiasBackward(dy, dBias);
    }
  }

  /** y = x·wᵀ + bias, then RMSNorm of each head where there is a gain (Qwen3). */
  private void project(
      Ops ops,
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor gain,
      Buffer raw,
      Buffer rms,
      Tensor y) {
    if (gain == null) {
      linear(ops, x, w, bias, y);
    } else {
      Tensor projected = raw.of(y.dim(0), y.dim(1), y.dim(2));
      linear(ops, x, w, bias, projected);
      ops.rmsNormForward(projected, gain, config.rmsNormEpsilon(), y, rms.of(y.rows()));
    }
  }

  private void normHeadsBackward(
      Ops ops, Tensor dx, @Nullable Tensor gain, Buffer raw, Buffer rms, @Nullable Tensor dGain) {
    if (gain != null && dGain != null) {
      Tensor projected = raw.of(dx.dim(0), dx.dim(1), dx.dim(2));
      ops.rmsNormBackward(dx, projected, gain, rms.of(dx.rows()), dx, dGain, false);
    }
  }
}
