package io.jackpot.tensor;

/** Shape checks shared by the providers of {@link Ops}. */
final class Checks {
  private Checks() {}

  /** Fails unless {@code tensor} has {@code rows} rows of {@code cols} when folded to a matrix. */
  static void matrix(String op, String name, Tensor tensor, int rows, int cols) {
    if (tensor.rows() != rows || tensor.cols() != cols) {
      throw new IllegalArgumentException(
          "%s: %s %s, expected [%d, %d]".formatted(op, name, tensor.shape(), rows, cols));
    }
  }

  /** Fails unless {@code tensor} has {@code size} elements. */
  static void size(String op, String name, Tensor tensor, int size) {
    if (tensor.size() != size) {
      throw new IllegalArgumentException(
          "%s: %s %s, expected %d elements".formatted(op, name, tensor.shape(), size));
    }
  }

  /** Fails unless an array of length {@code found} holds {@code expected} entries. */
  static void length(String op, String name, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "%s: %s has %d entries, expected %d".formatted(op, name, found, expected));
    }
  }

  /** Fails unless {@code 0 <= index < bound}. */
  static void index(String op, String name, int index, int bound) {
    if (index < 0 || index >= bound) {
      throw new IllegalArgumentException(
          "%s: %s %d, expected 0 to %d".formatted(op, name, index, bound - 1));
    }
  }
}
