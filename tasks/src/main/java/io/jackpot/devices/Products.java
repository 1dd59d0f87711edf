package io.jackpot.devices;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;

/**
 * The way a device computes matrix products. The CPU has one, in float32.
 *
 * @param gemm the kernels
 * @param precision of the factors as they are read; weights, sums and results stay float32
 */
public record Products(Gemm gemm, Precision precision) {
  /** Our kernels in float32: what every device has. */
  public static final Products PLAIN = new Products(Gemm.JAVA, Precision.F32);

  /** The kernels that multiply matrices. */
  public enum Gemm {
    /** Ours. */
    JAVA,
    /** cuBLAS. */
    VENDOR
  }

  /** The format to which the factors of a product are rounded as they are read. */
  public enum Precision {
    /** Not at all: 24 bits of significand. */
    F32,
    /** TensorFloat-32: 11 bits of significand, the range of float32. */
    TF32,
    /** bfloat16: 8 bits of significand, the range of float32. */
    BF16
  }

  /**
   * @throws InputException if there are no such kernels
   */
  public Products {
    if (gemm == Gemm.JAVA && precision == Precision.TF32) {
      throw new InputException(
          "matmulPrecision tf32: only with gemm vendor; our own kernels have f32 and bf16");
    }
  }

  /**
   * Checks settings that can be wrong together.
   *
   * @throws InputException if the CPU is to do what only devices do
   */
  public static Products of(DeviceChoice device, Gemm gemm, Precision precision) {
    Products products = new Products(gemm, precision);
    if (device == DeviceChoice.CPU && !products.equals(PLAIN)) {
      throw new InputException(
          products + ": only on a device, but device is cpu, expected " + PLAIN);
    }
    return products;
  }

  /** In the words of the settings. */
  @Override
  public String toString() {
    return "gemm %s, matmulPrecision %s".formatted(Names.of(gemm), Names.of(precision));
  }
}
