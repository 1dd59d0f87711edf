package io.jackpot.tokenizer;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** Maps pairs of tokens to the rank of their merge and to the merged token. */
final class PairTable {
  private static final long EMPTY = -1;

  /** Odd and random, so that nobody can choose pairs that share a place. */
  private final long multiplier = ThreadLocalRandom.current().nextLong() | 1;

  private final long[] keys;
  private final int[] ranks;
  private final int[] ids;

  PairTable(int capacity) {
    int size = Integer.highestOneBit(Math.max(8, capacity)) * 4;
    keys = new long[size];
    ranks = new int[size];
    ids = new int[size];
    Arrays.fill(keys, EMPTY);
  }

  /** Adds a merge; it replaces an earlier one of the same pair. */
  void put(int left, int right, int rank, int id) {
    int place = place((long) left << 32 | right);
    keys[place] = (long) left << 32 | right;
    ranks[place] = rank;
    ids[place] = id;
  }

  /** The index of the pair, or -1. */
  int find(int left, int right) {
    int place = place((long) left << 32 | right);
    return keys[place] == EMPTY ? -1 : place;
  }

  private int place(long key) {
    long hash = key * multiplier;
    int place = (int) (hash >>> 32) & (keys.length - 1);
    while (keys[place] != EMPTY && keys[place] != key) {
      place = (place + 1) & (keys.length - 1);
    }
    return place;
  }

  int rank(int place) {
    return ranks[place];
  }

  int id(int place) {
    return ids[place];
  }
}
