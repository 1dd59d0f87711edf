package io.jackpot.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds boxes in a text, and what the last of them say. */
final class Boxes {
  private static final Pattern BOX = Pattern.compile("\\\\(?:boxed|fbox)(?![A-Za-z])\\s*+");
  private static final Pattern BETWEEN_BOXES =
      Pattern.compile(
          "[\\s$.\\\\)\\]]*(?:,|;|\\\\text\\{)?[\\s$]*(?:,?\\s*\\b(?:and|or)\\b)?[\\s$}\\\\(\\[]*(?:[a-zA-Z](?:_\\{?\\w\\}?)?\\s*=\\s*)?");
  private static final Pattern JOINER = Pattern.compile("[,;]|\\b(?:and|or)\\b");
  private static final Pattern EQUAL =
      Pattern.compile("\\s*+=\\s*+([^=$\\n]{1,100}?)\\s*(?:[=$.,\\n]|\\\\[)\\]]|$)");
  private static final Pattern LABEL =
      Pattern.compile(
          "^\\\\text\\w*\\{\\s*(?:the )?(?:final )?answer(?: is)?[:\\s]*\\}",
          Pattern.CASE_INSENSITIVE);
  private static final int MOST = 20;
  private static final int LONGEST_GAP = 40;
  private static final int LONGEST_REST = 4_000;

  private Boxes() {}

  /** Where the last box begins; −1 if there is none. */
  static int last(String text) {
    Matcher matcher = BOX.matcher(text);
    for (int at = text.lastIndexOf("box"); at > 0; at = text.lastIndexOf("box", at - 1)) {
      int start = text.charAt(at - 1) == 'f' ? at - 2 : at - 1;
      if (start >= 0 && matcher.region(start, text.length()).lookingAt()) {
        return start;
      }
    }
    return -1;
  }

  /**
   * What the last box and those that are joined to it say, or what takes it back says instead; null
   * if that is nothing.
   *
   * @param readable whether a text is an answer that can be read, and no mere words
   */
  static @Nullable String answer(String text, int last, Predicate<String> readable) {
    List<String> contents = new ArrayList<>();
    int box = last;
    int end = text.length();
    int behind = 0;
    while (box >= 0 && contents.size() < MOST) {
      int start = contentStart(text, box);
      int close = contentEnd(text, start);
      if (contents.isEmpty()) {
        if (close < 0) {
          return null;
        }
        behind = close + 1;
      } else {
        String gap = close < 0 || close >= end ? "" : text.substring(close + 1, end);
        boolean joined =
            gap.length() <= LONGEST_GAP
                && BETWEEN_BOXES.matcher(gap).matches()
                && JOINER.matcher(gap).find();
        if (!joined) {
          break;
        }
      }
      boolean braces = text.charAt(start) == '{';
      contents.addFirst(
          text.substring(braces ? start + 1 : start, braces ? close : close + 1).strip());
      end = box;
      box = box == 0 ? -1 : last(text.substring(Math.max(0, box - 2_000), box));
      box = box < 0 ? -1 : box + Math.max(0, end - 2_000);
    }
    if (contents.stream().anyMatch(String::isEmpty) || !BoxContext.isAnswer(text, end, behind)) {
      return null;
    }
    String rest = text.substring(behind, Math.min(text.length(), behind + LONGEST_REST));
    @Nullable String later = Denials.retraction(rest);
    if (later != null) {
      return readable.test(later) ? later : null;
    }
    String answer = String.join(", ", contents.stream().distinct().toList());
    Matcher equal = EQUAL.matcher(rest);
    return LABEL
        .matcher(equal.lookingAt() ? answer + " = " + equal.group(1) : answer)
        .replaceFirst("");
  }

  private static int contentStart(String text, int box) {
    Matcher matcher = BOX.matcher(text).region(box, text.length());
    return matcher.lookingAt() ? matcher.end() : text.length();
  }

  /** The closing brace, or the end of what stands there without braces; −1 if there is none. */
  private static int contentEnd(String text, int start) {
    if (start >= text.length()) {
      return -1;
    }
    if (text.charAt(start) == '{') {
      return Braces.end(text, start);
    }
    int end = start;
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return end > start ? end - 1 : -1;
  }
}
