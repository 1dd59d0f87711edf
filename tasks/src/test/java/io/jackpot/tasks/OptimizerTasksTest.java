package io.jackpot.tasks;

import static io.jackpot.tasks.ShiftedArrays.AT;
import static io.jackpot.tasks.ShiftedArrays.result;
import static io.jackpot.tasks.ShiftedArrays.shifted;
import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.random;

import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The bodies of the optimizer's kernels, on the host, against the oracle. */
class OptimizerTasksTest {
  @Test
  void adamW() {
    Tensor w = random(1, 1, 33);
    Tensor m = random(2, 0.1f, 33);
    Tensor v = Tensor.zeros(33);
    Tensor g = random(3, 3, 33);
    float[] weight = shifted(w);
    float[] first = shifted(m);
    float[] second = shifted(v);
    for (int i = 0; i < 33; i++) {
      OptimizerTasks.adamW(
          weight,
          AT,
          shifted(g),
          AT,
          first,
          AT,
          second,
          AT,
          1e-2f,
          0.9f,
          0.95f,
          1e-8f,
          1 - 1e-3f,
          0.5f,
          (float) (1 - Math.pow(0.9f, 3)),
          (float) (1 - Math.pow(0.95f, 3)),
          i);
    }
    new ScalarOps().adamW(w, g, m, v, new AdamWStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 3, 0.5f));
    assertClose("w", result(weight), w.data(), 1e-6);
    assertClose("m", result(first), m.data(), 1e-6);
    assertClose("v", result(second), v.data(), 1e-6);
  }
}
