package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;

/** VectorOps keeps the contract, and gives the same bits with any number of threads. */
class VectorOpsTest extends OpsContract {

  @BeforeAll
  static void onlyWhereTheVectorApiIsUsed() {
    assumeThat(OpsLookup.refusal()).isEmpty();
  }

  @Override
  List<float[]> run(Function<Ops, List<float[]>> body) {
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
}
