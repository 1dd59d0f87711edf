package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.objective.ObjectiveCases;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.TokenBatch;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceObjectiveTest {
  private static final DeviceObjective OBJECTIVE = new DeviceObjective(TestDevice.device());
  private static final List<ObjectiveOptions> OPTIONS = ObjectiveCases.options();

  @AfterAll
  static void close() {
    OBJECTIVE.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000, 20_011})
  void theDeviceSaysWhatTheCpuSays(int tokens) {
    TokenBatch batch = ObjectiveCases.batch(tokens, tokens);
    for (ObjectiveOptions options : OPTIONS) {
      ObjectiveCases.check(OBJECTIVE, options, batch, "batch");
    }
  }

  @Test
  void adversarialBatches() {
    ObjectiveCases.adversarial()
        .forEach((what, batch) -> {
          for (int i = 0; i < OPTIONS.size(); i += 5) {
            ObjectiveCases.check(OBJECTIVE, OPTIONS.get(i), batch, what);
          }
        });
  }

  @Test
  void theSameBatchGivesTheSameBits() {
    TokenBatch batch = ObjectiveCases.batch(3, 3000);
    ObjectiveOptions options = OPTIONS.get(1);
    double[] first = OBJECTIVE.evaluate(options, batch).policyCoefficient();
    double loss = OBJECTIVE.evaluate(options, batch).totalLoss();
    OBJECTIVE.evaluate(OPTIONS.get(100), ObjectiveCases.batch(4, 3500));
    assertThat(OBJECTIVE.evaluate(options, batch).policyCoefficient()).isEqualTo(first);
    assertThat(OBJECTIVE.evaluate(options, batch).totalLoss()).isEqualTo(loss);
  }

  @Test
  void closingLeavesWhatElseIsOnTheDevice() {
    Ops ops = TestDevice.ops();
    Tensor x = Tensor.of(new float[] {1, 2, 3}, 3);
    Tensor y = Tensor.of(new float[] {10, 20, 30}, 3);
    TokenBatch batch = ObjectiveCases.batch(5, 50);
    ObjectiveCases.check(OBJECTIVE, OPTIONS.get(2), batch, "before");
    ops.add(x, y);
    try (DeviceObjective other = new DeviceObjective(TestDevice.device())) {
      ObjectiveCases.check(other, OPTIONS.get(2), batch, "other");
    }
    ops.add(x, y);
    assertThat(y.data()).containsExactly(12, 24, 36);
    ObjectiveCases.check(OBJECTIVE, OPTIONS.get(3), batch, "after");
  }
}
