package io.jackpot.rollout;

import io.jackpot.tensor.Threefry;

/**
 * The run's random numbers, each named by (seed, purpose, step, prompt, sample, position). There is
 * no state: a resumed run and one with another number of threads draw the same numbers.
 */
public final class Streams {

  /** The purpose of a random number; streams of different purposes are independent. */
  public enum Purpose {
    /** The token that the actor samples. */
    SAMPLE(0),
    /** The OBRS uniform u that decides whether a token is accepted. */
    ACCEPT(1),
    /** The order in which the samples of a rollout are cut into mini-batches. */
    SHUFFLE(2),
    /** Tokens sampled for the held-out accuracy. */
    EVALUATE(3),
    /** The order of the problems of a file in an epoch. */
    EPOCH(4);

    /** Part of the name of every random number, so that it never changes. */
    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  private final long seed;

  public Streams(long seed) {
    this.seed = seed;
  }

  /** The key of all samples of a step; folded with prompt and sample it gives that of one. */
  public long key(Purpose purpose, int step) {
    return Threefry.fold(seed, purpose.number, step);
  }

  /** The key of one sample; give it to {@link Threefry#uniform} with the position as counter. */
  public long key(Purpose purpose, int step, int prompt, int sample) {
    return Threefry.fold(key(purpose, step), prompt, sample);
  }

  /** A random order of {@code 0 … n − 1} (Fisher and Yates). */
  public int[] permutation(Purpose purpose, int step, int n) {
    long key = key(purpose, step, 0, 0);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = Threefry.below(key, i, 0, i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
