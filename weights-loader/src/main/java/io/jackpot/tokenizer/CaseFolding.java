package io.jackpot.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Unicode's simple case folding: sets of code points that differ by case alone. */
final class CaseFolding {
  /** Every set of two or more such code points. */
  static final List<int[]> CLASSES = classes();

  /** All code points that are in one of {@link #CLASSES}. */
  static final CodePoints CASED =
      CLASSES.stream()
          .flatMapToInt(IntStream::of)
          .collect(CodePoints.Builder::new, (set, c) -> set.add(c, c), (a, b) -> {})
          .build();

  private CaseFolding() {}

  private static int fold(int c) {
    return switch (c) {
      // The dotted and dotless Turkish i have no other case.
      case 0x130, 0x131 -> c;
      // Letters whose upper case is two characters.
      case 0x1FD3 -> 0x390;
      case 0x1FE3 -> 0x3B0;
      case 0xFB05 -> 0xFB06;
      default -> Character.toLowerCase(Character.toUpperCase(c));
    };
  }

  private static List<int[]> classes() {
    Map<Integer, Set<Integer>> byFold = new TreeMap<>();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      int folded = fold(c);
      if (folded != c) {
        byFold.computeIfAbsent(folded, key -> new TreeSet<>(Set.of(key))).add(c);
      }
    }
    return byFold.values().stream()
        .map(equal -> equal.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }
}
