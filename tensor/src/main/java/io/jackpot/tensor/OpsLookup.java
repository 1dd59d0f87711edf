package io.jackpot.tensor;

import io.jackpot.input.InputException;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * Picks the fastest op provider that this machine can run, and says why. Nothing falls back
 * silently: a caller that opens ops prints {@link #explain}.
 */
public final class OpsLookup {
  private OpsLookup() {}

  /**
   * The best CPU provider here.
   *
   * @param threads how many threads work on an op; 0 for one a processor
   */
  public static Ops open(int threads) {
    if (threads < 0) {
      throw new InputException("threads " + threads + ": expected 0 (all processors) or more");
    }
    return refusal().isPresent() ? new ScalarOps() : vectorOps(threads);
  }

  /** One line: which provider {@link #open} gives, and why not a faster one. */
  public static String explain() {
    return refusal()
        .map(reason -> "ScalarOps, plain loops on one thread: " + reason)
        .orElseGet(() ->
            "VectorOps, Vector API with " + VectorMath.SPECIES.vectorBitSize() + "-bit vectors");
  }

  private static Ops vectorOps(int threads) {
    return new VectorOps(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
  }

  /** Why the Vector API is not used, if it is not. */
  static Optional<String> refusal() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the module jdk.incubator.vector is not there (run with --add-modules"
              + " jdk.incubator.vector)");
    }
    // Without the instruction each FMA is computed in software, hundreds of times slower.
    if (isOff("UseFMA")) {
      return Optional.of("this processor has no fused multiply-add");
    }
    // Each vector is then an object. It is off where an ahead-of-time cache has the module in it.
    if (isOff("EnableVectorSupport")) {
      return Optional.of(
          "this JVM does not compile vectors (run with -XX:+UnlockExperimentalVMOptions"
              + " -XX:+EnableVectorSupport)");
    }
    return Optional.empty();
  }

  /**
   * Whether an option of the JVM is off, as far as it shows: an experimental one does only if
   * {@code -XX:+UnlockExperimentalVMOptions} is given.
   */
  private static boolean isOff(String option) {
    try {
      return ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
          .getVMOption(option)
          .getValue()
          .equals("false");
    } catch (RuntimeException notShown) {
      return false;
    }
  }
}
