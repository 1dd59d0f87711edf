package io.jackpot.transformer;

import io.jackpot.tensor.Attention;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One block of a model, forward and backward: {@code middle = x + attention(norm(x)), y = middle +
 * swiglu(norm(middle))} with {@code x, middle, y [tokens, hiddenSize]}. Training and sampling run
 * the same forward; they differ in the form of the weights ({@link Matrix}), in what the tokens
 * attend to ({@link Attend}), and in whether the buffers keep what the backward needs.
 */
final class Block {

  /** Attention of a forward pass in the block {@code layer}. */
  @FunctionalInterface
  interface Attend {
    /**
     * {@code q [tokens, heads, headDim], k, v [tokens, kvHeads, headDim] → out.o [tokens, heads,
     * headDim]}; {@code out.logSumExp} matters only to a backward pass.
     */
    void run(int layer, Tensor q, Tensor k, Tensor v, Attention.Output out);
  }

  /** A forward pass: the position of each token in its sequence, and how tokens attend. */
  record Pass(Ops ops, Rope rope, int[] positions, Attend attend) {}

  private final ModelConfig config;
  final Buffer inputNormed = new Buffer();
  final Buffer inputRms = new Buffer();
  private final Buffer rawQ;
  private final Buffer rawK;
  private final Buffer qRms;
  private final Buffer kRms;
  private final Buffer q = new Buffer();
  private final Buffer k = new Buffer();
  private final Buffer v = new Buffer();
  private final Buffer attention = new Buffer();
  private final Buffer logSumExp = new Buffer();
  private final Buffer middle = new Buffer();
  private final Buffer postNormed;
  private final Buffer postRms;
  private final Buffer gate = new Buffer();
  private final Buffer up = new Buffer();
  private final Buffer product;

  /**
   * @param keep whether to keep what the backward needs; otherwise ops that can work in place do
   */
  Block(ModelConfig config, boolean keep) {
    this.config = config;
    rawQ = keep ? new Buffer() : q;
    rawK = keep ? new Buffer() : k;
    qRms = keep ? new Buffer() : inputRms;
    kRms = keep ? new Buffer() : inputRms;
    postNormed = keep ? new Buffer() : inputNormed;
    postRms = keep ? new Buffer() : inputRms;
    product = keep ? new Buffer() : gate;
  }

  /** Floats of a token in a block that keeps what the backward needs. */
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

  /**
   * {@code x [tokens, hiddenSize] → y [tokens, hiddenSize]}; {@code y} may be {@code x} where no
   * backward follows.
   */
  void forward(Pass pass, int layer, Weights.Layer<Matrix> w, Tensor x, Tensor y) {
    Ops ops = pass.ops();
    int tokens = x.rows();
    float epsilon = config.rmsNormEpsilon();

    Tensor normed = inputNormed.of(tokens, config.hiddenSize());
    ops.rmsNormForward(x, w.inputNorm(), epsilon, normed, inputRms.of(tokens));
    Tensor query = heads(q, tokens, config.heads());
    Tensor key = heads(k, tokens, config.kvHeads());
    Tensor value = heads(v, tokens, config.kvHeads());
    project(ops, normed, w.q(), w.qBias(), w.qNorm(), rawQ, qRms, query);
    project(ops, normed, w.k(), w.kBias(), w.kNorm(), rawK, kRms, key);
    linear(ops, normed, w.v(), w.vBias(), flat(value));
    ops.rope(query, pass.positions(), pass.rope().cos(), pass.rope().sin());
    ops.rope(key, pass.positions(), pass.rope().cos(), pass.rope().sin());
    Attention.Output out = attention(tokens);
    pass.attend().run(layer, query, key, value, out);
    Tensor residual = middle.of(tokens, config.hiddenSize());
    linear(ops, flat(out.o()), w.o(), w.oBias(), residual);
    ops.add(x, residual);

    Tensor n = postNormed.of(tokens, config.hiddenSize());
    ops.rmsNormForward(residual, w.postNorm(), epsilon, n, postRms.of(tokens));
    Tensor g = gate.of(tokens, config.intermediateSize());
    Tensor u = up.of(tokens, config.intermediateSize());
    Tensor p = product.of(tokens, config.intermediateSize());
    w.gate().multiply(ops, n, g);
    w.up().multiply(ops, n, u);
    ops.swigluForward(g, u, p);
    w.down().multiply(ops, p, y);
    ops.add(residual, y);
  }

