package io.jackpot.weights;

import io.jackpot.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A tensor as its file stores it.
 *
 * @param shape outermost dimension first; rows (of the last dimension) are whole blocks of the
 *     encoding
 * @param bytes its elements in row-major order, mapped from the file while that is open
 * @param interleavedHeads above 0 where the outermost dimension has so many heads whose halves are
 *     interleaved, as GGUF files of Llama models have them: what is stored at 2i and 2i + 1 of a
 *     head belongs to i and to headDim/2 + i
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

  /** Widens all elements to float32: exact, but for what a quantised encoding itself lost. */
  void decode(float[] out) {
    decode(0, rows(), out);
  }

  /**
   * Widens the rows {@code from} to {@code to - 1} into their places in {@code out}, which has room
   * for all rows.
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

  /** Lets the operating system take back the memory that holds these rows of the file. */
  void unload(int from, int to) {
    if (bytes.isMapped() && from < to) {
      bytes.asSlice(offset(from), offset(to) - offset(from)).unload();
    }
  }

  /** In bytes. */
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
