package io.jackpot.answers;

import io.jackpot.answers.Answer.Words;
import io.jackpot.answers.AnswerExtractor.Extraction;
import io.jackpot.math.Budget;
import io.jackpot.math.MathException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges answers to mathematical problems. The three parts of a judgement (reading the gold answer,
 * reading the response, comparing them) each have a budget of their own.
 */
public final class AnswerJudge {
  /** The most operations that a part of a judgement may cost: a few milliseconds. */
  static final long BUDGET = 2_000_000;

  /** Texts that data sets have in place of an answer. */
  private static final Set<String> PLACEHOLDERS =
      Set.of(
          "n/a",
          "na",
          "nan",
          "null",
          "nil",
          "tbd",
          "todo",
          "unknown",
          "proof",
          "no answer",
          "not available",
          "answer",
          "missing",
          "omitted",
          "none given");

  private static final int MOST_BARE_WORDS = 4;

  /** The result of a judgement. */
  public enum Outcome {
    CORRECT,
    WRONG,
    UNPARSED,
    BAD_GOLD
  }

  /**
   * A judgement.
   *
   * @param extracted the text of the answer, or null if none was read
   * @param spent the cost of reading the response and comparing, in operations on 64-bit words
   */
  public record Judgement(Outcome outcome, @Nullable String extracted, long spent) {}

  /** The answer that was read from a text. */
  private record Reading(Extraction extraction, Answer answer) {}

  /**
   * Judges a response.
   *
   * @param gold an answer, or a solution that ends in one
   * @param response a model's whole text, or a bare answer
   */
  public Judgement judge(String gold, String response) {
    Budget reading = new Budget(BUDGET);
    Budget comparing = new Budget(BUDGET);
    @Nullable Reading expected = readGold(gold);
    @Nullable Reading given = read(response, reading);
    if (given != null && expected != null && isProse(given, expected.answer)) {
      given = null;
    }
    Set<String> numbers =
        expected == null || given == null
            ? Set.of()
            : Letters.numbers(List.of(expected.answer, given.answer));
    if (expected != null && given != null && !numbers.isEmpty()) {
      expected = again(expected, numbers, new Budget(BUDGET));
      given = again(given, numbers, reading);
    }
    @Nullable String extracted = given == null ? null : given.extraction.text();
    if (expected == null || given == null) {
      Outcome outcome = expected == null ? Outcome.BAD_GOLD : Outcome.UNPARSED;
      return new Judgement(outcome, extracted, reading.spent());
    }
    Outcome outcome;
    try {
      boolean same =
          expected.extraction.text().equals(given.extraction.text())
              || new Equivalence(comparing).equivalent(expected.answer, given.answer);
      outcome = same ? Outcome.CORRECT : Outcome.WRONG;
    } catch (MathException e) {
      outcome = Outcome.UNPARSED;
    }
    return new Judgement(
        outcome,
        outcome == Outcome.UNPARSED ? null : extracted,
        reading.spent() + comparing.spent());
  }

  private static @Nullable Reading readGold(String gold) {
    @Nullable Reading reading = read(gold, new Budget(BUDGET));
    String lower = reading == null ? "" : reading.extraction.text().toLowerCase(Locale.ROOT);
    boolean placeholder =
        reading != null && (PLACEHOLDERS.contains(lower) || lower.startsWith("see "));
    return placeholder ? null : reading;
  }

  /** Whether the answer is unmarked words, which count only if the gold answer is words too. */
  private static boolean isProse(Reading given, Answer gold) {
    if (given.extraction.marked() || !(given.answer instanceof Words(String normal))) {
      return false;
    }
    boolean few = normal.split(" ", -1).length <= MOST_BARE_WORDS;
    boolean wordsExpected = gold instanceof Words || gold instanceof Answer.Braces;
    return !(wordsExpected && few) && !given.answer.equals(gold);
  }

  private static @Nullable Reading read(String text, Budget budget) {
    @Nullable Extraction extraction =
        new AnswerExtractor(candidate -> isReadable(candidate, budget)).extract(text);
    if (extraction == null) {
      return null;
    }
    try {
      return new Reading(extraction, new AnswerReader(budget).read(extraction.text()));
    } catch (MathException e) {
      return null;
    }
  }

  /** Reads an answer again, knowing which letters before brackets are numbers. */
  private static @Nullable Reading again(Reading reading, Set<String> numbers, Budget budget) {
    try {
      String text = reading.extraction.text();
      return new Reading(reading.extraction, new AnswerReader(budget, numbers).read(text));
    } catch (MathException e) {
      return null;
    }
  }

  private static boolean isReadable(String candidate, Budget budget) {
    try {
      return !(new AnswerReader(budget).read(candidate) instanceof Words);
    } catch (MathException e) {
      return false;
    }
  }
}
