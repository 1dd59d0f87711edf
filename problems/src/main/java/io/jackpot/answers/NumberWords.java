package io.jackpot.answers;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads natural numbers below 10⁹ in English words. */
final class NumberWords {
  private static final Map<String, Integer> SMALL = new HashMap<>();

  static {
    for (String line : Resources.text("number-words.txt").split("\n", -1)) {
      String[] parts = line.split(" ", -1);
      SMALL.put(parts[0], Integer.parseInt(parts[1]));
    }
  }

  private NumberWords() {}

  /** The number that the words mean, or null if they are not a number. */
  static @Nullable Long value(String words) {
    long total = 0;
    long group = -1;
    int last = 0;
    for (String word : words.split("[ -]", 0)) {
      Integer small = SMALL.get(word);
      if (small != null) {
        boolean first = group < 0 || (group % 100 == 0 && last == 100);
        boolean unitsAfterTens = last >= 20 && last < 100 && small > 0 && small < 10;
        if (!first && !unitsAfterTens) {
          return null;
        }
        group = Math.max(group, 0) + small;
        last = small;
      } else if (word.equals("hundred") && group > 0 && group < 10) {
        group *= 100;
        last = 100;
      } else if ((word.equals("thousand") || word.equals("million")) && group > 0) {
        long scale = word.equals("thousand") ? 1_000 : 1_000_000;
        if (total % (scale * 1_000) != 0) {
          return null;
        }
        total += group * scale;
        group = -1;
        last = 0;
      } else if (!(word.equals("and") && last == 100)) {
        return null;
      }
    }
    return group < 0 && total == 0 ? null : total + Math.max(group, 0);
  }
}
