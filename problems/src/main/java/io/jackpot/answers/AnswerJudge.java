package io.jackpot.answers;

import io.jackpot.answers.Answer.Value;
import io.jackpot.answers.Answer.Words;
import io.jackpot.answers.AnswerExtractor.Extraction;
import io.jackpot.math.Budget;
import io.jackpot.math.Expr;
import io.jackpot.math.MathException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
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

  /**
   * What was found in a text.
   *
   * @param answer the answer, or null if it cannot be read
   */
  private record Reading(Extraction extraction, @Nullable Answer answer) {

    /** The reading of a part of the text. */
    Reading with(String part, Budget budget) {
      Extraction shorter = new Extraction(part, extraction.marked());
      return new Reading(shorter, AnswerJudge.answer(part, Set.of(), budget));
    }

    /** The answer if some names before brackets are numbers. */
    @Nullable Answer withNumbers(Set<String> numbers, Budget budget) {
      return numbers.isEmpty() ? answer : AnswerJudge.answer(extraction.text(), numbers, budget);
    }
  }

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
    Outcome outcome = Outcome.BAD_GOLD;
    if (expected != null && given != null && haveSameText(expected, given)) {
      outcome = Outcome.CORRECT;
    } else if (expected != null) {
      outcome = compare(expected, given, reading, comparing);
    }
    @Nullable String extracted =
        given == null || outcome == Outcome.UNPARSED ? null : given.extraction.text();
    return new Judgement(outcome, extracted, reading.spent() + comparing.spent());
  }

  private static boolean haveSameText(Reading gold, Reading given) {
    return PlainText.areEqual(gold.extraction.text(), given.extraction.text());
  }

  /** Compares the answers, then without a condition that only one of them has. */
  private static Outcome compare(
      Reading gold, @Nullable Reading given, Budget reading, Budget comparing) {
    Outcome whole = compareWhole(gold, given, reading, comparing);
    if (whole == Outcome.CORRECT || given == null) {
      return whole;
    }
    @Nullable Condition expected = Condition.of(gold.extraction.text());
    @Nullable Condition stated = Condition.of(given.extraction.text());
    if (expected != null && stated == null) {
      return compareWhole(gold.with(expected.answer(), comparing), given, reading, comparing);
    }
    if (expected == null && stated != null && stated.isNumberSet()) {
      return compareWhole(gold, given.with(stated.answer(), reading), reading, comparing);
    }
    return whole;
  }

  private static Outcome compareWhole(
      Reading gold, @Nullable Reading given, Budget reading, Budget comparing) {
    if (gold.answer == null) {
      return Outcome.BAD_GOLD;
    }
    if (given == null || given.answer == null || isProse(given, gold.answer)) {
      return Outcome.UNPARSED;
    }
    @Nullable Answer expected =
        gold.withNumbers(Letters.numbersOfGold(gold.answer, given.answer), new Budget(BUDGET));
    @Nullable Answer answer =
        given.withNumbers(Letters.numbersOfAnswer(given.answer, gold.answer), reading);
    if (expected == null || answer == null) {
      return expected == null ? Outcome.BAD_GOLD : Outcome.UNPARSED;
    }
    try {
      boolean same = new Equivalence(comparing).equivalent(expected, answer);
      return same ? Outcome.CORRECT : Outcome.WRONG;
    } catch (MathException e) {
      return Outcome.UNPARSED;
    }
  }

  private static @Nullable Reading readGold(String gold) {
    @Nullable Reading reading = read(gold, new Budget(BUDGET));
    String lower = reading == null ? "" : reading.extraction.text().toLowerCase(Locale.ROOT);
    boolean placeholder = PLACEHOLDERS.contains(lower) || lower.startsWith("see ");
    return placeholder ? null : reading;
  }

  /** Whether the answer is unmarked words, which count only if the gold answer is words too. */
  private static boolean isProse(Reading given, Answer gold) {
    if (given.extraction.marked() || !(given.answer instanceof Words(String normal))) {
      return false;
    }
    boolean few = normal.split(" ", -1).length <= MOST_BARE_WORDS;
    boolean wordsExpected = gold instanceof Words || gold instanceof Answer.Braces;
    boolean product = gold instanceof Value(Expr expr) && Equivalence.spells(expr, normal);
    return !(wordsExpected && few) && !product && !gold.equals(given.answer);
  }

  private static @Nullable Reading read(String text, Budget budget) {
    Function<String, @Nullable Answer> reader = candidate -> answer(candidate, Set.of(), budget);
    @Nullable Extraction extraction = new AnswerExtractor(reader).extract(text);
    return extraction == null ? null : new Reading(extraction, reader.apply(extraction.text()));
  }

  /**
   * @param numbers the names that are numbers before brackets, where others are functions
   */
  private static @Nullable Answer answer(String text, Set<String> numbers, Budget budget) {
    try {
      return new AnswerReader(budget, numbers).read(text);
    } catch (MathException e) {
      return null;
    }
  }
}
