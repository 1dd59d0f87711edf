package io.jackpot.tensor;

/**
 * A weight matrix {@code [rows, cols]} prepared by {@link PackedOps#pack} for many products with
 * few rows. It is cut into panels of {@code width} matrix rows, and in a panel the elements of a
 * column are adjacent: {@code [panel][col][width]}, the last panel filled up with zeros. So a
 * product walks through memory once, from front to back.
 */
public final class PackedMatrix {
  private final WeightType type;
  private final int rows;
  private final int cols;
  private final int width;
  private final float[] floats;
  private final short[] halves;
  private final byte[] bytes;
  private final float[] scales;

  /** Room for panels, which {@link #encode} fills. */
  PackedMatrix(int rows, int cols, WeightType type, int width) {
    this.type = type;
    this.rows = rows;
    this.cols = cols;
    this.width = width;
    long size = (long) Math.ceilDiv(rows, width) * width * cols;
    if (size > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "matrix [%d, %d]: more elements than an array can hold".formatted(rows, cols));
    }
    this.floats = new float[type == WeightType.F32 ? (int) size : 0];
    this.halves = new short[type == WeightType.BF16 ? (int) size : 0];
    this.bytes = new byte[type == WeightType.INT8 ? (int) size + VectorCodes.SLACK : 0];
    this.scales = new float[type == WeightType.INT8 ? Math.ceilDiv(rows, width) * width : 0];
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  public WeightType type() {
    return type;
  }

  /** Its size in memory. */
  public long storedBytes() {
    return (long) Float.BYTES * (floats.length + scales.length)
        + (long) Short.BYTES * halves.length
        + bytes.length;
  }

  int panels() {
    return Math.ceilDiv(rows, width);
  }

  /**
   * Stores a panel.
   *
   * @param panel its elements, {@code [cols][width]}
   */
  void encode(int number, float[] panel) {
    int size = cols * width;
    int at = number * size;
    switch (type) {
      case F32 -> System.arraycopy(panel, 0, floats, at, size);
      case BF16 -> {
        for (int i = 0; i < size; i++) {
          halves[at + i] = BFloat16.of(panel[i]);
        }
      }
      case INT8 -> encodeBytes(number * width, panel, at);
    }
  }

  private void encodeBytes(int row, float[] panel, int at) {
    for (int lane = 0; lane < width; lane++) {
      float largest = 0;
      for (int col = 0; col < cols; col++) {
        largest = Math.max(largest, Math.abs(panel[col * width + lane]));
      }
      scales[row + lane] = largest / Int8.MAX;
    }
    for (int col = 0; col < cols; col++) {
      for (int lane = 0; lane < width; lane++) {
        int i = col * width + lane;
        bytes[at + i] = Int8.of(panel[i], scales[row + lane]);
      }
    }
  }

  /** The element as stored, in float32. */
  public float get(int row, int col) {
    int at = (row / width * cols + col) * width + row % width;
    return switch (type) {
      case F32 -> floats[at];
      case BF16 -> BFloat16.toFloat(halves[at]);
      case INT8 -> bytes[at] * scales[row];
    };
  }

  /** All elements as stored, {@code [rows, cols]}. */
  Tensor unpacked() {
    Tensor unpacked = Tensor.zeros(rows, cols);
    for (int row = 0; row < rows; row++) {
      for (int col = 0; col < cols; col++) {
        unpacked.data()[row * cols + col] = get(row, col);
      }
    }
    return unpacked;
  }

  /** Index in the arrays of a panel's elements from column {@code col} on. */
  int place(int panel, int col) {
    return (panel * cols + col) * width;
  }

  float[] floats() {
    return floats;
  }

  short[] halves() {
    return halves;
  }

  byte[] bytes() {
    return bytes;
  }

  float[] scales() {
    return scales;
  }

  /** The upper 16 bits of a float32. */
  static final class BFloat16 {
    private BFloat16() {}

    /** Rounds to nearest even; NaN stays NaN. */
    static short of(float x) {
      int bits = Float.floatToRawIntBits(x);
      if (Float.isNaN(x)) {
        return (short) (bits >>> 16 | 0x40);
      }
      return (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }

    static float toFloat(short code) {
      return Float.intBitsToFloat(code << 16);
    }
  }
}
