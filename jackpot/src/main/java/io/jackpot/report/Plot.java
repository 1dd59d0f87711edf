package io.jackpot.report;

import io.jackpot.report.Chart.Drawn;
import io.jackpot.report.Chart.Guide;
import io.jackpot.report.Chart.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.interval.Interval;

/**
 * A chart of a run as SVG: a group of the given size, its upper left corner at (0, 0). Colours and
 * strokes come from the page's classes: {@code c1} to {@code c4} for the lines, {@code grid},
 * {@code axis}, {@code guide}, {@code band}.
 *
 * @param width in SVG units, as the rest
 * @param left margin, in which the vertical axis has its labels
 */
record Plot(int width, int height, int left, int right, int top, int bottom) {
  /** The number of points beyond which a screen shows no more detail. */
  private static final int BUCKETS = 240;

  private static final int MOST_DOTS = 40;

  /** Whether a run is too long to draw every step, which the page then says. */
  static boolean thins(Run run) {
    return run.metrics().size() > 2 * BUCKETS;
  }

  /** The drawing; the chart has at least one line that the run has. */
  String draw(Chart chart, Run run) {
    List<Drawn> lines = chart.drawn(run);
    Axis x = Axis.whole(firstStep(lines), lastStep(lines), 7);
    Axis y = vertical(chart, run, lines);
    StringBuilder svg = new StringBuilder();
    grid(svg, x, y);
    for (Guide guide : chart.guides()) {
      guide(svg, y, guide, run);
    }
    for (Drawn line : lines) {
      if (line.line().key().equals("heldOutAccuracy")) {
        band(svg, x, y, line, run.heldOutProblems());
      }
    }
    // The first line of a chart is the one that matters most: on top.
    for (Drawn line : lines.reversed()) {
      line(svg, x, y, line);
    }
    for (Guide guide : chart.guides()) {
      guideName(svg, y, guide, run);
    }
    return svg.toString();
  }

  /** The positions of the steps, for the page's script. */
  String dataOf(Chart chart, Run run) {
    List<Drawn> lines = chart.drawn(run);
    return ("data-left=\"%s\" data-right=\"%s\" data-top=\"%s\" data-bottom=\"%s\" data-from=\"%s\""
            + " data-to=\"%s\"")
        .formatted(
            left,
            width - right,
            top,
            height - bottom,
            Math.round(firstStep(lines)),
            Math.round(Math.max(lastStep(lines), firstStep(lines) + 1)));
  }

  private static double firstStep(List<Drawn> lines) {
    return lines.stream().mapToDouble(line -> line.points().steps()[0]).min().orElse(0);
  }

  private static double lastStep(List<Drawn> lines) {
    return lines.stream()
        .map(line -> line.points().steps())
        .mapToDouble(steps -> steps[steps.length - 1])
        .max()
        .orElse(1);
  }

  private static Axis vertical(Chart chart, Run run, List<Drawn> lines) {
    double[] values =
        DoubleStream.concat(
                lines.stream().flatMapToDouble(line -> DoubleStream.of(line.points().values())),
                chart.guides().stream().mapToDouble(guide -> guide.value().applyAsDouble(run)))
            .filter(Double::isFinite)
            .toArray();
    double low = DoubleStream.of(values).min().orElse(0);
    double high = DoubleStream.of(values).max().orElse(1);
    boolean decades = chart.range() == Range.DECADES && low > 0 && high / low > 100;
    return switch (chart.range()) {
      case SHARE -> Axis.rounded(Math.min(0, low), Math.max(1, high), 6);
      case FROM_ZERO -> Axis.rounded(Math.min(0, low), high, 6);
      case CLOSE, DECADES -> decades ? Axis.decades(low, high) : Axis.rounded(low, high, 6);
    };
  }

  private void grid(StringBuilder svg, Axis x, Axis y) {
    for (double tick : y.ticks()) {
      double at = down(y, tick);
      svg.append("<path class=\"grid\" d=\"M%s,%sH%s\"/>".formatted(left, at, width - right));
      svg.append(
          "<text class=\"y\" x=\"%s\" y=\"%s\">%s</text>"
              .formatted(left - 8, at, Markup.escape(y.label(tick))));
    }
    for (double tick : x.ticks()) {
      double at = across(x, tick);
      int base = height - bottom;
      svg.append("<path class=\"axis\" d=\"M%s,%sv4\"/>".formatted(at, base));
      svg.append(
          "<text class=\"x\" x=\"%s\" y=\"%s\">%s</text>"
              .formatted(at, base + 8, Markup.escape(x.label(tick))));
    }
    svg.append(
        "<path class=\"axis\" d=\"M%s,%sH%s\"/>".formatted(left, height - bottom, width - right));
  }

