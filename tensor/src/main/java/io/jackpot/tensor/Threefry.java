package io.jackpot.tensor;

/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). A stream is named by a key and has no state, so there is nothing
 * to save and nothing depends on the order of calls.
 *
 * <p>The same bits on every device: kernels call {@link #block(int, int, int, int)} and {@link
 * #uniform(long)}, so these avoid {@code >>>}, which TornadoVM compiles as a signed shift, and
 * arrays that are no arguments.
 */
public final class Threefry {
  private static final int PARITY = 0x1BD11BDA;

  /** 13, 15, 26 and 6, a byte each from the lowest on. */
  private static final int ODD_ROTATIONS = 0x061A0F0D;

  /** 17, 29, 16 and 24. */
  private static final int EVEN_ROTATIONS = 0x18101D11;

  private Threefry() {}

  /** The 64-bit block for counter (c0, c1) under {@code key}; word 0 in the low half. */
  public static long block(long key, int c0, int c1) {
    return block((int) key, (int) (key >> 32), c0, c1);
  }

  /** {@link #block(long, int, int)} under the key whose low half is k0 and high half k1. */
  public static long block(int k0, int k1, int c0, int c1) {
    int x0 = c0 + k0;
    int x1 = c1 + k1;
    int inject0 = k1;
    int inject1 = PARITY ^ k0 ^ k1;
    int injectNext = k0;
    for (int group = 1; group <= 5; group++) {
      int rotations = (group & 1) > 0 ? ODD_ROTATIONS : EVEN_ROTATIONS;
      for (int round = 0; round < 32; round += 8) {
        int left = (rotations >> round) & 31;
        x0 += x1;
        x1 = ((x1 << left) | ((x1 >> (32 - left)) & ((1 << left) - 1))) ^ x0;
      }
      x0 += inject0;
      x1 += inject1 + group;
      int used = inject0;
      inject0 = inject1;
      inject1 = injectNext;
      injectNext = used;
    }
    return (x0 & 0xFFFFFFFFL) | ((long) x1 << 32);
  }

  /** A new key from a key and two numbers; keys of different numbers are independent streams. */
  public static long fold(long key, int a, int b) {
    return block(key, a, b);
  }

  /** Uniform on [0, 1) with 53 bits. */
  public static double uniform(long key, int c0, int c1) {
    return uniform(block(key, c0, c1));
  }

  /** Uniform on [0, 1) from the upper 53 bits of a block. */
  public static double uniform(long block) {
    int low = (int) block;
    int high = (int) (block >> 32);
    // Three pieces without a sign, put together by exact arithmetic.
    double top = ((high >> 16) & 0xFFFF) * 65536.0 + (high & 0xFFFF);
    return (top * 2097152.0 + ((low >> 11) & 0x1FFFFF)) * 0x1.0p-53;
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
