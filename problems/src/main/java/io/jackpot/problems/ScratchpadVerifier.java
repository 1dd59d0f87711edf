package io.jackpot.problems;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges responses to {@link ArithmeticProblems} strictly by their format: one {@code #}, then the
 * digits of the answer, then {@code $} and nothing else. A response without the mark, with two
 * marks or without the end is {@link Verifier.Verdict#UNPARSED}, so a lucky digit earns no reward.
 */
public final class ScratchpadVerifier implements Verifier {
  /** The mark before the answer. */
  static final String MARK = "#";

  private static final Pattern GOLD = Pattern.compile("[0-9]{1,9}");
  private static final Pattern FINAL = Pattern.compile("#([0-9]{1,9})\\$");

  @Override
  public Verification verify(String gold, String response) {
    @Nullable String answer = answer(response);
    Verdict verdict;
    if (!GOLD.matcher(gold).matches()) {
      verdict = Verdict.BAD_GOLD;
    } else if (answer == null) {
      verdict = Verdict.UNPARSED;
    } else {
      verdict = answer.equals(gold) ? Verdict.CORRECT : Verdict.WRONG;
    }
    return new Verification(verdict, answer);
  }

  /** {@inheritDoc} {@code $} is the end token. */
  @Override
  public boolean judgesEndToken() {
    return true;
  }

  private static @Nullable String answer(String response) {
    int mark = response.indexOf(MARK);
    if (mark < 0 || response.indexOf(ArithmeticProblems.END) < mark) {
      return null;
    }
    Matcher matcher = FINAL.matcher(response).region(mark, response.length());
    return matcher.matches() ? matcher.group(1) : null;
  }
}
