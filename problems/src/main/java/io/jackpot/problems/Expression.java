package io.jackpot.problems;

import io.jackpot.tensor.Threefry;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;

/**
 * Digits joined by {@code + - *}, worked out from left to right, every result modulo {@code
 * modulus} and not negative.
 *
 * @param prompt as in {@code 3+7*2=}: digits below the modulus at even places, operators at odd
 *     ones, then the equals sign
 */
record Expression(String prompt, int modulus) {
  private static final String OPERATORS = "+-*";

  /** Names the hash that decides what is held out; another number would hold out others. */
  private static final long HELD_OUT_HASH = 1;

  private static final int HELD_OUT_ONE_IN = 8;

  /**
   * @param choose given a place in the prompt and a bound, the digit or the operator that stands
   *     there, from 0 to below the bound
   */
  static Expression of(int operations, int modulus, IntBinaryOperator choose) {
    StringBuilder prompt = new StringBuilder(2 * operations + 2);
    for (int place = 0; place <= 2 * operations; place++) {
      prompt.append(
          place % 2 == 0
              ? (char) ('0' + choose.applyAsInt(place, modulus))
              : OPERATORS.charAt(choose.applyAsInt(place, OPERATORS.length())));
    }
    return new Expression(prompt.append('=').toString(), modulus);
  }

  /** How many there are; a double, since there may be more than fit a long. */
  static double count(int operations, int modulus) {
    return Math.pow(modulus, operations + 1) * Math.pow(OPERATORS.length(), operations);
  }

  int operations() {
    return prompt.length() / 2 - 1;
  }

  /**
   * Whether this is for evaluation only. It depends on nothing but the text, so no seed, index or
   * noise brings a held-out problem into training.
   */
  boolean isHeldOut() {
    long hash = HELD_OUT_HASH;
    for (int i = 0; i < prompt.length(); i++) {
      hash = Threefry.fold(hash, i, prompt.charAt(i));
    }
    return Long.remainderUnsigned(hash, HELD_OUT_ONE_IN) == 0;
  }

  int answer() {
    int value = prompt.charAt(0) - '0';
    for (int step = 0; step < operations(); step++) {
      value = apply(value, step);
    }
    return value;
  }

  /** The bare answer. */
  String direct() {
    return end(answer());
  }

  /**
   * The answer worked out, as in {@code 3+7=0;0*2=0;#0$}.
   *
   * @param terse the steps of which only the result is written, as in {@code 0;}
   * @param written given a step and its result, what is written as the result; the steps that
   *     follow and the answer go on from there
   */
  String scratchpad(IntPredicate terse, IntBinaryOperator written) {
    StringBuilder text = new StringBuilder();
    int value = prompt.charAt(0) - '0';
    for (int step = 0; step < operations(); step++) {
      if (!terse.test(step)) {
        text.append(value).append(prompt, 2 * step + 1, 2 * step + 3).append('=');
      }
      value = written.applyAsInt(step, apply(value, step));
      text.append(value).append(';');
    }
    return text.append(end(value)).toString();
  }

  private int apply(int left, int step) {
    int right = prompt.charAt(2 * step + 2) - '0';
    int result =
        switch (prompt.charAt(2 * step + 1)) {
          case '+' -> left + right;
          case '-' -> left - right;
          default -> left * right;
        };
    return Math.floorMod(result, modulus);
  }

  private static String end(int answer) {
    return ScratchpadVerifier.MARK + answer + ArithmeticProblems.END;
  }
}
