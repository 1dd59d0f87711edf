package io.jackpot.tasks;

import io.jackpot.tensor.Ops;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The device that the tests run on: TornadoVM's default one. Opened once, as compiling is slow. */
public final class TestDevice {
  private static final TornadoOps OPS = new TornadoOps(device(), Map.of());

  private TestDevice() {}

  public static TornadoDevice device() {
    return TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
  }

  /** Names of the kernels that have run on it. */
  public static Set<String> launched() {
    return OPS.launched();
  }

  public static Ops ops() {
    return OPS;
  }

  /** Ops whose LM head keeps few logits at a time. */
  public static Ops opsWithHeadBudget(int headBudget) {
    return new TornadoOps(device(), Map.of(), headBudget);
  }
}
