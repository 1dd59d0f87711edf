package io.jackpot.transformer;

import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;

/**
 * Memory of one activation, grown to the largest batch so far. It grows by at least an eighth: the
 * responses of a run get longer gradually, and a new array at every step would be more garbage than
 * the collector can keep up with.
 */
public final class Buffer {
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private Tensor all = Tensor.zeros(0);

  /**
   * A tensor of shape {@code dims} over this memory, uninitialised; it replaces the previous one.
   */
  public Tensor of(int... dims) {
    long size = Shape.of(dims).size();
    if (size > LARGEST) {
      throw new IllegalArgumentException(
          "activation "
              + Shape.of(dims)
              + " is larger than an array can be; use fewer tokens a micro-batch");
    }
    if (all.size() < size) {
      all = Tensor.zeros((int) Math.clamp(all.size() * 9L / 8, size, LARGEST));
    }
    return all.reshape(dims);
  }
}
