package io.jackpot.tokenizer;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.LongBinaryOperator;

/**
 * An immutable set of Unicode code points, in pages of 256. All empty pages share one object, and
 * so do all full pages.
 */
final class CodePoints {
  private static final int WORDS = 4;
  private static final int PAGES = (Character.MAX_CODE_POINT + 1) >> 8;
  private static final long[] EMPTY = new long[WORDS];
  private static final long[] FULL = {-1, -1, -1, -1};

  /** Bit c % 64 of the word c / 64 % 4 of page c / 256 says whether c is in the set. */
  private final long[][] pages;

  private CodePoints(long[][] pages) {
    this.pages = pages;
  }

  static CodePoints where(IntPredicate predicate) {
    Builder builder = new Builder();
    long[] words = new long[WORDS];
    for (int page = 0; page < PAGES; page++) {
      Arrays.fill(words, 0);
      for (int i = 0; i < 256; i++) {
        words[i >> 6] |= predicate.test(page << 8 | i) ? 1L << i : 0;
      }
      builder.pages[page] = page(words);
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
    return contains(pages, codePoint);
  }

  private static boolean contains(long[][] pages, int codePoint) {
    return (pages[codePoint >> 8][codePoint >> 6 & 3] >>> codePoint & 1) != 0;
  }

  boolean intersects(CodePoints other) {
    for (int page = 0; page < PAGES; page++) {
      long[] a = pages[page];
      long[] b = other.pages[page];
      for (int i = 0; a != EMPTY && b != EMPTY && i < WORDS; i++) {
        if ((a[i] & b[i]) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  CodePoints complement() {
    return new Builder().add(this).complement().build();
  }

  /** A page with these words. */
  private static long[] page(long[] words) {
    return Arrays.equals(words, EMPTY) ? EMPTY : Arrays.equals(words, FULL) ? FULL : words.clone();
  }

  /** A set under construction. */
  static final class Builder {
    /** A page is never changed, only replaced. */
    private final long[][] pages = new long[PAGES][];

    Builder() {
      Arrays.fill(pages, EMPTY);
    }

    Builder add(int first, int last) {
      for (int page = first >> 8; page <= last >> 8; page++) {
        if (first <= page << 8 && last >= (page << 8 | 255)) {
          pages[page] = FULL;
          continue;
        }
        long[] words = pages[page].clone();
        for (int c = Math.max(first, page << 8); c <= Math.min(last, page << 8 | 255); c++) {
          words[c >> 6 & 3] |= 1L << c;
        }
        pages[page] = page(words);
      }
      return this;
    }

    Builder add(CodePoints set) {
      return combine(set.pages, (a, b) -> a | b);
    }

    Builder intersect(Builder other) {
      return combine(other.pages, (a, b) -> a & b);
    }

    Builder complement() {
      return combine(pages, (a, b) -> ~a);
    }

    private Builder combine(long[][] others, LongBinaryOperator operator) {
      long[] words = new long[WORDS];
      for (int page = 0; page < PAGES; page++) {
        for (int i = 0; i < WORDS; i++) {
          words[i] = operator.applyAsLong(pages[page][i], others[page][i]);
        }
        pages[page] = page(words);
      }
      return this;
    }

    /** Adds every code point that differs from a member by case alone. */
    Builder ignoreCase() {
      for (int[] equal : CaseFolding.CLASSES) {
        if (Arrays.stream(equal).anyMatch(c -> contains(pages, c))) {
          for (int c : equal) {
            add(c, c);
          }
        }
      }
      return this;
    }

    CodePoints build() {
      return new CodePoints(pages.clone());
    }
  }
}
