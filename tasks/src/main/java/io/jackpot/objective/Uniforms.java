package io.jackpot.objective;

/** The uniforms u in [0, 1) of a mini-batch's tokens, which decide what the mask keeps. */
public sealed interface Uniforms {

  /** The number of tokens. */
  int tokens();

  /** Values, {@code [tokens]}. */
  record Given(double[] values) implements Uniforms {
    @Override
    public int tokens() {
      return values.length;
    }
  }

  /**
   * Random numbers that are still to be drawn, {@code Threefry.uniform(key, counter, 0)} each.
   *
   * @param keys {@code [tokens]}
   * @param counters {@code [tokens]}
   */
  record Drawn(long[] keys, int[] counters) implements Uniforms {
    @Override
    public int tokens() {
      return keys.length;
    }
  }
}
