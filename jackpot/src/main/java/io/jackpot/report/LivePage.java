package io.jackpot.report;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The page of a run that goes on. It is written after an evaluation, but takes a small share of the
 * run's time however many lines there are, and at least once a minute, also while a step runs:
 * readers of lines that grow see complete ones only.
 */
public final class LivePage implements AutoCloseable {
  /** Between two looks at the time. */
  private static final long TICK_SECONDS = 5;

  /** The age at which the next tick writes it. */
  private static final long OLD_SECONDS = 50;

  /** Time from one write to the next, as a multiple of the time that a write takes. */
  private static final int PAUSE = 30;

  private final Path run;
  private final Consumer<String> warn;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().daemon().name("page").unstarted(work));
  private String warned = "";
  private long written = System.nanoTime();
  private long took;

  /**
   * @param run its folder
   * @param warn gets a line if the page cannot be written, which ends no run
   */
  public LivePage(Path run, Consumer<String> warn) {
    this.run = run;
    this.warn = warn;
    var _ =
        clock.scheduleWithFixedDelay(
            () -> writeIfOlder(TimeUnit.SECONDS.toNanos(OLD_SECONDS)),
            TICK_SECONDS,
            TICK_SECONDS,
            TimeUnit.SECONDS);
  }

  /** There is something new to show. */
  public synchronized void evaluated() {
    writeIfOlder(PAUSE * took);
  }

  private synchronized void writeIfOlder(long nanos) {
    if (System.nanoTime() - written < nanos) {
      return;
    }
    try {
      var _ = write();
    } catch (InputException e) {
      written = System.nanoTime();
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(warned)) {
        warned = problem;
        warn.accept("warning: the page is not up to date: " + problem);
      }
    }
  }

  /**
   * Writes it now.
   *
   * @return the page
   * @throws InputException as {@link RunReport#write}
   */
  public synchronized Path write() {
    long start = System.nanoTime();
    Path page = RunReport.write(run);
    written = System.nanoTime();
    took = written - start;
    return page;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
