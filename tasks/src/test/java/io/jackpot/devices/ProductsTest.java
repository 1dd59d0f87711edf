package io.jackpot.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
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
      assertThatThrownBy(() -> Products.of(DeviceChoice.CPU, other.gemm(), other.precision()))
          .isInstanceOf(InputException.class)
          .hasMessage(
              other
                  + ": only on a device, but device is cpu, expected gemm java, matmulPrecision"
                  + " f32");
      assertThat(Products.of(DeviceChoice.AUTO, other.gemm(), other.precision())).isEqualTo(other);
    }
    assertThat(Products.of(DeviceChoice.CPU, Gemm.JAVA, Precision.F32)).isEqualTo(Products.PLAIN);
  }
}
