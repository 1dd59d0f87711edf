package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the elementwise ops: extremes, and sizes with and without a vector's tail. */
interface ElementwiseContract extends OpsContract {
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void add(int dim) {
    compare(
        0,
        ops -> {
          Tensor x = random(3, 1, 700, dim);
          Tensor y = random(1, 3, 700, dim);
          ops.add(x, y);
          ops.add(x, x);
          return List.of(x.data(), y.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 35})
  default void zero(int rows) {
    compare(
        0,
        ops -> {
          Tensor x = random(1, 1, rows, 7);
          ops.zero(x);
          return List.of(x.data());
        });
  }

  /** Gates whose sigmoid is 0 or 1 in float32, signed zeros, and NaN. */
  private static Tensor gates() {
    Tensor gate = random(1, 20, 3, 70);
    float[] extremes = {0, -0f, 90, -90, 1000, -1000, Float.NaN, 1e-30f};
    System.arraycopy(extremes, 0, gate.data(), 10, extremes.length);
    return gate;
  }

  @Test
  default void swigluForward() {
    compare(
        1e-5,
        ops -> {
          Tensor y = Tensor.zeros(3, 70);
          ops.swigluForward(gates(), random(2, 1, 3, 70), y);
          return List.of(y.data());
        });
  }

  /** With the gate's gradient in place of the gate. */
  @Test
  default void swigluBackward() {
    compare(
        1e-5,
        ops -> {
          Tensor gate = gates();
          Tensor dUp = Tensor.zeros(3, 70);
          ops.swigluBackward(random(3, 1, 3, 70), gate, random(2, 1, 3, 70), gate, dUp);
          return List.of(gate.data(), dUp.data());
        });
  }

  @Test
  default void addRefusesOtherShapes() {
    run(ops -> {
      assertThatThrownBy(() -> ops.add(Tensor.zeros(2, 3), Tensor.zeros(4, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found, in this order, [2, 3], [4, 5]");
      return List.of();
    });
  }
}
