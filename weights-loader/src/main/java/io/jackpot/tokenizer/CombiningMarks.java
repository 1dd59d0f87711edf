package io.jackpot.tokenizer;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts long runs of combining marks into canonical order. The JDK does so as well, but in
 * quadratic time: a megabyte of marks takes it hours.
 */
final class CombiningMarks {
  private static final int LONG = 32;

  /** A mark of the class 240, the last one. */
  private static final String LAST = "\u0345";

  /** A mark of the class 1, the first one. */
  private static final String FIRST = "\u0334";

  /** Ranks of marks by class; starters are missing. */
  private static final Map<Integer, Integer> RANKS = ranks();

  private CombiningMarks() {}

  /** Returns a text with the same normal form as {@code text}, in linear time. */
  static String inOrder(String text, Form form) {
    Form decomposed = form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD;
    StringBuilder result = null;
    int copied = 0;
    int start = 0;
    int marks = 0;
    for (int i = 0; i <= text.length(); ) {
      int c = i < text.length() ? text.codePointAt(i) : 'a';
      int next = i + Character.charCount(c);
      if (c >= 0x300 && UnicodeProperties.isMark(c)) {
        start = marks++ == 0 ? i : start;
      } else {
        if (marks > LONG) {
          result = result == null ? new StringBuilder(text.length()) : result;
          result.append(text, copied, start);
          appendInOrder(text.substring(start, i), decomposed, result);
          copied = i;
        }
        marks = 0;
      }
      i = next;
    }
    return result == null ? text : result.append(text, copied, text.length()).toString();
  }

  private static void appendInOrder(String marks, Form form, StringBuilder out) {
    List<Integer> run = new ArrayList<>();
    Comparator<Integer> byRank = Comparator.comparing(RANKS::get);
    marks
        .codePoints()
        .mapToObj(c -> Normalizer.normalize(Character.toString(c), form))
        .flatMapToInt(String::codePoints)
        .forEach(c -> {
          if (RANKS.containsKey(c)) {
            run.add(c);
          } else {
            run.stream().sorted(byRank).forEach(out::appendCodePoint);
            run.clear();
            out.appendCodePoint(c);
          }
        });
    run.stream().sorted(byRank).forEach(out::appendCodePoint);
  }

  private static boolean isSwapped(String a, String b) {
    return !a.equals(b) && Normalizer.normalize(a + b, Form.NFD).equals(b + a);
  }

  /** The JDK does not expose the class of a mark, but it swaps two that are out of order. */
  private static Map<Integer, Integer> ranks() {
    List<String> marks = new ArrayList<>();
    for (int c = 0x300; c <= Character.MAX_CODE_POINT; c++) {
      if (UnicodeProperties.isMark(c)) {
        String mark = Character.toString(c);
        if (Normalizer.isNormalized(mark, Form.NFD)
            && (mark.equals(LAST)
                || mark.equals(FIRST)
                || isSwapped(LAST, mark)
                || isSwapped(mark, FIRST))) {
          marks.add(mark);
        }
      }
    }
    marks.sort((a, b) -> isSwapped(a, b) ? 1 : isSwapped(b, a) ? -1 : 0);
    Map<Integer, Integer> ranks = new HashMap<>();
    int rank = 0;
    for (int i = 0; i < marks.size(); i++) {
      rank += i > 0 && isSwapped(marks.get(i), marks.get(i - 1)) ? 1 : 0;
      ranks.put(marks.get(i).codePointAt(0), rank);
    }
    return ranks;
  }
}
