package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.objective.LogProbRows;
import io.jackpot.objective.ObjectiveCases;
import io.jackpot.objective.Obrs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Covers({
  "NormalizerKernels.exact",
  "NormalizerKernels.topK",
})
class NormalizerKernelsTest {
  @ParameterizedTest
  @CsvSource({"0, 1, 1, 1", "1, 7, 3, 5", "2, 70, 301, 20", "3, 33, 2049, 7", "4, 130, 30, 20"})
  void zIsTheCpus(int seed, int rows, int vocabulary, int k) {
    LogProbRows given = LogProbRows.of(seed, rows, vocabulary, k);
    double[] inf = given.inf();
    double[] target = given.policy();
    double[] exact = exact(inf, target, given.lambda(), rows, vocabulary);
    double[] topK =
        topK(given.topIds(), given.gathered(inf), given.gathered(target), given.lambda(), rows, k);
    for (int row = 0; row < rows; row++) {
      double expected =
          Obrs.zExact(given.probs(inf, row), given.probs(target, row), given.lambda());
      ObjectiveCases.close("exact " + row, exact[row], expected, 0);
      ObjectiveCases.close("top-k " + row, topK[row], given.zTopK(row), 0);
    }
  }

  @Test
  void aNaNReachesZ() {
    double[] log = {-1, -2, -1, Double.NaN};
    double[] good = {-1, -2, -1, -2};
    assertThat(exact(log, good, 1, 2, 2)[1]).isNaN();
    assertThat(exact(good, log, 1, 2, 2)[1]).isNaN();
    assertThat(exact(good, log, 1, 2, 2)[0]).isNotNaN();
    int[] ids = {0, 3, 1, 2};
    assertThat(topK(ids, log, good, 1, 1, 2)[0]).isNaN();
    assertThat(topK(ids, good, log, 1, 1, 2)[0]).isNaN();
  }

  /** Z over the vocabulary of rows of log-probs, on the device. */
  static double[] exact(
      double[] logInf, double[] logTarget, double lambda, int rows, int vocabulary) {
    double[] z = new double[rows];
    double[] threshold = {lambda};
    int[] sizes = {rows, vocabulary};
    DeviceTask.run(
        (graph, context) ->
            graph.task(
                "t", NormalizerKernels::exact, context, logInf, logTarget, threshold, sizes, z),
        rows,
        NormalizerKernels.LANES,
        z,
        logInf,
        logTarget,
        threshold,
        sizes);
    return z;
  }

  /** Z over two top-k sets a token, on the device. */
  static double[] topK(
      int[] ids, double[] logInf, double[] logTarget, double lambda, int tokens, int k) {
    double[] z = new double[tokens];
    double[] threshold = {lambda};
    int[] sizes = {tokens, k};
    DeviceTask.run(
        (graph, context) ->
            graph.task(
                "t", NormalizerKernels::topK, context, ids, logInf, logTarget, threshold, sizes, z),
        Math.ceilDiv(tokens, 64),
        64,
        z,
        ids,
        logInf,
        logTarget,
        threshold,
        sizes);
    return z;
  }
}