  private void guide(StringBuilder svg, Axis y, Guide guide, Run run) {
    double value = guide.value().applyAsDouble(run);
    if (Double.isFinite(value)) {
      svg.append(
          "<path class=\"guide\" d=\"M%s,%sH%s\"/>".formatted(left, down(y, value), width - right));
    }
  }

  private void guideName(StringBuilder svg, Axis y, Guide guide, Run run) {
    double value = guide.value().applyAsDouble(run);
    if (Double.isFinite(value)) {
      double at = down(y, value);
      // Above its line, unless that is outside the plot.
      svg.append(
          "<text class=\"guide\" x=\"%s\" y=\"%s\">%s</text>"
              .formatted(
                  width - right - 2,
                  at - top < 16 ? at + 14 : at - 5,
                  Markup.escape(guide.name())));
    }
  }

  private void band(StringBuilder svg, Axis x, Axis y, Drawn line, double n) {
    if (!(n >= 1)) {
      return;
    }
    Points points = line.points().thinned(BUCKETS);
    List<String> upper = new ArrayList<>();
    List<String> lower = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      double value = points.values()[i];
      if (value >= 0 && value <= 1) {
        Interval interval = Numbers.wilson(value, n);
        double at = across(x, points.steps()[i]);
        upper.add("%s,%s".formatted(at, down(y, interval.getUpperBound())));
        lower.addFirst("%s,%s".formatted(at, down(y, interval.getLowerBound())));
      }
    }
    if (upper.size() > 1) {
      svg.append(
          "<path class=\"band c%s\" d=\"M%sL%sZ\"/>"
              .formatted(line.colour(), String.join("L", upper), String.join("L", lower)));
    }
  }

  private void line(StringBuilder svg, Axis x, Axis y, Drawn line) {
    Points points = line.points().thinned(BUCKETS);
    boolean thinned = points.size() < line.points().size();
    svg.append("<g class=\"c%s\">".formatted(line.colour()));
    svg.append(
        "<path class=\"%s\" d=\"%s\" data-name=\"%s\" data-points=\"%s\"/>"
            .formatted(
                thinned ? "line spread" : "line",
                path(x, y, points),
                Markup.escape(line.line().name()),
                data(points)));
    if (thinned) {
      Points means = line.points().means(BUCKETS / 2);
      svg.append("<path class=\"line\" d=\"%s\"/>".formatted(path(x, y, means)));
    }
    if (line.points().count() == 1 || (line.line().sparse() && points.size() <= MOST_DOTS)) {
      svg.append("<path class=\"dots\" d=\"%s\"/>".formatted(dots(x, y, points)));
    }
    svg.append("</g>\n");
  }

  private String path(Axis x, Axis y, Points points) {
    StringBuilder path = new StringBuilder();
    boolean gap = true;
    for (int i = 0; i < points.size(); i++) {
      double value = points.values()[i];
      if (Double.isFinite(value)) {
        String at = across(x, points.steps()[i]) + "," + down(y, value);
        // The stroke without length shows a point that has no neighbour.
        path.append(gap ? "M" + at + "h0" : "L" + at);
      }
      gap = !Double.isFinite(value);
    }
    return path.toString();
  }

  private String dots(Axis x, Axis y, Points points) {
    return finite(points)
        .mapToObj(
            i -> "M" + across(x, points.steps()[i]) + "," + down(y, points.values()[i]) + "h0")
        .collect(Collectors.joining());
  }

  private static String data(Points points) {
    return finite(points)
        .mapToObj(i -> Math.round(points.steps()[i]) + "," + Numbers.shown(points.values()[i]))
        .collect(Collectors.joining(" "));
  }

  private static IntStream finite(Points points) {
    return IntStream.range(0, points.size()).filter(i -> Double.isFinite(points.values()[i]));
  }

  private double across(Axis x, double step) {
    return rounded(left + x.at(step) * (width - left - right));
  }

  /** The vertical position of a value. */
  double down(Axis y, double value) {
    return rounded(height - bottom - y.at(value) * (height - top - bottom));
  }

  /** Coordinates are rounded to a tenth of a unit, below what the eye can see. */
  static double rounded(double at) {
    return Math.rint(at * 10) / 10;
  }

  /** The description of a chart for screen readers. */
  static String inWords(Chart chart, Run run) {
    return chart.drawn(run).stream()
        .map(drawn ->
            "%s from %s to %s"
                .formatted(
                    drawn.line().name(),
                    Numbers.shown(drawn.points().first()),
                    Numbers.shown(drawn.points().last())))
        .collect(Collectors.joining(", ", chart.title() + ": ", ""));
  }
}
