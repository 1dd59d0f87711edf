package io.jackpot.train;

import io.jackpot.devices.MemoryPlan;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The heap of a run that has started. */
final class HeapSpace {
  private HeapSpace() {}

  /**
   * Does work that may need more than the heap has, as a plan that does not fit has said.
   *
   * @param command that resumes the run
   * @param smaller options that need less and that a resume takes; may be empty
   * @throws TrainingStoppedException if it does, with what to do
   */
  static <T> T within(String command, Path run, MemoryPlan plan, String smaller, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      String resume = NextCommands.resume(command, run);
      long heap = Runtime.getRuntime().maxMemory() >> 20;
      throw new TrainingStoppedException(
          "out of memory: the heap has %d MiB; to go on from the last checkpoint: %sJACKPOT_JAVA_OPTS=-Xmx%dm %s"
              .formatted(
                  heap,
                  smaller.isEmpty() ? "" : resume + " " + smaller + ", or with a larger heap: ",
                  Math.max(plan.heapOption(), heap + heap / 2),
                  resume),
          e);
    }
  }
}
