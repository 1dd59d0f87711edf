package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the matrix products: sizes below, at and above tiles and vectors. */
interface MatmulContract extends OpsContract {
  /** One orientation. */
  interface Product {
    void run(Ops ops, Tensor a, Tensor b, Tensor y, boolean accumulate);
  }

  /** {@code a × b → y}, overwriting and adding to what is there. */
  private void compare(Product product, int[] a, int[] b, int[] y) {
    compare(
        1e-5,
        ops -> {
          List<float[]> results = new ArrayList<>();
          for (boolean accumulate : new boolean[] {false, true}) {
            Tensor out = random(3, 1, y);
            product.run(ops, random(1, 1, a), random(2, 1, b), out, accumulate);
            results.add(out.data());
          }
          return results;
        });
  }

  private static int n(int m) {
    return 131 - m;
  }

  private static int k(int m) {
    return 1 + m * 5 % 67;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 17, 33, 64, 100, 129})
  default void matmulNT(int m) {
    int n = n(m);
    int k = k(m);
    compare(Ops::matmulNT, new int[] {m, k}, new int[] {n, k}, new int[] {m, n});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 17, 33, 64, 100, 129})
  default void matmulNN(int m) {
    int n = n(m);
    int k = k(m);
    compare(Ops::matmulNN, new int[] {m, n}, new int[] {n, k}, new int[] {m, k});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 17, 33, 64, 100, 129})
  default void matmulTN(int m) {
    int n = n(m);
    int k = k(m);
    compare(Ops::matmulTN, new int[] {m, n}, new int[] {m, k}, new int[] {n, k});
  }

  @Test
  default void matmulNTRefusesOtherShapes() {
    run(ops -> {
      Tensor a = Tensor.zeros(2, 3);
      assertThatThrownBy(() -> ops.matmulNT(a, Tensor.zeros(4, 5), a, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("matmulNT");
      return List.of();
    });
  }
}
