package io.jackpot.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** The random decisions that make one input; the same seed makes the same input. */
final class Choices {
  /** Numbers at which sizes, offsets and ids go wrong. */
  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    3,
    7,
    8,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    1 << 20,
    (1 << 30) - 1,
    1 << 30,
    Integer.MAX_VALUE - 8,
    Integer.MAX_VALUE - 1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    (1L << 32) + 1,
    1L << 40,
    1L << 53,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE / 4,
    Long.MAX_VALUE - 8,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1
  };

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "\n",
          "\u0000",
          "\uFEFF",
          "\u202E",
          "é",
          "e\u0301",
          "\uD83D\uDE00",
          "null",
          "true",
          "0",
          "-1",
          "none",
          "../x",
          "/dev/zero",
          "%s",
          "$1",
          "{{",
          "{problem}",
          "<s>",
          "\\",
          "\"",
          "'",
          "\\boxed{1}",
          "[1, 2]",
          "{\"a\": 1}",
          "['1']");

  private final SplittableRandom random;

  Choices(long seed) {
    random = new SplittableRandom(seed);
  }

  /** From 0 to {@code bound} − 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** True in one of {@code n} cases. */
  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** A number at an edge, or next to {@code valid}. */
  long edge(long valid) {
    return switch (random.nextInt(4)) {
      case 0 -> valid + random.nextInt(-2, 3);
      case 1 -> random.nextLong();
      default -> EDGES[random.nextInt(EDGES.length)];
    };
  }

  /** From 1 to {@code most}, small ones as often as large ones. */
  int size(int most) {
    return Math.max(1, (int) Math.exp(random.nextDouble(0, Math.log(most + 1.0))));
  }

  /** A short text that some reader may take for something else, or a long one. */
  String text() {
    return oneIn(12) ? pick(TEXTS).repeat(size(50_000)) : pick(TEXTS);
  }

  /** {@code bytes} damaged as files are: cut off, with bytes changed, lost, repeated or foreign. */
  byte[] damaged(byte[] bytes) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = below(bytes.length);
    int length = Math.min(size(64), bytes.length - at);
    return switch (below(6)) {
      case 0 -> java.util.Arrays.copyOf(bytes, at);
      case 1 -> {
        byte[] copy = bytes.clone();
        copy[at] = (byte) below(256);
        yield copy;
      }
      case 2 -> joined(bytes, at, new byte[0], at + length);
      case 3 ->
          joined(
              bytes,
              at + length,
              java.util.Arrays.copyOfRange(bytes, at, at + length),
              at + length);
      case 4 -> joined(bytes, at, new byte[size(64)], at);
      default -> joined(bytes, 0, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, 0);
    };
  }

  private static byte[] joined(byte[] bytes, int before, byte[] between, int after) {
    byte[] joined = new byte[before + between.length + bytes.length - after];
    System.arraycopy(bytes, 0, joined, 0, before);
    System.arraycopy(between, 0, joined, before, between.length);
    System.arraycopy(bytes, after, joined, before + between.length, bytes.length - after);
    return joined;
  }
}
