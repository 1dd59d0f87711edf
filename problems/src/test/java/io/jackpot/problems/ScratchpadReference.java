package io.jackpot.problems;

/** One operation, written independently of the product. */
final class ScratchpadReference {
  private ScratchpadReference() {}

  static int apply(int left, char operator, int right, int modulus) {
    int exact = operator == '*' ? left * right : operator == '+' ? left + right : left - right;
    while (exact < 0) {
      exact += modulus;
    }
    return exact % modulus;
  }
}
