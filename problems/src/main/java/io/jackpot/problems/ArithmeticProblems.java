package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Threefry;
import io.jackpot.weights.CharTokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Generated arithmetic with a scratchpad: {@code + - *} from left to right, modulo a number of at
 * most 10. Example: prompt {@code 3+7*2=}, answer {@code 0}, completion {@code 3+7=0;0*2=0;#0$}.
 *
 * <p>One problem in eight is held out; that depends on its text alone. Training problems of any
 * seed are never held-out ones.
 */
public final class ArithmeticProblems implements ProblemSource {
  /** The 18 symbols of prompts and completions. */
  public static final String ALPHABET = "0123456789+-*=;#$\n";

  /** Ends a completion. */
  public static final char END = '$';

  /** More would take minutes and gigabytes to find. */
  private static final int MOST_HELD_OUT = 1_000_000;

  private static final int MAX_OPERATIONS = 100;

  // Distinct from the streams that callers derive from the same seed.
  private static final int TRAINING_STREAM = 1 << 16;
  private static final long HELD_OUT_KEY = 2;

  private final int size;
  private final IntFunction<Expression> expressions;

  private ArithmeticProblems(int size, IntFunction<Expression> expressions) {
    this.size = size;
    this.expressions = expressions;
  }

  /** The tokenizer of {@link #ALPHABET}, with one token per symbol. */
  public static CharTokenizer tokenizer() {
    return new CharTokenizer(ALPHABET, END);
  }

  /**
   * An unlimited number of problems, none of them held out. Problem i depends on the seed and i
   * only.
   *
   * @param operations 1 to 100
   * @param modulus 2 to 10
   * @throws InputException if one of them is out of range
   */
  public static ArithmeticProblems training(int operations, int modulus, long seed) {
    check(operations, modulus);
    long key = Threefry.fold(seed, TRAINING_STREAM, 0);
    return new ArithmeticProblems(
        Integer.MAX_VALUE, index -> draw(operations, modulus, key, index, false));
  }

  /**
   * {@code count} different held-out problems, the same ones every time. A smaller set is the
   * beginning of a larger one.
   *
   * @param count 0 to 1,000,000
   * @throws InputException if there are fewer problems, or an argument is out of range
   */
  public static ArithmeticProblems heldOut(int operations, int modulus, int count) {
    check(operations, modulus);
    if (count < 0 || count > MOST_HELD_OUT) {
      throw new InputException(
          "held-out problems: found %d, expected 0 to %d".formatted(count, MOST_HELD_OUT));
    }
    // If there are many more problems than requested, enough are held out and draws seldom repeat.
    if (Expression.count(operations, modulus) < 64.0 * count) {
      int available = countHeldOut(operations, modulus);
      if (available < count) {
        throw new InputException(
            "held-out problems: %d, but only %d exist for %d operations modulo %d; ask for fewer problems or more operations"
                .formatted(count, available, operations, modulus));
      }
    }
    Set<Expression> known = new HashSet<>();
    List<Expression> list = new ArrayList<>();
    for (int i = 0; list.size() < count; i++) {
      Expression expression = draw(operations, modulus, HELD_OUT_KEY, i, true);
      if (known.add(expression)) {
        list.add(expression);
      }
    }
    return new ArithmeticProblems(count, list::get);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Problem get(int index) {
    Expression expression = expression(index);
    return new Problem(
        expression.prompt(),
        Integer.toString(expression.answer()),
        expression.scratchpad(step -> false, (step, value) -> value));
  }

  Expression expression(int index) {
    return expressions.apply(Objects.checkIndex(index, size));
  }

  /** The first expression of a stream of draws that is held out, or the first that is not. */
  private static Expression draw(
      int operations, int modulus, long key, int index, boolean heldOut) {
    for (int attempt = 0; ; attempt++) {
      long stream = Threefry.fold(key, index, attempt);
      Expression expression =
          Expression.of(
              operations, modulus, (place, bound) -> Threefry.below(stream, place, 0, bound));
      if (expression.isHeldOut() == heldOut) {
        return expression;
      }
    }
  }

  private static int countHeldOut(int operations, int modulus) {
    int heldOut = 0;
    long all = (long) Expression.count(operations, modulus);
    for (long number = 0; number < all; number++) {
      long[] rest = {number};
      Expression expression =
          Expression.of(
              operations,
              modulus,
              (place, bound) -> {
                int digit = (int) (rest[0] % bound);
                rest[0] /= bound;
                return digit;
              });
      heldOut += expression.isHeldOut() ? 1 : 0;
    }
    return heldOut;
  }

  private static void check(int operations, int modulus) {
    if (operations < 1 || operations > MAX_OPERATIONS) {
      throw new InputException("operations: " + operations + ", expected 1 to " + MAX_OPERATIONS);
    }
    if (modulus < 2 || modulus > 10) {
      throw new InputException("modulus: " + modulus + ", expected 2 to 10");
    }
  }
}
