package io.jackpot.tensor;

/** Buffers of one thread, grown when needed and used again, so that an op allocates nothing. */
final class Scratch {
  private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

  private final float[][] floats = new float[10][0];

  private Scratch() {}

  /** Buffer {@code slot} of this thread with at least {@code size} elements of unknown content. */
  static float[] floats(int slot, int size) {
    float[][] buffers = LOCAL.get().floats;
    if (buffers[slot].length < size) {
      buffers[slot] = new float[Math.max(size, buffers[slot].length * 3 / 2)];
    }
    return buffers[slot];
  }
}
