package io.jackpot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Products.Gemm;
import io.jackpot.config.Products.Precision;
import io.jackpot.config.TrainSettings.Device;
import io.jackpot.tensor.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProductsTest {

  @Test
  void ourKernelsHaveNoTf32() {
    assertThatThrownBy(() -> new Products(Gemm.JAVA, Precision.TF32))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "matmulPrecision tf32: only with gemm vendor; our own kernels have f32 and bf16");
    assertThat(new Products(Gemm.VENDOR, Precision.TF32))
        .hasToString("gemm vendor, matmulPrecision tf32");
  }

  @Test
  void theCpuHasOneKind() {
    for (Products other :
        List.of(
            new Products(Gemm.JAVA, Precision.BF16), new Products(Gemm.VENDOR, Precision.F32))) {
      assertThatThrownBy(() -> Products.of(Device.CPU, other.gemm(), other.precision()))
          .isInstanceOf(InputException.class)
          .hasMessage(
              other
                  + ": only on a device, but device is cpu, expected gemm java, matmulPrecision"
                  + " f32");
      assertThat(Products.of(Device.AUTO, other.gemm(), other.precision())).isEqualTo(other);
    }
    assertThat(Products.of(Device.CPU, Gemm.JAVA, Precision.F32)).isEqualTo(Products.PLAIN);
  }
}
