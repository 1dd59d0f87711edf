package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
import io.jackpot.tensor.Fixtures;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products of rounded factors, and the vendor's, in all three orientations: the sums, in double, of
 * what the factors are rounded to.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MatrixProductTest {
  private static final List<Products> ALL =
      List.of(
          new Products(Gemm.JAVA, Precision.BF16),
          new Products(Gemm.VENDOR, Precision.F32),
          new Products(Gemm.VENDOR, Precision.TF32),
          new Products(Gemm.VENDOR, Precision.BF16));

  /** Rows, columns, steps of the sum. The last has more tiles than a launch has groups. */
  private static final int[][] SIZES = {
    {1, 1, 1},
    {3, 5, 7},
    {16, 8, 16},
    {127, 129, 33},
    {129, 127, 31},
    {130, 257, 95},
    {64, 64, 2051},
    {5, 3, 70_000},
    {3, 200, 0},
    {3073, 2815, 3},
  };

  private final Map<Products, Ops> opened = new HashMap<>();

  private Ops ops(Products products) {
    TestDevice.assumeCuda();
    return opened.computeIfAbsent(products, TestDevice::opsWith);
  }

  @AfterAll
  void close() {
    opened.values().forEach(Ops::close);
  }

  static List<Arguments> everySizeOfEvery() {
    List<Arguments> all = new ArrayList<>();
    for (Products products : ALL) {
      for (int[] size : SIZES) {
        all.add(Arguments.of(products, size[0], size[1], size[2]));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("everySizeOfEvery")
  void sumsAreThoseOfRoundedFactors(Products products, int rows, int cols, int inner) {
    Ops ops = ops(products);
    Tensor a = Fixtures.random(1, 1, rows, inner);
    Tensor b = Fixtures.random(2, 1, inner, cols);
    Tensor before = Fixtures.random(3, 1, rows, cols);
    Expected expected = Expected.of(products, a, b);
    Tensor y = Tensor.zeros(rows, cols);
    ops.matmulNN(a, b, y, false);
    expected.assertNear("NN", y, Tensor.zeros(rows, cols));
    Tensor more = Fixtures.copy(before);
    ops.matmulNT(a, transposed(b), more, true);
    expected.assertNear("NT", more, before);
    Tensor again = Fixtures.copy(before);
    ops.matmulTN(transposed(a), b, again, true);
    expected.assertNear("TN", again, before);
  }

  static List<Products> all() {
    return ALL;
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsNoNumberStaysSo(Products products) {
    Ops ops = ops(products);
    float[] special = {
      Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 3e38f, -0f, Float.MIN_NORMAL
    };
    Tensor a = Tensor.of(special.clone(), special.length, 1);
    Tensor y = Tensor.zeros(special.length, 1);
    ops.matmulNN(a, Tensor.of(new float[] {1}, 1, 1), y, false);
    for (int i = 0; i < special.length; i++) {
      if (Float.isFinite(special[i])) {
        assertThat(y.data()[i])
            .as("%s of %s", products, special[i])
            .isCloseTo(special[i], withinPercentage(0.8));
      } else {
        assertThat(y.data()[i]).as(products.toString()).isEqualTo(Float.valueOf(special[i]));
      }
    }
  }

  /** Opening tries a product out; if its result is right, the run can start. */
  @ParameterizedTest
  @MethodSource("all")
  void aDeviceThatHasThemOpens(Products products) {
    TestDevice.assumeCuda();
    Device device = new Device("0:0", "CUDA", "card", "GPU", 1L << 34);
    try (Compute opened = new OpenTornado().open(device, new MemoryPlan(List.of(), ""), products)) {
      assertThat(opened.lines().getFirst()).contains(products.toString());
    }
  }

  @Test
  void otherBackendsRefuseThemInOneLine() {
    assumeTrue(!TestDevice.isCuda(), "the device is on the CUDA backend");
    Device device = new Device("0:0", "OpenCL", "pthread", "CPU", 1L << 34);
    for (Products products : ALL) {
      assertThatThrownBy(
              () -> new OpenTornado().open(device, new MemoryPlan(List.of(), ""), products))
          .isInstanceOf(InputException.class)
          .hasMessage(
              products
                  + ": only on TornadoVM's CUDA backend, but pthread is on OpenCL; expected gemm"
                  + " java, matmulPrecision f32");
    }
  }

  /**
   * The expected product.
   *
   * @param sums in double
   * @param tolerances how far each may be from it
   */
  private record Expected(double[] sums, double[] tolerances) {

    /**
     * Our kernels round to nearest, ties to even: of factors rounded so, the result is the float32
     * sum. How a vendor rounds is its own affair, but by no more than a unit in the last place.
     */
    static Expected of(Products products, Tensor a, Tensor b) {
      boolean ours = products.gemm() == Gemm.JAVA;
      double unit =
          switch (products.precision()) {
            case F32 -> 0;
            case TF32 -> 0x1p-10;
            case BF16 -> ours ? 0 : 0x1p-7;
          };
      double[] left = values(a, ours);
      double[] right = values(b, ours);
      int inner = a.dim(1);
      int cols = b.dim(1);
      double[] sums = new double[a.dim(0) * cols];
      double[] tolerances = new double[sums.length];
      double added = 2e-7 * Math.sqrt(inner);
      for (int i = 0; i < a.dim(0); i++) {
        for (int p = 0; p < inner; p++) {
          for (int j = 0; j < cols; j++) {
            double product = left[i * inner + p] * right[p * cols + j];
            sums[i * cols + j] += product;
            tolerances[i * cols + j] += (2 * unit + 1e-7) * Math.abs(product) + added / inner;
          }
        }
      }
      return new Expected(sums, tolerances);
    }

    private static double[] values(Tensor x, boolean rounded) {
      double[] values = new double[x.size()];
      for (int i = 0; i < values.length; i++) {
        int bits = Float.floatToRawIntBits(x.data()[i]);
        int toBfloat16 = bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000;
        values[i] = Float.intBitsToFloat(rounded ? toBfloat16 : bits);
      }
      return values;
    }

    void assertNear(String what, Tensor found, Tensor before) {
      for (int i = 0; i < sums.length; i++) {
        double start = before.data()[i];
        assertThat((double) found.data()[i])
            .as("%s at %d", what, i)
            .isCloseTo(
                start + sums[i], within(tolerances[i] + 1e-6 * Math.abs(start + sums[i]) + 1e-9));
      }
    }
  }

  private static Tensor transposed(Tensor x) {
    int rows = x.dim(0);
    int cols = x.dim(1);
    Tensor y = Tensor.zeros(cols, rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        y.data()[j * rows + i] = x.data()[i * cols + j];
      }
    }
    return y;
  }
}
