package io.jackpot.report;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * A run in one picture, for a README: its result, large, and beside it the distance of actor and
 * policy.
 */
public final class RunPicture {
  private static final int WIDTH = 900;
  private static final int TITLE = 58;
  private static final Plot SMALL = new Plot(344, 140, 44, 10, 12, 26);
  private static final Plot LARGE = new Plot(524, TITLE + 2 * SMALL.height(), 44, 10, 12, 26);
  private static final int HEIGHT = TITLE + LARGE.height() + 10;

  /** The approximate width of a letter of the legend. */
  private static final double LETTER = 7.2;

  private RunPicture() {}

  /**
   * Writes the picture of a run, finished or not.
   *
   * @param run a folder that {@code train} or {@code sft} writes
   * @param svg the file to write; an existing one is replaced
   * @throws InputException if {@code run} is not a run folder, one of its files is damaged, it has
   *     nothing to draw yet, or the picture cannot be written
   */
  public static void write(Path run, Path svg) {
    Picture.write(of(Run.read(run), run), svg);
  }

  private static String of(Run run, Path folder) {
    List<Chart> charts =
        Charts.picture(run.kind()).stream().filter(chart -> !chart.drawn(run).isEmpty()).toList();
    if (charts.isEmpty()) {
      throw new InputException(
          folder + ": nothing to draw yet: expected at least one step in metrics.jsonl");
    }
    StringBuilder svg = new StringBuilder();
    panel(svg, result(run), charts.getFirst(), run, LARGE, 10, 0);
    int rowHeight = TITLE + SMALL.height();
    for (int row = 0; row < charts.size() - 1; row++) {
      Chart chart = charts.get(row + 1);
      int left = WIDTH - SMALL.width() - 12;
      panel(svg, chart.title(), chart, run, SMALL, left, row * rowHeight);
    }
    return Picture.of(WIDTH, HEIGHT, Plot.inWords(charts.getFirst(), run), svg);
  }

  private static String result(Run run) {
    Headline headline = Headline.of(run);
    String from = headline.from().isEmpty() ? "" : headline.from() + " → ";
    return headline.title() + " " + from + headline.to();
  }

  private static void panel(
      StringBuilder svg, String title, Chart chart, Run run, Plot plot, int x, int y) {
    svg.append("<g transform=\"translate(%s,%s)\">\n".formatted(x, y));
    svg.append(
        "<text class=\"title\" x=\"12\" y=\"28\">%s</text>\n".formatted(Markup.escape(title)));
    double at = 12;
    for (Chart.Drawn line : chart.drawn(run)) {
      String text = line.line().name();
      svg.append(
          "<path class=\"key c%s\" d=\"M%s,45h14\"/><text class=\"key\" x=\"%s\" y=\"49\">%s</text>\n"
              .formatted(line.colour(), at, at + 20, Markup.escape(text)));
      at += 20 + Math.rint(text.length() * LETTER) + 16;
    }
    svg.append("<g transform=\"translate(0,%s)\">\n".formatted(TITLE));
    svg.append(plot.draw(chart, run)).append("</g>\n</g>\n");
  }
}
