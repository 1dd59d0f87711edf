package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CollapseTest {
  private final Collapse collapse = new Collapse();

  private void evaluation(int step, double accuracy, int problems) {
    collapse.add(
        line(step, 1, 0.5).put("heldOutAccuracy", accuracy).put("heldOutProblems", problems));
  }

  private static ObjectNode line(int step, double entropy, double reward) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("step", step)
        .put("entropy", entropy)
        .put("reward", reward);
  }

  @Test
  void anAccuracyBelowAFifthOfTheBestIsACollapse() {
    evaluation(0, 0.27, 84);
    assertThat(collapse.ofAccuracy()).isEmpty();
    evaluation(4, 0.06, 84);
    assertThat(collapse.ofAccuracy()).isEmpty();
    evaluation(8, 0.0, 84);
    assertThat(collapse.ofAccuracy())
        .hasValue(
            "the held-out accuracy has fallen to 0.000 from 0.270 in step 0: it may not recover; start again with a smaller --learning-rate, or from an earlier checkpoint");
    collapse.add(line(9, 1, 0.5));
    assertThat(collapse.ofAccuracy()).isPresent();
    evaluation(12, 0.2, 84);
    assertThat(collapse.ofAccuracy()).isEmpty();
  }

  @Test
  void fewRightAnswersSayNothing() {
    evaluation(0, 0.2, 90);
    evaluation(1, 0.0, 90);
    assertThat(collapse.ofAccuracy()).isEmpty();
    evaluation(2, 0.0, 100);
    assertThat(collapse.ofAccuracy()).isPresent();
  }

  @Test
  void aCertainPolicyHasCollapsedOnlyIfItIsMostlyWrong() {
    collapse.add(line(0, 0.8, 0.2));
    collapse.add(line(1, 0.01, 0.2));
    assertThat(collapse.ofEntropy()).isEmpty();
    collapse.add(line(2, 0.007, 0.9));
    assertThat(collapse.ofEntropy()).isEmpty();
    collapse.add(line(3, 0.007, 0.1));
    assertThat(collapse.ofEntropy())
        .hasValueSatisfying(said ->
            assertThat(said)
                .startsWith("the policy's entropy has fallen to 0.0070 from 0.80, and most"));
    collapse.add(line(4, 0.1, 0.1));
    assertThat(collapse.ofEntropy()).isEmpty();
  }
}
