package io.jackpot.report;

import io.jackpot.terminal.LiveLine;
import io.jackpot.terminal.Terminal;
import java.io.PrintWriter;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The progress of an evaluation: on a terminal one line that is rewritten in place, elsewhere a
 * line for each tenth of the responses and at least every half minute.
 *
 * <p>Close it in any case, so that the next output starts on a new line.
 */
public final class EvalProgress implements AutoCloseable {
  private static final double LIVE_SECONDS = 0.1;
  private static final double LOG_SECONDS = 30;

  private final PrintWriter out;
  private final boolean terminal;
  private final IntSupplier columns;
  private final LiveLine live;
  private final long total;
  private final long before;
  private final LongSupplier nanos;
  private final long start;
  private double shownAt;
  private long shownTenth;
  private long responses;
  private long tokens;

  /**
   * @param terminal whether {@code out} is one
   * @param total responses of the whole evaluation
   * @param before responses that existed already
   */
  public EvalProgress(PrintWriter out, boolean terminal, long total, long before) {
    this(out, terminal, Terminal::columns, total, before, System::nanoTime);
  }

  EvalProgress(
      PrintWriter out,
      boolean terminal,
      IntSupplier columns,
      long total,
      long before,
      LongSupplier nanos) {
    this.out = out;
    this.terminal = terminal;
    this.columns = columns;
    this.live = new LiveLine(out, columns);
    this.total = total;
    this.before = before;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.shownTenth = 10 * before / Math.max(1, total);
  }

  /** Seconds since it was made. */
  public double seconds() {
    return (nanos.getAsLong() - start) / 1e9;
  }

  /**
   * A response has ended.
   *
   * @param dataset name of its data set
   * @param complete problems of it that have all their responses, of {@code problems}
   * @param accuracy share of correct responses of the data set so far
   * @param length of the response in tokens
   */
  public void response(String dataset, int complete, int problems, double accuracy, int length) {
    responses++;
    tokens += length;
    double now = seconds();
    long tenth = 10 * (before + responses) / total;
    boolean last = before + responses == total;
    boolean due =
        terminal
            ? now - shownAt >= LIVE_SECONDS
            : tenth > shownTenth || now - shownAt >= LOG_SECONDS;
    if (!due && !last) {
      return;
    }
    shownAt = now;
    shownTenth = tenth;
    String line =
        "eval: %d %%, %s: %d of %d problems, %s right, %s tokens/s, %s left"
            .formatted(
                100 * (before + responses) / total,
                dataset,
                complete,
                problems,
                Numbers.fixed(accuracy, 3),
                Numbers.si(tokens / Math.max(1e-9, now)),
                Numbers.duration((total - before - responses) * now / responses));
    if (terminal) {
      // A line that is wrapped cannot be rewritten.
      live.show(line.substring(0, Math.min(line.length(), columns.getAsInt() - 1)));
    } else {
      out.println(line);
    }
    out.flush();
  }

  @Override
  public void close() {
    live.end();
    out.flush();
  }
}
