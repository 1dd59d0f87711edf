package io.jackpot.tensor;

import io.jackpot.tasks.TestDevice;
import java.util.List;
import java.util.function.Function;

/** TornadoOps keeps the contracts, on the machine's device. */
class TornadoOpsTest
    implements MatmulContract,
        RowsContract,
        AttentionContract,
        HeadContract,
        ElementwiseContract,
        OptimizerContract {
  @Override
  public List<float[]> run(Function<Ops, List<float[]>> body) {
    return body.apply(TestDevice.ops());
  }

  /** Sums are taken in float32. */
  @Override
  public double slack() {
    return 2;
  }
}
