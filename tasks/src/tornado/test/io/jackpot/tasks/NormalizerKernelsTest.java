package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.rl.obrs.Obrs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalizerKernelsTest {
  @ParameterizedTest
  @CsvSource({"0, 1, 1, 1", "1, 7, 3, 5", "2, 70, 301, 20", "3, 33, 2049, 7", "4, 130, 30, 20"})
  void zIsTheCpus(int seed, int rows, int vocabulary, int k) {
    LogProbRows given = LogProbRows.of(seed, rows, vocabulary, k);
    double[] lambda = {given.lambda()};

    double[] exact = new double[rows];
    double[] inf = given.inf();
    double[] target = given.policy();
    int[] sizes = {rows, vocabulary};
    DeviceTask.run(
        (graph, context) ->
            graph.task(
                "t", NormalizerKernels::exact, context, inf, target, lambda, sizes, exact),
        rows,
        NormalizerKernels.LANES,
        exact,
        inf,
        target,
        lambda,
        sizes);

    double[] topK = new double[rows];
    int[] ids = given.topIds();
    double[] topInf = given.gathered(inf);
    double[] topTarget = given.gathered(target);
    int[] counts = {rows, k};
    DeviceTask.run(
        (graph, context) ->
            graph.task(
                "t",
                NormalizerKernels::topK,
                context,
                ids,
                topInf,
                topTarget,
                lambda,
                counts,
                topK),
        Math.ceilDiv(rows, 64),
        64,
        topK,
        ids,
        topInf,
        topTarget,
        lambda,
        counts);

    for (int row = 0; row < rows; row++) {
      double expected =
          Obrs.zExact(given.probs(inf, row), given.probs(target, row), given.lambda());
      ObjectiveCases.close("exact " + row, exact[row], expected, 0);
      ObjectiveCases.close("top-k " + row, topK[row], given.zTopK(row), 0);
    }
    assertThat(exact).isNotEqualTo(new double[rows]);
  }
}
