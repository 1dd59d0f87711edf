package io.jackpot.tokenizer;

import java.util.Arrays;

/** From pairs of tokens to the rank of their merge and the token that they become. */
final class PairTable {
  private static final long EMPTY = -1;

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

  /** The last merge of a pair is the one that counts. */
  void put(int left, int right, int rank, int id) {
    int place = place((long) left << 32 | right);
    keys[place] = (long) left << 32 | right;
    ranks[place] = rank;
    ids[place] = id;
  }

  /** Where the pair is; -1 if it is not in the table. */
  int find(int left, int right) {
    int place = place((long) left << 32 | right);
    return keys[place] == EMPTY ? -1 : place;
  }

  private int place(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
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
