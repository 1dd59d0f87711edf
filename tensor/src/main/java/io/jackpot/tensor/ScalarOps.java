package io.jackpot.tensor;

import java.util.Optional;

/**
 * The oracle: every op of {@link Ops} written as its formula. Plain loops on one thread, sums in
 * double, one rounding to float32 where a result is stored. Other providers are tested against it,
 * and it runs where nothing faster can.
 */
public final class ScalarOps
    implements ScalarMatmul,
        ScalarRows,
        ScalarAttention,
        ScalarHead,
        ScalarElementwise,
        ScalarOptimizer {
  @Override
  public String describe() {
    return "ScalarOps: plain loops, one thread";
  }

  @Override
  public String arithmetic() {
    return "ScalarOps";
  }

  @Override
  public Optional<PackedOps> packed() {
    return Optional.of(this);
  }

  @Override
  public void close() {}
}
