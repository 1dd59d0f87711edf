package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The contract of every provider of {@link Ops}: the oracle's results on odd shapes, tails and
 * extremes. Each family has a contract of its own, with a test an op; a test of a provider
 * implements them all.
 */
interface OpsContract {

  /** The result of {@code body} on the provider under test. */
  List<float[]> run(Function<Ops, List<float[]>> body);

  /** The factor by which this provider's errors may exceed those of a CPU. */
  default double slack() {
    return 1;
  }

  /** Runs {@code body} on the oracle and on the provider and compares all it returns. */
  default void compare(double tolerance, Function<Ops, List<float[]>> body) {
    List<float[]> expected = body.apply(new ScalarOps());
    List<float[]> found = run(body);
    for (int i = 0; i < expected.size(); i++) {
      assertClose("output " + i, found.get(i), expected.get(i), tolerance * slack());
    }
  }

  /** Ops of all families, each on the results of others. */
  @Test
  default void trainingStep() {
    compare(1e-4, OpsProbe::trainingStep);
  }
}