  /**
   * The module whose output in the last forward, which kept all, is the first that is not finite.
   *
   * @param y the output of the block
   */
  Optional<String> firstNonFinite(Tensor y) {
    int tokens = y.rows();
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    outputs.put("input_layernorm", inputNormed.of(tokens, hidden));
    outputs.put("self_attn.q_proj", heads(q, tokens, config.heads()));
    outputs.put("self_attn.k_proj", heads(k, tokens, config.kvHeads()));
    outputs.put("self_attn.v_proj", heads(v, tokens, config.kvHeads()));
    outputs.put("self_attn", attention(tokens).o());
    outputs.put("self_attn.o_proj", middle.of(tokens, hidden));
    outputs.put("post_attention_layernorm", postNormed.of(tokens, hidden));
    outputs.put("mlp.gate_proj", gate.of(tokens, inner));
    outputs.put("mlp.up_proj", up.of(tokens, inner));
    outputs.put("mlp.act_fn", product.of(tokens, inner));
    outputs.put("mlp.down_proj", y);
    return outputs.entrySet().stream()
        .filter(output -> !output.getValue().isFinite())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Buffers of the backward passes, which all blocks share. */
  static final class Gradients {
    private final Buffer dNormed = new Buffer();
    private final Buffer dAttention = new Buffer();
    private final Buffer dQ = new Buffer();
    private final Buffer dK = new Buffer();
    private final Buffer dV = new Buffer();
    private final Buffer dProduct = new Buffer();

    /** Floats of a token. */
    static long floatsPerToken(ModelConfig config) {
      return config.hiddenSize()
          + 2L * config.heads() * config.headDim()
          + 2L * config.kvHeads() * config.headDim()
          + config.intermediateSize();
    }
  }

  /**
   * The gradients of the last forward, once: it overwrites some of what the forward kept.
   *
   * @param packing the sequences that the forward attended to
   * @param d the gradients of the weights, which are added to
   * @param x [tokens, hiddenSize], the input of the forward
   * @param dx [tokens, hiddenSize], in: the gradient of the output; out: that of the input
   */
  void backward(
      Ops ops,
      Rope rope,
      Packing packing,
      Weights.Layer<Tensor> w,
      Weights.Layer<Tensor> d,
      Gradients buffers,
      Tensor x,
      Tensor dx) {
    int tokens = x.rows();

    Tensor g = gate.of(tokens, config.intermediateSize());
    Tensor u = up.of(tokens, config.intermediateSize());
    Tensor dp = buffers.dProduct.of(tokens, config.intermediateSize());
    ops.matmulTN(dx, product.of(tokens, config.intermediateSize()), d.down(), true);
    ops.matmulNN(dx, w.down(), dp, false);
    ops.swigluBackward(dp, g, u, g, u);
    Tensor normed = postNormed.of(tokens, config.hiddenSize());
    Tensor dn = buffers.dNormed.of(tokens, config.hiddenSize());
    ops.matmulTN(g, normed, d.gate(), true);
    ops.matmulTN(u, normed, d.up(), true);
    ops.matmulNN(g, w.gate(), dn, false);
    ops.matmulNN(u, w.up(), dn, true);
    Tensor residual = middle.of(tokens, config.hiddenSize());
    ops.rmsNormBackward(dn, residual, w.postNorm(), postRms.of(tokens), dx, d.postNorm(), true);

    Attention.Output out = attention(tokens);
    Tensor dO = heads(buffers.dAttention, tokens, config.heads());
    linearBackward(ops, flat(out.o()), dx, w.o(), flat(dO), false, d.o(), d.oBias());
    Tensor dq = heads(buffers.dQ, tokens, config.heads());
    Tensor dk = heads(buffers.dK, tokens, config.kvHeads());
    Tensor dv = heads(buffers.dV, tokens, config.kvHeads());
    Attention in =
        new Attention(
            heads(q, tokens, config.heads()),
            heads(k, tokens, config.kvHeads()),
            heads(v, tokens, config.kvHeads()),
            packing,
            config.attentionScale());
    ops.attentionBackward(in, out, dO, new Attention.Gradients(dq, dk, dv));
    ops.ropeBackward(dq, packing.positions(), rope.cos(), rope.sin());
    ops.ropeBackward(dk, packing.positions(), rope.cos(), rope.sin());
    normHeadsBackward(ops, dq, w.qNorm(), rawQ, qRms, d.qNorm());
    normHeadsBackward(ops, dk, w.kNorm(), rawK, kRms, d.kNorm());
    normed = inputNormed.of(tokens, config.hiddenSize());
    linearBackward(ops, normed, flat(dq), w.q(), dn, false, d.q(), d.qBias());
    linearBackward(ops, normed, flat(dk), w.k(), dn, true, d.k(), d.kBias());
    linearBackward(ops, normed, flat(dv), w.v(), dn, true, d.v(), d.vBias());
    ops.rmsNormBackward(dn, x, w.inputNorm(), inputRms.of(tokens), dx, d.inputNorm(), true);
  }

  private Tensor heads(Buffer buffer, int tokens, int heads) {
    return buffer.of(tokens, heads, config.headDim());
  }

  private Attention.Output attention(int tokens) {
    return new Attention.Output(
        heads(attention, tokens, config.heads()), logSumExp.of(tokens, config.heads()));
  }

  /** {@code [tokens, heads, headDim] → [tokens, heads × headDim]}, the same memory. */
  static Tensor flat(Tensor x) {
    return x.reshape(x.dim(0), x.dim(1) * x.dim(2));
  }

  /** y = x·wᵀ + bias. */
  private static void linear(Ops ops, Tensor x, Matrix w, @Nullable Tensor bias, Tensor y) {
    w.multiply(ops, x, y);
    if (bias != null) {
      ops.addBias(bias, y);
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
      Matrix w,
      @Nullable Tensor bias,
      @Nullable Tensor gain,
      Buffer raw,
      Buffer rms,
      Tensor y) {
    if (gain == null) {
      linear(ops, x, w, bias, flat(y));
    } else {
      Tensor projected = raw.of(y.dim(0), y.dim(1), y.dim(2));
      linear(ops, x, w, bias, flat(projected));
      ops.rmsNormForward(projected, gain, config.rmsNormEpsilon(), y, rms.of(y.rows()));
    }
  }

  private static void normHeadsBackward(
      Ops ops, Tensor dx, @Nullable Tensor gain, Buffer raw, Buffer rms, @Nullable Tensor dGain) {
    if (gain != null && dGain != null) {
      Tensor projected = raw.of(dx.dim(0), dx.dim(1), dx.dim(2));
      ops.rmsNormBackward(dx, projected, gain, rms.of(dx.rows()), dx, dGain, false);
    }
  }
}
