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

/**
 * A weight matrix {@code [out, in]} of a model that samples: packed where the ops can, else the
 * model's own tensor.
 */
sealed interface SamplingMatrix {

  /**
   * {@code w} for the ops of one provider.
   *
   * @throws InputException if they do not have weights of {@code type}
   */
  static SamplingMatrix of(Ops ops, Tensor w, WeightType type) {
    PackedOps packed = ops.packed().orElse(null);
    if (packed != null) {
      return new Packed(packed, packed.pack(w, type));
    }
    if (type != WeightType.F32) {
      throw new InputException("weights in %s: on the CPU only".formatted(type));
    }
    return new Plain(ops, w);
  }

  int rows();

  /** Its size in memory. */
  long storedBytes();

  /** y = x · wᵀ: {@code x [tokens, in] → y [tokens, out]}. */
  void multiply(Tensor x, Tensor y);

  /** {@code y[i] = w[ids[i]]}: {@code ids [tokens] → y [tokens, in]}. */
  void embed(int[] ids, Tensor y);

  /** {@link Ops#headSample} with this matrix as the head's weight. */
  void sample(Tensor hidden, float temperature, double[] uniforms, HeadStatistics out);

  /** Panels of the ops' own. */
  record Packed(PackedOps ops, PackedMatrix w) implements SamplingMatrix {
    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public long storedBytes() {
      return w.storedBytes();
    }

    @Override
    public void multiply(Tensor x, Tensor y) {
      ops.matmulPacked(x, w, y);
    }

    @Override
    public void embed(int[] ids, Tensor y) {
      ops.embeddingPacked(ids, w, y);
    }

    @Override
    public void sample(Tensor hidden, float temperature, double[] uniforms, HeadStatistics out) {
      ops.headSample(new PackedHead(hidden, w, temperature), uniforms, out);
    }
  }

  /** The model's tensor, shared. */
  record Plain(Ops ops, Tensor w) implements SamplingMatrix {
    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public long storedBytes() {
      return (long) Float.BYTES * w.size();
    }

    @Override
    public void multiply(Tensor x, Tensor y) {
      ops.matmulNT(x, w, y, false);
    }

    @Override
    public void embed(int[] ids, Tensor y) {
      ops.embeddingForward(ids, w, y);
    }

    @Override
    public void sample(Tensor hidden, float temperature, double[] uniforms, HeadStatistics out) {
      ops.headSample(new Head(hidden, w, temperature), uniforms, out);
    }
  }
}
