package io.jackpot.models;

import io.jackpot.terminal.LiveLine;
import io.jackpot.terminal.Terminal;
import io.jackpot.weights.LoadListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The progress of loading a model: nothing for a second, then a bar on a terminal; elsewhere one
 * line at the end.
 */
public final class LoadProgress implements LoadListener {
  /** Shows nothing of any model. */
  public static final Function<String, LoadListener> NONE = _ -> LoadListener.NONE;

  private static final long PATIENCE = 1_000_000_000L;
  private static final long REFRESH = 100_000_000L;
  private static final int LONGEST_BAR = 30;
  private static final int SHORTEST_BAR = 8;

  private final String model;
  private final PrintWriter out;
  private final boolean terminal;
  private final IntSupplier columns;
  private final LiveLine live;
  private final LongSupplier nanos;
  private final long start;
  private long shown;

  LoadProgress(
      String model, PrintWriter out, boolean terminal, IntSupplier columns, LongSupplier nanos) {
    this.model = model;
    this.out = out;
    this.terminal = terminal;
    this.columns = columns;
    this.live = new LiveLine(out, columns);
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /**
   * The progress of models by their names.
   *
   * @param terminal whether {@code out} is one
   */
  public static Function<String, LoadListener> on(PrintWriter out, boolean terminal) {
    return model -> new LoadProgress(model, out, terminal, Terminal::columns, System::nanoTime);
  }

  @Override
  public synchronized void loaded(long done, long total) {
    long now = nanos.getAsLong();
    if (now - start < PATIENCE) {
      return;
    }
    String size = String.format(Locale.ROOT, "%.0f MB", total / 1e6);
    if (done == total) {
      String line =
          String.format(Locale.ROOT, "loaded %s: %s in %.1f s", model, size, (now - start) / 1e9);
      live.clear();
      out.print(line + "\n");
      out.flush();
    } else if (terminal && now - shown >= REFRESH) {
      shown = now;
      live.show(line(done, total, size));
      out.flush();
    }
  }

  /** A line that fits the terminal; with a bar where there is room. */
  private String line(long done, long total, String size) {
    int most = columns.getAsInt() - 1;
    String line = "loading %s %2d %% of %s".formatted(model, 100 * done / total, size);
    int bar = Math.min(LONGEST_BAR, most - line.length() - 3);
    if (bar < SHORTEST_BAR) {
      return line.substring(0, Math.min(line.length(), most));
    }
    int filled = (int) (bar * done / total);
    return line + " [" + "#".repeat(filled) + ".".repeat(bar - filled) + "]";
  }
}
