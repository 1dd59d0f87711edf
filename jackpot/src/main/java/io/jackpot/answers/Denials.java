package io.jackpot.answers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What says that an answer is none: before it, beside it, or later. */
final class Denials {
  private static final Pattern NOT =
      Pattern.compile("[\\s:*]*(?:not|n't|never|no longer)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern HYPOTHESIS =
      Pattern.compile(
          "(?:\\b(?:wrong|incorrect|false|mistaken|naive|tempting|previous|initial)\\s+"
              + "|(?:\\bnot\\s+think|n't\\s+think|(?<!\\bno )\\bdoubt|\\bsuppose|\\bassum(?:e|ing)|\\bfalse|\\bif|\\bunless|\\bwhether|\\bunlikely|\\bpretend"
              + "|\\b(?:might|may|could|would)\\s+(?:think|say|guess|expect))(?:\\s+that)?\\s+(?:the|my|our|an?)\\s+(?:(?:final|correct|right)\\s+)?)$",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NOT_BOX =
      Pattern.compile(
          "(?:\\bnot|n't|\\bcannot|\\bnever|\\brather than|\\binstead of)"
              + "(?:\\s+(?:be|equal|exactly|to|simply|just)){0,3}[\\s$\\\\(\\[*:{]*$",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern BOX_IS_NOT =
      Pattern.compile(
          "[\\s$*\\\\)\\]}]*+(?:(?:is|was)\\s+(?:not\\b|(?:an?\\s+)?(?:wrong|incorrect|false|invalid|impossible))|,?\\s*but\\b)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern RETRACTION =
      Pattern.compile(
          "(?:^|[.!?\\n—]|\\*\\*)\\s{0,4}(?:(?:but\\s+)?wait|actually|hmm|no,|correction|sorry|oops|scratch that|let me re"
              + "|(?:but|however),?\\s+(?:this|that|it)\\b"
              + "|(?:this|that|it)(?:'s|\\s+(?:is|was|seems))\\s+(?:not\\s+(?:correct|right|valid|possible|true)|in(?:correct|valid)|wrong|false|impossible|an?\\s+(?:mistake|error)))"
              + "[\\s,:;.!—-]*(?:no[\\s,]+)?(?:(?:it(?:'s| is| should be)|that(?:'s| is)|make that)\\s+)?",
          Pattern.CASE_INSENSITIVE);

  private Denials() {}

  /** Whether "answer" in a sentence that begins so is not the one that is meant. */
  static boolean isHypothesis(String before) {
    return HYPOTHESIS.matcher(before).find();
  }

  /** Whether "the answer is" goes on with a "not". */
  static boolean isNot(String rest) {
    return NOT.matcher(rest).lookingAt();
  }

  /** Whether what stands before or after a box denies it. */
  static boolean ofBox(String before, String after) {
    return NOT_BOX.matcher(before).find() || BOX_IS_NOT.matcher(after).lookingAt();
  }

  /** What a later sentence says instead; null if none takes the answer back. */
  static @Nullable String retraction(String rest) {
    Matcher matcher = RETRACTION.matcher(rest);
    int last = -1;
    while (matcher.find()) {
      last = matcher.end();
    }
    if (last < 0) {
      return null;
    }
    String lead = rest.substring(last);
    return Wrapping.strip(lead.substring(0, Sentences.end(lead)));
  }
}
