package io.jackpot.answers;

import io.jackpot.math.Expr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed answer. */
sealed interface Answer {

  /** A number, or an expression in variables. */
  record Value(Expr expr) implements Answer {}

  /**
   * A number with a unit.
   *
   * @param unit the unit in the form of {@link Units#normal}
   */
  record Quantity(Answer amount, String unit) implements Answer {}

  /**
   * A tuple, a point, a vector or an interval; these look alike.
   *
   * @param open one of {@code ( [ <}
   * @param close one of {@code ) ] >}
   */
  record Sequence(char open, List<Answer> items, char close) implements Answer {}

  /** A set in braces; empty for ∅ and for "no solution". */
  record Braces(List<Answer> items) implements Answer {}

  /**
   * The separator of several answers: inequalities joined by "and" hold together, of those joined
   * by "or" one is enough.
   */
  enum Joiner {
    COMMA,
    AND,
    OR
  }

  /** Several answers without brackets. */
  record Several(List<Answer> items, Joiner joiner) implements Answer {}

  record Union(List<Answer> parts) implements Answer {}

  /** The difference of two sets. */
  record Without(Answer set, Answer removed) implements Answer {}

  /** Rows of equal length. */
  record Matrix(List<List<Answer>> rows) implements Answer {}

  /**
   * A chain of equations or inequalities.
   *
   * @param signs the signs between the sides: {@code = < > ≤ ≥ ≠ ≈ ∈}
   */
  record Relation(List<Answer> sides, List<Character> signs) implements Answer {}

  /** Two or more parts, as in 3:4. */
  record Ratio(List<Answer> parts) implements Answer {}

  /** A residue class, as in 3 (mod 7). */
  record Residue(Expr value, Expr modulus) implements Answer {}

  /** A number in a base other than ten, as it is written. */
  record Based(String digits, int base) implements Answer {}

  /** A time of day. */
  record Clock(int hour, int minute, @Nullable String half) implements Answer {}

  /**
   * An option of a multiple-choice problem.
   *
   * @param text the text of the option, if the answer repeats it
   */
  record Choice(char letter, @Nullable Answer text) implements Answer {}

  /**
   * Words.
   *
   * @param normal lower case, without articles and punctuation
   */
  record Words(String normal) implements Answer {}
}
