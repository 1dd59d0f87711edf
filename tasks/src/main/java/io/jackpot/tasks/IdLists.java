package io.jackpot.tasks;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Positions by the id that stands there, in short lists, so that a sum by id needs no atomics and
 * has one order.
 *
 * @param order positions, those of one id together and in order, {@code [positions]}
 * @param starts where in {@code order} each list begins, and the end, {@code [lists + 1]}
 * @param distinct the ids that occur, ascending
 * @param firstList the first list of each of {@code distinct}, and the end, {@code [distinct + 1]}
 */
record IdLists(int[] order, int[] starts, int[] distinct, int[] firstList) {

  /** Lists of at most {@code longest} positions of the first {@code count} of {@code ids}. */
  static IdLists of(int[] ids, int count, int longest) {
    int[] order =
        IntStream.range(0, count)
            .mapToLong(position -> ((long) ids[position] << 32) | position)
            .sorted()
            .mapToInt(key -> (int) key)
            .toArray();
    int[] starts = new int[count + 1];
    int[] distinct = new int[count];
    int[] firstList = new int[count + 1];
    int lists = 0;
    int kinds = 0;
    for (int i = 0; i < count; i++) {
      boolean fresh = i == 0 || ids[order[i]] != ids[order[i - 1]];
      if (fresh) {
        distinct[kinds] = ids[order[i]];
        firstList[kinds++] = lists;
      }
      if (fresh || i - starts[lists - 1] == longest) {
        starts[lists++] = i;
      }
    }
    starts[lists] = count;
    firstList[kinds] = lists;
    return new IdLists(
        order,
        Arrays.copyOf(starts, lists + 1),
        Arrays.copyOf(distinct, kinds),
        Arrays.copyOf(firstList, kinds + 1));
  }

  int count() {
    return starts.length - 1;
  }
}
