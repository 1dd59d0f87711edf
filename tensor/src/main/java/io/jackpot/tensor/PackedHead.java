package io.jackpot.tensor;

/**
 * A {@link Head} of a model that only samples.
 *
 * @param hidden [tokens, dim], after the final norm
 * @param weight [vocabulary, dim]
 * @param temperature the sampling temperature, above zero
 */
public record PackedHead(Tensor hidden, PackedMatrix weight, float temperature) {
  public PackedHead {
    if (hidden.cols() != weight.cols()) {
      throw new IllegalArgumentException(
          "head: hidden %s and weight [%d, %d] differ in dim"
              .formatted(hidden.shape(), weight.rows(), weight.cols()));
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
