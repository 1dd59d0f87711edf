package io.jackpot.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which code points are one letter in its cases: Unicode's simple case folding. */
final class CaseFolding {
  /** Every set of two or more such code points. */
  static final List<int[]> CLASSES = classes();

  private CaseFolding() {}

  /** Of a Turkish i, with and without its dot, there is no other case. */
  private static int fold(int c) {
    return c == 0x130 || c == 0x131 ? c : Character.toLowerCase(Character.toUpperCase(c));
  }

  private static List<int[]> classes() {
    Map<Integer, List<Integer>> byFold = new TreeMap<>();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.toUpperCase(c) != c || Character.toLowerCase(c) != c) {
        List<Integer> equal = byFold.computeIfAbsent(fold(c), key -> new ArrayList<>());
        equal.add(c);
      }
    }
    return byFold.values().stream()
        .filter(equal -> equal.size() > 1)
        .map(equal -> equal.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }
}
