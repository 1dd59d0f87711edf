package io.jackpot.tensor;

import java.util.Arrays;

/** The dimensions of a {@link Tensor}, outermost first. Immutable. */
public final class Shape {
  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /**
   * @throws IllegalArgumentException if a dimension is negative
   */
  public static Shape of(int... dims) {
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(dims) + ": negative size");
      }
    }
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** Size of dimension {@code axis}; negative axes count from the end. */
  public int dim(int axis) {
    return dims[axis < 0 ? axis + dims.length : axis];
  }

  /** All dimensions, outermost first. */
  public int[] dims() {
    return dims.clone();
  }

  /** Number of elements. */
  public long size() {
    long size = 1;
    for (int dim : dims) {
      size *= dim;
    }
    return size;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
