package io.jackpot.tensor;

/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). A stream is named by a key and has no state, so there is nothing
 * to save and nothing depends on the order of calls. Additions, rotations and exclusive ors only:
 * the same bits on every device.
 */
public final class Threefry {
  private static final int PARITY = 0x1BD11BDA;
  private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};

  private Threefry() {}

  /** The 64-bit block for counter (c0, c1) under {@code key}; word 0 in the low half. */
  public static long block(long key, int c0, int c1) {
    int k0 = (int) key;
    int k1 = (int) (key >> 32);
    int k2 = PARITY ^ k0 ^ k1;
    int x0 = c0 + k0;
    int x1 = c1 + k1;
    for (int group = 0; group < 5; group++) {
      int base = (group & 1) * 4;
      for (int round = 0; round < 4; round++) {
        x0 += x1;
        x1 = Integer.rotateLeft(x1, ROTATIONS[base + round]) ^ x0;
      }
      int inject0 = group % 3 == 0 ? k1 : group % 3 == 1 ? k2 : k0;
      int inject1 = group % 3 == 0 ? k2 : group % 3 == 1 ? k0 : k1;
      x0 += inject0;
      x1 += inject1 + group + 1;
    }
    return (x0 & 0xFFFFFFFFL) | ((long) x1 << 32);
  }

  /** A new key from a key and two numbers; keys of different numbers are independent streams. */
  public static long fold(long key, int a, int b) {
    return block(key, a, b);
  }

  /** Uniform on [0, 1) with 53 bits. */
  public static double uniform(long key, int c0, int c1) {
    return (block(key, c0, c1) >>> 11) * 0x1.0p-53;
  }

  /** Uniform on [0, 1) with 24 bits, exact in float32. */
  public static float uniformFloat(long key, int c0, int c1) {
    return ((int) block(key, c0, c1) >>> 8) * 0x1.0p-24f;
  }

  /** Uniform integer in [0, bound), by multiplication; its bias is below bound/2³². */
  public static int below(long key, int c0, int c1, int bound) {
    return (int) (((block(key, c0, c1) & 0xFFFFFFFFL) * bound) >>> 32);
  }
}
