package io.jackpot.tasks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jackpot.devices.Products;
import io.jackpot.tensor.Ops;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The device that the tests run on: TornadoVM's default one. Opened once, as compiling is slow. */
public final class TestDevice {
  private static final TornadoOps OPS = new TornadoOps(device(), Products.PLAIN, Map.of());

  private TestDevice() {}

  public static TornadoDevice device() {
    return TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
  }

  public static Ops ops() {
    return OPS;
  }

  /** Ops that multiply matrices in another way; to be closed. */
  static Ops opsWith(Products products) {
    return new TornadoOps(device(), products, Map.of());
  }

  static boolean isCuda() {
    return device().getTornadoVMBackend().name().contains("CUDA");
  }

  /** Skips a test that needs the CUDA backend where the device is on another. */
  static void assumeCuda() {
    assumeTrue(isCuda(), "tensor cores and cuBLAS: the device is not on TornadoVM's CUDA backend");
  }

  /** Ops whose LM head keeps few logits at a time. */
  public static Ops opsWithHeadBudget(int headBudget) {
    return new TornadoOps(device(), Products.PLAIN, Map.of(), headBudget);
  }
}
