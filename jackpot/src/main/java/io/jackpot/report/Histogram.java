package io.jackpot.report;

import java.util.List;
import java.util.stream.LongStream;

/**
 * Counts over neighbouring bins as stacked bars in SVG; the colours are those of the page's classes
 * {@code correct}, {@code wrong} and {@code unparsed}.
 *
 * @param from the first value of the first bin
 * @param width values of a bin
 * @param counts by bin, then by layer, the lowest layer first
 */
record Histogram(long from, long width, List<long[]> counts) {
  private static final Plot PLOT = new Plot(480, 220, 50, 10, 12, 28);
  private static final int LEFT = PLOT.left();
  private static final int END = PLOT.width() - PLOT.right();
  private static final int BASE = PLOT.height() - PLOT.bottom();

  /**
   * An SVG element.
   *
   * @param words description for screen readers
   */
  String svg(String words) {
    long most = counts.stream().mapToLong(Histogram::sum).max().orElse(1);
    Axis y = Axis.rounded(0, Math.max(1, (double) most), 5);
    double end = from + (double) width * counts.size();
    Axis x = Axis.whole(from, end, 8);
    double bar = (END - LEFT) / (double) counts.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"bars\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(PLOT.width(), PLOT.height(), Markup.escape(words)));
    for (double tick : y.ticks()) {
      svg.append(
          "<path class=\"grid\" d=\"M%s,%sH%s\"/><text class=\"y\" x=\"%s\" y=\"%s\">%s</text>\n"
              .formatted(
                  LEFT,
                  PLOT.down(y, tick),
                  END,
                  LEFT - 8,
                  PLOT.down(y, tick),
                  Markup.escape(y.label(tick))));
    }
    for (int bin = 0; bin < counts.size(); bin++) {
      svg.append(bar(y, bin, LEFT + bin * bar, bar));
    }
    for (double tick : x.ticks()) {
      // One value per bar: its label is under the middle.
      double shift = width == 1 ? 0.5 : 0;
      double at = LEFT + (tick + shift - from) / (end - from) * (END - LEFT);
      if (at <= END) {
        svg.append(
            "<text class=\"x\" x=\"%s\" y=\"%s\">%s</text>\n"
                .formatted(Plot.rounded(at), BASE + 8, Markup.escape(x.label(tick))));
      }
    }
    svg.append("<path class=\"axis\" d=\"M%s,%sH%s\"/>\n".formatted(LEFT, BASE, END));
    return svg.append("</svg>\n").toString();
  }

  private String bar(Axis y, int bin, double left, double bar) {
    StringBuilder svg = new StringBuilder();
    long first = from + bin * width;
    String name = width == 1 ? "" + first : first + " to " + (first + width - 1);
    svg.append("<g><title>%s: %s</title>".formatted(name, sum(counts.get(bin))));
    long below = 0;
    for (int layer = 0; layer < EvalSamples.VERDICTS.size(); layer++) {
      long count = counts.get(bin)[layer];
      if (count > 0) {
        double bottom = PLOT.down(y, (double) below);
        double top = PLOT.down(y, (double) (below + count));
        svg.append(
            "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
                .formatted(
                    EvalSamples.VERDICTS.get(layer),
                    Plot.rounded(left + 0.08 * bar),
                    top,
                    Plot.rounded(0.84 * bar),
                    Plot.rounded(bottom - top)));
      }
      below += count;
    }
    return svg.append("</g>\n").toString();
  }

  private static long sum(long[] layers) {
    return LongStream.of(layers).sum();
  }
}
