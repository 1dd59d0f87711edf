package io.jackpot.tensor;

import io.jackpot.tasks.TestDevice;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;

/**
 * TornadoOps keeps the contract of the head, on the machine's device, also where a block of rows
 * and a chunk of the vocabulary are small, so that most cases have several of both.
 */
class TornadoHeadTest {
  /** One tile's width of logits of ten rows. */
  @Nested
  class FewLogits implements HeadContract {
    private static final Ops OPS = TestDevice.opsWithHeadBudget(640);

    @Override
    public List<float[]> run(Function<Ops, List<float[]>> body) {
      return body.apply(OPS);
    }

    @Override
    public double slack() {
      return 2;
    }
  }

  /** Several tiles of all rows of most cases, or whole rows where a tile of them fits. */
  @Nested
  class SomeLogits implements HeadContract {
    private static final Ops OPS = TestDevice.opsWithHeadBudget(9000);

    @Override
    public List<float[]> run(Function<Ops, List<float[]>> body) {
      return body.apply(OPS);
    }

    @Override
    public double slack() {
      return 2;
    }
  }
}
