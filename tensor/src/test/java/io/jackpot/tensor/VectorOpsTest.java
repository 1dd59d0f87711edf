package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.everyLogProb;
import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** VectorOps keeps the contracts, and gives the same bits with any number of threads. */
class VectorOpsTest
    implements MatmulContract,
        RowsContract,
        AttentionContract,
        HeadContract,
        ElementwiseContract,
        OptimizerContract {

  @BeforeAll
  static void onlyWhereTheVectorApiIsUsed() {
    assumeThat(OpsLookup.refusal()).isEmpty();
  }

  @Override
  public List<float[]> run(Function<Ops, List<float[]>> body) {
    List<float[]> one = run(1, body);
    for (int threads = 2; threads <= 3; threads++) {
      List<float[]> many = run(threads, body);
      for (int i = 0; i < one.size(); i++) {
        assertThat(many.get(i)).as("output %d, %d threads", i, threads).isEqualTo(one.get(i));
      }
    }
    return one;
  }

  private static List<float[]> run(int threads, Function<Ops, List<float[]>> body) {
    try (Ops ops = new VectorOps(threads)) {
      return body.apply(ops);
    }
  }

  /**
   * On the CPU the overlap is the sum in double of what {@link Ops#headGather} gives in float32, in
   * order of the union, to the bit: the metrics of a seed depend on it.
   */
  @Test
  void headOverlapIsTheSumOfGatheredProbabilitiesToTheBit() {
    int tokens = 20;
    int k = 5;
    Head p = new Head(random(1, 1, tokens, 24), random(2, 1, 40, 24), 0.8f);
    Head q = new Head(random(3, 1, tokens, 7), random(4, 1, 40, 7), 1.1f);
    for (Ops ops : List.of(new ScalarOps(), new VectorOps(2))) {
      try (ops) {
        HeadStatistics pTop = HeadStatistics.allocate(tokens, k);
        HeadStatistics qTop = HeadStatistics.allocate(tokens, k);
        ops.headForward(p, new int[tokens], pTop);
        ops.headForward(q, new int[tokens], qTop);
        double[] overlap = new double[tokens];
        TopK top = new TopK(k, qTop.topIds(), random(5, 4, tokens, k).data());
        ops.headOverlap(p, pTop.logSumExp(), q, qTop.logSumExp(), top, pTop.topIds(), 1.7, overlap);
        float[] logP = everyLogProb(ops, p, pTop.logSumExp());
        float[] logQ = everyLogProb(ops, q, qTop.logSumExp());
        for (int n = 0; n < tokens; n++) {
          Map<Integer, Float> union = new LinkedHashMap<>();
          for (int i = n * k; i < (n + 1) * k; i++) {
            union.put(top.ids()[i], top.logProbs()[i]);
          }
          for (int i = n * k; i < (n + 1) * k; i++) {
            union.putIfAbsent(pTop.topIds()[i], logQ[n * 40 + pTop.topIds()[i]]);
          }
          double sum = 0;
          for (var entry : union.entrySet()) {
            float other = logP[n * 40 + entry.getKey()];
            sum += Math.min(Math.exp(entry.getValue()), Math.exp(other) / 1.7);
          }
          assertThat(overlap[n]).isEqualTo(sum);
        }
      }
    }
  }
}
