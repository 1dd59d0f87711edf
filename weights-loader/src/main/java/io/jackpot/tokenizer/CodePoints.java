package io.jackpot.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * An immutable set of Unicode code points: pages of 256, and one page for all places where it is
 * the same.
 */
final class CodePoints {
  private static final int COUNT = Character.MAX_CODE_POINT + 1;
  private static final int WORDS_OF_PAGE = 4;

  private final char[] pageOf = new char[COUNT >> 8];

  /** Bit c % 64 of a page's word c / 64 % 4 says whether c is in the set. */
  private final long[] pages;

  private CodePoints(long[] words) {
    Map<Page, Integer> known = new HashMap<>();
    long[] distinct = new long[words.length];
    for (int page = 0; page < pageOf.length; page++) {
      int at = page * WORDS_OF_PAGE;
      Page content = new Page(words[at], words[at + 1], words[at + 2], words[at + 3]);
      Integer place = known.putIfAbsent(content, known.size());
      pageOf[page] = (char) (place == null ? known.size() - 1 : place);
      System.arraycopy(words, at, distinct, pageOf[page] * WORDS_OF_PAGE, WORDS_OF_PAGE);
    }
    pages = Arrays.copyOf(distinct, known.size() * WORDS_OF_PAGE);
  }

  private record Page(long a, long b, long c, long d) {}

  static CodePoints where(IntPredicate predicate) {
    Builder builder = new Builder();
    for (int c = 0; c < COUNT; c++) {
      if (predicate.test(c)) {
        builder.add(c, c);
      }
    }
    return builder.build();
  }

  /** The code points from {@code first} to {@code last}. */
  static CodePoints range(int first, int last) {
    return new Builder().add(first, last).build();
  }

  /**
   * @param ranges hexadecimal code points and ranges of them: {@code "41-5A 5F"}
   */
  static CodePoints parse(String ranges) {
    Builder builder = new Builder();
    for (String range : ranges.split(" ", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
      builder.add(first, dash < 0 ? first : Integer.parseInt(range.substring(dash + 1), 16));
    }
    return builder.build();
  }

  boolean contains(int codePoint) {
    int page = pageOf[codePoint >> 8] * WORDS_OF_PAGE;
    return (pages[page + (codePoint >> 6 & 3)] >>> codePoint & 1) != 0;
  }

  CodePoints complement() {
    return new Builder().add(this).complement().build();
  }

  /** A set that is still being made. */
  static final class Builder {
    private final long[] words = new long[COUNT / Long.SIZE];

    Builder add(int first, int last) {
      for (int c = first; c <= last; c++) {
        words[c >> 6] |= 1L << c;
      }
      return this;
    }

    Builder add(CodePoints set) {
      for (int i = 0; i < words.length; i++) {
        words[i] |= set.word(i);
      }
      return this;
    }

    Builder intersect(Builder other) {
      for (int i = 0; i < words.length; i++) {
        words[i] &= other.words[i];
      }
      return this;
    }

    Builder complement() {
      for (int i = 0; i < words.length; i++) {
        words[i] = ~words[i];
      }
      return this;
    }

    /** Adds every code point that differs from one that is in by case alone. */
    Builder ignoreCase() {
      for (int[] equal : CaseFolding.CLASSES) {
        if (Arrays.stream(equal).anyMatch(c -> (words[c >> 6] >>> c & 1) != 0)) {
          for (int c : equal) {
            add(c, c);
          }
        }
      }
      return this;
    }

    CodePoints build() {
      return new CodePoints(words);
    }
  }

  private long word(int i) {
    return pages[pageOf[i / WORDS_OF_PAGE] * WORDS_OF_PAGE + i % WORDS_OF_PAGE];
  }

  boolean intersects(CodePoints other) {
    for (int i = 0; i < COUNT / Long.SIZE; i++) {
      if ((word(i) & other.word(i)) != 0) {
        return true;
      }
    }
    return false;
  }
}
