package io.jackpot.tensor;

/**
 * A dense row-major float32 tensor: the first {@code shape.size()} elements of a {@link Storage}.
 *
 * <p>The storage may be longer than the shape, so that one buffer can serve batches of several
 * sizes (see {@link #reshape}). On the CPU it is a heap array rather than a memory segment: the JIT
 * hoists the bounds checks of those.
 */
public final class Tensor {
  private final Storage storage;
  private final Shape shape;

  private Tensor(Storage storage, Shape shape) {
    if (shape.size() > storage.size()) {
      throw new IllegalArgumentException(
          "tensor " + shape + " needs " + shape.size() + " floats, found " + storage.size());
    }
    this.storage = storage;
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
    return new Tensor(new Storage((int) shape.size()), shape);
  }

  /** A tensor over {@code data}, which is shared, not copied. */
  public static Tensor of(float[] data, int... dims) {
    return new Tensor(new Storage(data), Shape.of(dims));
  }

  /** The same elements under another shape; the storage is shared. */
  public Tensor reshape(int... dims) {
    return new Tensor(storage, Shape.of(dims));
  }

  /** The memory of the elements, shared by all shapes over it. */
  public Storage storage() {
    return storage;
  }

  /** The elements, see {@link Storage#heap}. */
  public float[] data() {
    return storage.heap();
  }

  /** Whether no element is NaN or infinite. */
  public boolean isFinite() {
    float[] data = data();
    for (int i = 0; i < size(); i++) {
      if (!Float.isFinite(data[i])) {
        return false;
      }
    }
    return true;
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
