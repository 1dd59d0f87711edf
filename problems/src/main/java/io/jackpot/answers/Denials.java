package io.jackpot.answers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises text that denies, questions or retracts an answer: before, beside or after it. */
final class Denials {
  /** The ends of clauses: punctuation and line feeds. */
  private static final Pattern CLAUSE_END = Pattern.compile("[,.;!?\\n]");

  private static final Pattern NOT =
      Pattern.compile("[\\s:*]*(?:not|n't|never|no longer)\\b", Pattern.CASE_INSENSITIVE);

  /** Words in the clause before an answer. */
  private static final Pattern HYPOTHESIS =
      Pattern.compile(
          "\\b(?:suppose|assum\\w+|pretend|incorrect\\w*|wrong\\w*|mistake\\w*|false|naive|tempting"
              + "|impossible|untrue|unlikely|nobody|guess|friend|approximate|possible|unless|whether|if|(?<!\\bno )doubt"
              + "|not\\s+(?:true|the|think|say)|(?:some|students?|people|others)\\s+(?:\\w+\\s+)?(?:say|claim|think|believe)|to\\s+believe|(?:might|may|could|would)\\s+(?:think|say|guess|expect))\\b"
              + "|n't\\s+(?:think|say|believe)|[❌✗✘]|\\b(?:previous|initial)\\s+$",
          Pattern.CASE_INSENSITIVE);

  /** Words soon after an answer, in its sentence. */
  private static final Pattern AFTERWARDS =
      Pattern.compile(
          "(?:[^\\S\\n]|[$*)\\]}]|\\\\[)\\]])*+[,(]?[^\\S\\n]*"
              + "(?:(?:(?:which|that|this|it|and|is|was|seems|turns|out|to|be|an?|the|then|however|does|do|just)\\s+){0,4}"
              + "(?:not\\s+(?:correct|right|valid|possible|true|the|an?|work|satisfy)|cannot|can't|isn't|doesn't|wrong|incorrect"
              + "|false|invalid|impossible|fails?|rejected|extraneous|contradict\\w*|(?:upper|lower)\\s+bound|guess\\w*|too\\s+(?:small|large|big|many|few))\\b"
              + "|would\\b|but\\b|[❌✗✘])"
              + "|[^.\\n]{0,20}\\b(?:if|when|for)\\b[^.\\n]{0,60}\\b(?:odd|even|otherwise)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern RETRACTION =
      Pattern.compile(
          "(?:^|[.!?\\n—]|\\*\\*)\\s{0,4}(?:(?:but\\s+)?wait|actually|hmm|no[,.]|correction|sorry|oops"
              + "|edit\\b|(?<=[?]\\s)or\\b|on second thought|scratch that|(?:so\\s+)?let me re"
              + "|not quite|(?:but|however),?\\s+(?:this|that|it|we|the\\s+question)\\b"
              + "|(?:this|that|it)(?:'s|\\s+(?:is|was|seems))\\s+(?:not\\s+(?:correct|right|valid|possible|true|an\\s+option)"
              + "|in(?:correct|valid)|wrong|false|an?\\s+(?:mistake|error))"
              + "|(?:this|that|it)\\s+(?:contradicts|(?:cannot|can't)\\b))"
              + "[\\s,:;.!—-]*(?:no[\\s,]+)?(?:(?:it(?:'s| is| should be)|that(?:'s| is)|make that)\\s+)?",
          Pattern.CASE_INSENSITIVE);

  private Denials() {}

  /** Whether the last clause says that no answer of this text follows. */
  static boolean isHypothesis(String before) {
    Matcher end = CLAUSE_END.matcher(before);
    int start = 0;
    while (end.find()) {
      start = end.end();
    }
    return HYPOTHESIS.matcher(before.substring(start)).find();
  }

  /** Whether "not" follows "the answer is". */
  static boolean isNot(String rest) {
    return NOT.matcher(rest).lookingAt();
  }

  /** Whether the sentence denies the answer that it has named, or limits it to a case. */
  static boolean isNotAfterwards(String after) {
    return AFTERWARDS.matcher(after).lookingAt();
  }

  /** The answer of a sentence that retracts the earlier one; null if none does. */
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
