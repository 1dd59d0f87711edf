package io.jackpot.train;

import io.jackpot.rollout.Streams;
import io.jackpot.rollout.Streams.Purpose;

/**
 * A finite set that repeats in epochs, each in its own random order, which depends on the seed
 * alone.
 */
final class Epochs {
  private final Streams streams;
  private final int size;
  private int epoch = -1;
  private int[] order = new int[0];

  Epochs(Streams streams, int size) {
    this.streams = streams;
    this.size = size;
  }

  /** The item, from 0 to below the size, at {@code place}, counted over all epochs. */
  int item(long place) {
    int wanted = (int) (place / size);
    if (wanted != epoch) {
      epoch = wanted;
      order = streams.permutation(Purpose.EPOCH, epoch, size);
    }
    return order[(int) (place % size)];
  }
}
