package io.jackpot.tensor;

/**
 * A language-model head applied to hidden states: the distribution of token {@code n} is {@code
 * softmax(weight · hidden[n] / temperature)}. The logits themselves are never stored whole.
 *
 * @param hidden [tokens, dim], after the final norm
 * @param weight [vocabulary, dim]
 * @param temperature the sampling temperature, above zero
 */
public record Head(Tensor hidden, Tensor weight, float temperature) {
  public Head {
    if (hidden.cols() != weight.cols()) {
      throw new IllegalArgumentException(
          "head: hidden " + hidden.shape() + " and weight " + weight.shape() + " differ in dim");
    }
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("head: temperature " + temperature + ", expected above 0");
    }
  }

  public int tokens() {
    return hidden.rows();
  }

  public int vocabulary() {
    return weight.rows();
  }
}
