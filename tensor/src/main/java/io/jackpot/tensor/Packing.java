package io.jackpot.tensor;

/**
 * Sequences of different lengths laid end to end, without padding: sequence {@code s} takes the
 * rows {@code [start(s), start(s + 1))} of every {@code [tokens, …]} tensor.
 */
public final class Packing {
  private final int[] starts;
  private final int[] positions;
  private final int longest;

  private Packing(int[] starts) {
    this.starts = starts;
    this.positions = new int[starts[starts.length - 1]];
    int max = 0;
    for (int s = 0; s + 1 < starts.length; s++) {
      int length = starts[s + 1] - starts[s];
      max = Math.max(max, length);
      for (int t = 0; t < length; t++) {
        positions[starts[s] + t] = t;
      }
    }
    this.longest = max;
  }

  /** Packs sequences of these lengths in order. */
  public static Packing ofLengths(int... lengths) {
    int[] starts = new int[lengths.length + 1];
    for (int s = 0; s < lengths.length; s++) {
      starts[s + 1] = Math.addExact(starts[s], lengths[s]);
    }
    return new Packing(starts);
  }

  public int sequences() {
    return starts.length - 1;
  }

  /** All tokens of all sequences. */
  public int tokens() {
    return positions.length;
  }

  public int start(int sequence) {
    return starts[sequence];
  }

  public int length(int sequence) {
    return starts[sequence + 1] - starts[sequence];
  }

  /** Length of the longest sequence. */
  public int longest() {
    return longest;
  }

  /** Position of each token in its own sequence, {@code [tokens]}; shared, not to be written. */
  public int[] positions() {
    return positions;
  }
}
