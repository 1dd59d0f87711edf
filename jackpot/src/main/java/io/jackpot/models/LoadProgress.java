package io.jackpot.models;

import io.jackpot.weights.LoadListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Function;
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
  private static final int WIDTH = 30;

  private final String model;
  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanos;
  private final long start;
  private long shown;

  LoadProgress(String model, PrintWriter out, boolean terminal, LongSupplier nanos) {
    this.model = model;
    this.out = out;
    this.terminal = terminal;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /**
   * The progress of models by their names.
   *
   * @param terminal whether {@code out} is one
   */
  public static Function<String, LoadListener> on(PrintWriter out, boolean terminal) {
    return model -> new LoadProgress(model, out, terminal, System::nanoTime);
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
      out.print((terminal ? "\r\u001b[K" : "") + line + "\n");
      out.flush();
    } else if (terminal && now - shown >= REFRESH) {
      shown = now;
      int filled = (int) (WIDTH * done / total);
      String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
      out.print("\rloading " + model + " [" + bar + "] " + 100 * done / total + " % of " + size);
      out.flush();
    }
  }
}
