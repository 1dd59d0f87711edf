package io.jackpot.tensor;

import io.jackpot.tasks.TestDevice;
import java.util.List;
import java.util.function.Function;

/** TornadoOps keeps the contract, on the machine's device. */
class TornadoOpsTest extends OpsContract {
  @Override
  List<float[]> run(Function<Ops, List<float[]>> body) {
    return body.apply(TestDevice.ops());
  }

  /** Sums are taken in float32. */
  @Override
  double slack() {
    return 2;
  }
}
