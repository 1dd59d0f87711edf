package io.jackpot.weights;

import io.jackpot.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A tensor as its file stores it.
 *
 * @param shape outermost dimension first; rows are whole blocks of the encoding
 * @param bytes its elements in row-major order, mapped from the file while that is open
 */
public record StoredTensor(Shape shape, Encoding encoding, MemorySegment bytes) {

  /** Widens all elements to float32: exact, but for what a quantised encoding itself lost. */
  void decode(float[] out) {
    decode(0, Math.toIntExact(shape.size()), out);
  }

  /**
   * Widens the elements {@code from} to {@code to - 1}, both at the start of a block, into the same
   * places of {@code out}. The pages of the file that were read for it are given back.
   */
  void decode(int from, int to, float[] out) {
    long begin = (long) from / encoding.elements() * encoding.bytes();
    long end = (long) to / encoding.elements() * encoding.bytes();
    MemorySegment part = bytes.asSlice(begin, end - begin);
    encoding.decode(part, 0, to - from, out, from);
    if (part.isMapped() && part.byteSize() > 0) {
      part.unload();
    }
  }
}
