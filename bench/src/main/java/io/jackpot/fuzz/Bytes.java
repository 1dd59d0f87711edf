package io.jackpot.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a binary file whose numbers (lengths, offsets, counts, types) are sometimes others than
 * the valid ones.
 */
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Choices choices;
  private final int oneIn;

  /**
   * @param oneIn about one number in so many is changed
   */
  Bytes(Choices choices, int oneIn) {
    this.choices = choices;
    this.oneIn = oneIn;
  }

  /** One whose numbers are as they are given. */
  static Bytes valid() {
    return new Bytes(new Choices(0), Integer.MAX_VALUE);
  }

  private long changed(long valid) {
    return oneIn < Integer.MAX_VALUE && choices.oneIn(oneIn) ? choices.edge(valid) : valid;
  }

  Bytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Little-endian. */
  Bytes number(long valid, int bytes) {
    long value = changed(valid);
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  Bytes int32(long valid) {
    return number(valid, 4);
  }

  Bytes int64(long valid) {
    return number(valid, 8);
  }

  /** A number in groups of seven bits, as Thrift and Protocol Buffers have it. */
  Bytes varint(long valid) {
    for (long rest = changed(valid); ; rest >>>= 7) {
      if ((rest & ~0x7fL) == 0) {
        out.write((int) rest);
        return this;
      }
      out.write((int) (rest & 0x7f | 0x80));
    }
  }

  /** A signed number in groups of seven bits. */
  Bytes zigzag(long valid) {
    return varint(valid << 1 ^ valid >> 63);
  }

  /** The bytes of a text, at times of another. */
  byte[] utf8(String valid) {
    return (choices.oneIn(oneIn) && choices.oneIn(4) ? choices.text() : valid)
        .getBytes(StandardCharsets.UTF_8);
  }

  int size() {
    return out.size();
  }

  byte[] done() {
    return out.toByteArray();
  }
}
