package io.jackpot.transformer;

import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;

/** Memory of one activation, grown to the largest batch it has seen. */
public final class Buffer {
  private Tensor all = Tensor.zeros(0);

  /** A tensor over this memory, its content unknown; it replaces the one given before. */
  public Tensor of(int... dims) {
    long size = Shape.of(dims).size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "activation "
              + Shape.of(dims)
              + " is larger than an array can be; use fewer tokens a micro-batch");
    }
    if (all.size() < size) {
      all = Tensor.zeros((int) size);
    }
    return all.reshape(dims);
  }
}
