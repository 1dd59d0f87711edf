package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.random;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the gradient norm and the update. */
interface OptimizerContract extends OpsContract {
  /** Of a tensor of several pieces, and of a small one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  default void sumsOfSquares(int dim) {
    compare(
        2e-5,
        ops -> {
          Tensor x = random(1, 3, 700, dim);
          x.data()[3] = 0;
          double[] sums = ops.sumsOfSquares(List.of(x, random(2, 1, dim)));
          return List.of(new float[] {(float) sums[0]}, new float[] {(float) sums[1]});
        });
  }

  @Test
  default void adamW() {
    compare(
        1e-6,
        ops -> {
          Tensor w = random(1, 1, 333);
          Tensor m = Tensor.zeros(333);
          Tensor v = Tensor.zeros(333);
          for (int step = 1; step <= 5; step++) {
            Tensor g = random(10 + step, 3, 333);
            ops.adamW(w, g, m, v, new AdamWStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, step, 0.5f));
          }
          return List.of(w.data(), m.data(), v.data());
        });
  }
}
