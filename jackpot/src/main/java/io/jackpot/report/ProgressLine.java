package io.jackpot.report;

import io.jackpot.report.ProgressTable.Cell;
import io.jackpot.report.ProgressTable.Style;
import io.jackpot.report.ProgressTable.Tone;
import io.jackpot.terminal.LiveLine;
import io.jackpot.terminal.Terminal;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * The progress of a run: a small table with a row for each evaluation. On a terminal the row of the
 * current step is rewritten in place below it; elsewhere every tenth step has a row too.
 *
 * <p>Close it in any case, so that the next output starts on a new line.
 */
public final class ProgressLine implements AutoCloseable {
  private static final int ROWS_PER_HEADER = 25;
  private static final int STEPS_PER_ROW = 10;
  private static final int LOG_COLUMNS = 120;

  private final PrintWriter out;
  private final boolean terminal;
  private final int totalSteps;
  private final Progress progress;
  private final Supplier<Style> currentStyle;
  private final LiveLine live;
  private final LongSupplier nanos;
  private final long start;
  private int rowsUnderHeader = ROWS_PER_HEADER;
  private Style style;

  /**
   * The progress of {@code train}.
   *
   * @param out for the output; flushed after each line
   * @param terminal whether that is the terminal behind standard error. Its width is asked for each
   *     line; it has colours unless {@code NO_COLOR} is set
   * @param totalSteps the last step
   */
  public ProgressLine(PrintWriter out, boolean terminal, int totalSteps) {
    this(out, terminal, totalSteps, Run.Kind.TRAIN);
  }

  private ProgressLine(PrintWriter out, boolean terminal, int totalSteps, Run.Kind kind) {
    this(out, terminal, totalSteps, kind, () -> style(terminal, System.getenv()), System::nanoTime);
  }

  ProgressLine(
      PrintWriter out,
      boolean terminal,
      int totalSteps,
      Run.Kind kind,
      Supplier<Style> style,
      LongSupplier nanos) {
    this.out = out;
    this.terminal = terminal;
    this.totalSteps = totalSteps;
    this.progress = new Progress(kind, totalSteps);
    this.currentStyle = style;
    this.style = style.get();
    this.live = new LiveLine(out, () -> style.get().columns());
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** The progress of {@code sft}; the parameters are those of the constructor. */
  public static ProgressLine forSft(PrintWriter out, boolean terminal, int totalSteps) {
    return new ProgressLine(out, terminal, totalSteps, Run.Kind.SFT);
  }

  /** Shows a line of {@code metrics.jsonl}; a missing value is shown as a dash. */
  public void step(JsonNode metrics) {
    List<Cell> cells = progress.advance(metrics, seconds());
    int step = metrics.path("step").asInt(0);
    Style now = currentStyle.get();
    if (!now.equals(style)) {
      // Other columns fit.
      style = now;
      rowsUnderHeader = ROWS_PER_HEADER;
    }
    if (rowsUnderHeader == ROWS_PER_HEADER) {
      println(ProgressTable.header(cells, style));
      rowsUnderHeader = 0;
    }
    boolean tenth = !terminal && step % STEPS_PER_ROW == 0;
    if (tenth || step == totalSteps || Progress.evaluated(metrics)) {
      println(ProgressTable.row(cells, style));
      rowsUnderHeader++;
    } else if (terminal) {
      live.show(ProgressTable.rowWithBar(cells, progress.share(), style));
    }
    out.flush();
  }

  /** Prints a line between the others, such as a warning. */
  public void note(String line) {
    println(ProgressTable.sentence(line, Tone.PLAIN, style));
    out.flush();
  }

  /** Prints a sentence about the run: its result and its time. */
  public void done() {
    println(ProgressTable.sentence(progress.summary(seconds()), Tone.STRONG, style));
    out.flush();
  }

  /**
   * Ends the current line, which stays: it shows the last step of a run that stopped with an error.
   */
  @Override
  public void close() {
    live.end();
    out.flush();
  }

  private static Style style(boolean terminal, Map<String, String> environment) {
    return style(terminal, terminal ? Terminal.columns() : LOG_COLUMNS, environment);
  }

  static Style style(boolean terminal, int columns, Map<String, String> environment) {
    return new Style(
        columns,
        terminal && environment.getOrDefault("NO_COLOR", "").isEmpty(),
        Charset.forName(System.getProperty("stderr.encoding", "US-ASCII"))
            .newEncoder()
            .canEncode("κ▲▼━─–→"));
  }

  private double seconds() {
    return (nanos.getAsLong() - start) / 1e9;
  }

  /** Prints a line in place of the one that is rewritten. */
  private void println(String line) {
    live.clear();
    out.print(line + "\n");
  }
}
