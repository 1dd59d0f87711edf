package io.jackpot.tensor;

/**
 * A dense row-major float32 tensor: the first {@code shape.size()} elements of a heap array.
 *
 * <p>The array may be longer than the shape, so that one buffer can serve batches of several sizes
 * (see {@link #reshape}). Heap arrays rather than memory segments: the JIT hoists their bounds
 * checks, and TornadoVM takes them as they are.
 */
public final class Tensor {
  private final float[] data;
  private final Shape shape;

  private Tensor(float[] data, Shape shape) {
    if (shape.size() > data.length) {
      throw new IllegalArgumentException(
          "tensor " + shape + " needs " + shape.size() + " floats, found " + data.length);
    }
    this.data = data;
    this.shape = shape;
  }

  /**
   * A new tensor of zeros.
   *
   * @throws IllegalArgumentException if it has more elements than a Java array can hold
   */
  public static Tensor zeros(int... dims) {
    Shape shape = Shape.of(dims);
    if (shape.size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor " + shape + ": more than " + (Integer.MAX_VALUE - 8) + " elements");
    }
    return new Tensor(new float[(int) shape.size()], shape);
  }

  /** A tensor over {@code data}, which is shared, not copied. */
  public static Tensor of(float[] data, int... dims) {
    return new Tensor(data, Shape.of(dims));
  }

  /** The same elements under another shape; the array is shared. */
  public Tensor reshape(int... dims) {
    return new Tensor(data, Shape.of(dims));
  }

  public float[] data() {
    return data;
  }

  public Shape shape() {
    return shape;
  }

  /** Size of dimension {@code axis}; negative axes count from the end. */
  public int dim(int axis) {
    return shape.dim(axis);
  }

  /** Number of elements. */
  public int size() {
    return (int) shape.size();
  }

  /** Size of the last dimension. */
  public int cols() {
    return shape.dim(-1);
  }

  /** Number of rows when all dimensions but the last are folded into one. */
  public int rows() {
    int rows = 1;
    for (int axis = 0; axis < shape.rank() - 1; axis++) {
      rows *= shape.dim(axis);
    }
    return rows;
  }

  @Override
  public String toString() {
    return "Tensor" + shape;
  }
}
