package io.jackpot.transformer;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.PackedHead;
import io.jackpot.tensor.PackedMatrix;
import io.jackpot.tensor.PackedOps;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.WeightType;

/** A weight matrix {@code [out, in]} of a forward pass: a tensor, or packed for sampling. */
sealed interface Matrix {

  /**
   * {@code w [out, in]} for sampling: packed if {@code ops} can, otherwise the tensor itself.
   *
   * @throws InputException if {@code ops} do not have weights of {@code type}
   */
  static Matrix of(Ops ops, Tensor w, WeightType type) {
    PackedOps packed = ops.packed().orElse(null);
    if (packed == null && type != WeightType.F32) {
      throw new InputException("weights in %s: on the CPU only".formatted(type));
    }
    return packed == null ? new Plain(w) : new Packed(packed.pack(w, type));
  }

  int rows();

  /** Size in memory. */
  long storedBytes();

  /** y = x · wᵀ: {@code x [tokens, in] → y [tokens, out]}. */
  void multiply(Ops ops, Tensor x, Tensor y);

  /** {@code y[i] = w[ids[i]]}: {@code ids [tokens] → y [tokens, in]}. */
  void embed(Ops ops, int[] ids, Tensor y);

  /** {@link Ops#headSample} with this matrix as the head's weight: {@code hidden [tokens, in]}. */
  void sample(Ops ops, Tensor hidden, float temperature, double[] uniforms, HeadStatistics out);

  /** A tensor of a model, shared. */
  record Plain(Tensor w) implements Matrix {
    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public long storedBytes() {
      return (long) Float.BYTES * w.size();
    }

    @Override
    public void multiply(Ops ops, Tensor x, Tensor y) {
      ops.matmulNT(x, w, y, false);
    }

    @Override
    public void embed(Ops ops, int[] ids, Tensor y) {
      ops.embeddingForward(ids, w, y);
    }

    @Override
    public void sample(
        Ops ops, Tensor hidden, float temperature, double[] uniforms, HeadStatistics out) {
      ops.headSample(new Head(hidden, w, temperature), uniforms, out);
    }
  }

  /** A copy in panels of the ops, of which there may be fewer bits. */
  record Packed(PackedMatrix w) implements Matrix {
    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public long storedBytes() {
      return w.storedBytes();
    }

    @Override
    public void multiply(Ops ops, Tensor x, Tensor y) {
      ops.packed().orElseThrow().matmulPacked(x, w, y);
    }

    @Override
    public void embed(Ops ops, int[] ids, Tensor y) {
      ops.packed().orElseThrow().embeddingPacked(ids, w, y);
    }

    @Override
    public void sample(
        Ops ops, Tensor hidden, float temperature, double[] uniforms, HeadStatistics out) {
      ops.packed().orElseThrow().headSample(new PackedHead(hidden, w, temperature), uniforms, out);
    }
  }
}
