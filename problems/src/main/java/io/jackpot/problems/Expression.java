package io.jackpot.problems;

import io.jackpot.tensor.Threefry;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;

/**
 * Digits joined by {@code + - *} and evaluated from left to right; every result is reduced modulo
 * {@code modulus} and not negative.
 *
 * @param prompt a text such as {@code 3+7*2=}: digits below the modulus at even places, operators
 *     at odd places, then the equals sign
 */
record Expression(String prompt, int modulus) {
  private static final String OPERATORS = "+-*";

  /** The seed of the hash that decides which expressions are held out. */
  private static final long HELD_OUT_HASH = 1;

  private static final int HELD_OUT_ONE_IN = 8;

  /**
   * Makes an expression.
   *
   * @param choose chooses the digit or the operator for a place in the prompt: a number from 0 to
   *     below the bound that is its second argument
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

  /** The number of expressions; a double, since it may exceed a long. */
  static double count(int operations, int modulus) {
    return Math.pow(modulus, operations + 1) * Math.pow(OPERATORS.length(), operations);
  }

  int operations() {
    return prompt.length() / 2 - 1;
  }

  /**
   * Whether this expression is for evaluation only. That depends on the text alone, so no seed,
   * index or noise brings a held-out problem into training.
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

  /** The completion without a scratchpad. */
  String direct() {
    return end(answer());
  }

  /**
   * The completion with a scratchpad, as in {@code 3+7=0;0*2=0;#0$}.
   *
   * @param terse the steps that show their result only, as in {@code 0;}
   * @param written the result to write for a step and its right result; later steps and the answer
   *     continue from the written result
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
