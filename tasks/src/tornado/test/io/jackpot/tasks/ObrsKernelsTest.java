package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.tensor.Threefry;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObrsKernelsTest {
  /** The CPU draws a token's u at the rollout; a device must draw the same bits. */
  @Test
  void uniformsAreThoseOfTheCpuBitForBit() {
    int n = 100_003;
    SplittableRandom random = new SplittableRandom(1);
    int[] words = random.ints(4L * n).toArray();
    int[] edges = {0, -1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x80000001};
    for (int i = 0; i < 6 * 6 * 6 * 6; i++) {
      words[4 * i] = edges[i % 6];
      words[4 * i + 1] = edges[i / 6 % 6];
      words[4 * i + 2] = edges[i / 36 % 6];
      words[4 * i + 3] = edges[i / 216];
    }
    double[] uniform = new double[n];
    double[] given = new double[n];
    int[] choices = new int[ObjectiveInputs.CHOICES];
    choices[ObjectiveInputs.TOKENS] = n;
    choices[ObjectiveInputs.DRAWN] = 1;
    DeviceTask.run(
        (graph, context) ->
            graph.task("t", ObrsKernels::uniforms, context, words, given, choices, uniform),
        Math.ceilDiv(n, 64),
        64,
        uniform,
        words,
        given,
        choices);
    for (int t = 0; t < n; t++) {
      long key = (words[4 * t] & 0xFFFFFFFFL) | ((long) words[4 * t + 1] << 32);
      double expected = Threefry.uniform(key, words[4 * t + 2], words[4 * t + 3]);
      assertThat(uniform[t]).as("token %d", t).isEqualTo(expected);
    }
  }
}
