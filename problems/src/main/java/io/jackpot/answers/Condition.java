package io.jackpot.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer with a condition after it: {@code 2x, x > 0}, {@code 2x (x > 0)} or {@code n/2 for even
 * n}.
 *
 * @param answer the text before the condition
 * @param condition the text of the condition
 */
record Condition(String answer, String condition) {
  private static final int LONGEST = 1_000;
  private static final String SPACE = "(?:[\\s~]|\\\\[,;:! ]|\\\\q?quad(?![A-Za-z]))*+";
  private static final Pattern ORDER =
      Pattern.compile("[<>≤≥≠∈]|\\\\(?:lt|gt|leq?|geq?|leqslant|geqslant|neq?|in)(?![A-Za-z])");
  private static final Pattern BRACKETED =
      Pattern.compile(
          "(.*[^\\s~])" + SPACE + "\\\\?(?:left)?\\(([^()]+?)(?:\\\\right)?\\)", Pattern.DOTALL);
  private static final Pattern WORDS =
      Pattern.compile(
          "(.*?[^\\s~,;{])[,;]?"
              + SPACE
              + "(?:\\\\(?:text\\w*|mathrm|mbox)\\{[\\s,~]*)?(?<![A-Za-z\\\\])((?:for|where|when|whenever|if|provided)\\b.*)",
          Pattern.DOTALL);
  private static final Pattern VARIABLE = Pattern.compile("(?<![A-Za-z\\\\])[A-Za-z](?![A-Za-z])");
  private static final Pattern NUMBER_SET =
      Pattern.compile(
          "[^,;]*(?:∈|\\\\in(?![A-Za-z]))\\s*(?:\\\\mathbb\\s*\\{?\\s*[ZR]\\s*\\}?|[ℤℝ])\\s*");

  /** The parts of an answer, or null if it has no condition. */
  static @Nullable Condition of(String text) {
    if (text.length() > LONGEST) {
      return null;
    }
    Matcher words = WORDS.matcher(text);
    if (words.matches() && isSingle(words.group(2))) {
      return of(words.group(1), words.group(2));
    }
    Matcher bracketed = BRACKETED.matcher(text);
    if (bracketed.matches() && ORDER.matcher(bracketed.group(2)).find()) {
      return of(bracketed.group(1), bracketed.group(2));
    }
    List<Integer> commas = commas(text);
    int start = text.length();
    for (int i = commas.size() - 1; i >= 0; i--) {
      int comma = commas.get(i);
      if (!ORDER.matcher(text.substring(comma, start)).find()) {
        break;
      }
      start = comma;
    }
    return start == text.length() ? null : of(text.substring(0, start), text.substring(start + 1));
  }

  /** An inequality is no answer with a condition: x &gt; 5, x ≠ 6 holds as a whole. */
  private static @Nullable Condition of(String answer, String condition) {
    return answer.isBlank() || ORDER.matcher(answer).find()
        ? null
        : new Condition(answer.strip(), condition.strip());
  }

  /** Whether words state one condition on a variable and not several cases. */
  private static boolean isSingle(String words) {
    return VARIABLE.matcher(words).find()
        && words.indexOf(',') < 0
        && words.indexOf(';') < 0
        && !words.contains("otherwise");
  }

  /** The commas and semicolons outside of brackets. */
  private static List<Integer> commas(String text) {
    List<Integer> commas = new ArrayList<>();
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean escaped = i > 0 && text.charAt(i - 1) == '\\';
      if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if ((c == ',' || c == ';') && depth == 0 && !escaped) {
        commas.add(i);
      }
    }
    return commas;
  }

  /** Whether the condition only says which numbers its variables are, as k ∈ ℤ. */
  boolean isNumberSet() {
    return NUMBER_SET.matcher(condition).matches();
  }
}
