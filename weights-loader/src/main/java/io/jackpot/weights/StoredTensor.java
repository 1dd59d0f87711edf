package io.jackpot.weights;

import io.jackpot.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A tensor as its file stores it.
 *
 * @param shape outermost dimension first; a row (the last dimension) is a whole number of blocks of
 *     the encoding
 * @param bytes the elements in row-major order, mapped from the file while it is open
 * @param interleavedHeads number of heads in the outermost dimension if their halves are
 *     interleaved, as in GGUF files of Llama models: rows 2i and 2i + 1 of a head are its rows i
 *     and headDim/2 + i; otherwise 0
 */
public record StoredTensor(
    Shape shape, Encoding encoding, MemorySegment bytes, int interleavedHeads) {

  StoredTensor(Shape shape, Encoding encoding, MemorySegment bytes) {
    this(shape, encoding, bytes, 0);
  }

  /** Elements of a row; a vector with interleaved heads has rows of one element. */
  int rowLength() {
    boolean vector = shape.rank() == 0 || shape.rank() == 1 && interleavedHeads > 0;
    return vector ? 1 : shape.dim(-1);
  }

  int rows() {
    return rowLength() == 0 ? 0 : (int) (shape.size() / rowLength());
  }

  /** Widens all elements to float32, exactly; {@code out} is [elements]. */
  void decode(float[] out) {
    decode(0, rows(), out);
  }

  /**
   * Widens the rows {@code from} to {@code to - 1} to float32.
   *
   * @param out [elements] of all rows, of which these rows are written
   */
  void decode(int from, int to, float[] out) {
    int length = rowLength();
    if (interleavedHeads == 0) {
      encoding.decode(bytes, offset(from), (to - from) * length, out, from * length);
    } else {
      for (int row = from; row < to; row++) {
        encoding.decode(bytes, offset(storedRow(row)), length, out, row * length);
      }
    }
  }

  /** Lets the operating system release the memory that holds these rows of the file. */
  void unload(int from, int to) {
    if (bytes.isMapped() && from < to) {
      bytes.asSlice(offset(from), offset(to) - offset(from)).unload();
    }
  }

  /** The offset of a row in bytes. */
  private long offset(int row) {
    return (long) row * rowLength() / encoding.elements() * encoding.bytes();
  }

  private int storedRow(int row) {
    int headDim = rows() / interleavedHeads;
    int inHead = row % headDim;
    int half = headDim / 2;
    return row - inHead + inHead % half * 2 + inHead / half;
  }
}
