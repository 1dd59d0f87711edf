package io.jackpot.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The answer of {@code simulate} in one picture: over the noise on the actor's logits, its KL to
 * the policy before and after rejection, in both directions, and the acceptance.
 */
public final class SimulationPicture {
  private static final int WIDTH = 360;
  private static final int HEIGHT = 320;
  private static final int LEFT = 54;
  private static final int RIGHT = 16;
  private static final int TOP = 44;
  private static final int BOTTOM = 48;
  private static final int LEGEND_ROW = 20;
  private static final int COLOURS = 4;

  private SimulationPicture() {}

  /** A line of a panel: a value at each noise. */
  private record Line(String name, List<double[]> points) {}

  /** A panel: its title and the keys of its values before and after rejection. */
  private record Panel(String title, String before, String after) {}

  private static final List<Panel> PANELS =
      List.of(
          new Panel("KL(policy ‖ ·), nats", "klBefore", "klAfter"),
          new Panel("KL(· ‖ policy), nats", "klReverseBefore", "klReverseAfter"),
          new Panel("share of tokens accepted", "", "acceptance"));

  /**
   * Writes the picture.
   *
   * @param answer as {@code simulate} prints it
   * @param svg the file to write; an existing one is replaced
   * @throws io.jackpot.input.InputException if it cannot be written
   */
  public static void write(ObjectNode answer, Path svg) {
    Picture.write(of(answer), svg);
  }

  static String of(ObjectNode answer) {
    List<String> names = names(answer);
    int width = PANELS.size() * WIDTH;
    int height = HEIGHT + LEGEND_ROW * (1 + names.size()) + 12;
    StringBuilder svg = new StringBuilder();
    for (int i = 0; i < PANELS.size(); i++) {
      svg.append("<g transform=\"translate(%s,0)\">\n".formatted(i * WIDTH));
      panel(svg, PANELS.get(i), lines(answer, PANELS.get(i), names));
      svg.append("</g>\n");
    }
    legend(svg, "actor, as it is", "guide", 0);
    for (int i = 0; i < names.size(); i++) {
      legend(svg, "accepted tokens, " + names.get(i), colour(i), i + 1);
    }
    return Picture.of(
        width,
        height,
        "KL of actor and policy before and after rejection, and acceptance, over noise",
        svg);
  }

  /** The names of the thresholds: λ, or the acceptance that was asked for. */
  private static List<String> names(ObjectNode answer) {
    return new ArrayList<>(thresholds(answer).values().iterator().next().keySet());
  }

  /** For each noise its rows, by the name of their threshold. */
  private static Map<Double, Map<String, JsonNode>> thresholds(ObjectNode answer) {
    Map<Double, List<JsonNode>> rows = new LinkedHashMap<>();
    answer
        .get("rows")
        .forEach(row ->
            rows.computeIfAbsent(row.get("noise").doubleValue(), _ -> new ArrayList<>()).add(row));
    // λ is the same at each noise unless it was solved for an acceptance.
    List<JsonNode> first = rows.values().iterator().next();
    boolean fixed =
        rows.values().stream()
            .allMatch(each -> each.getFirst().get("lambda").equals(first.getFirst().get("lambda")));
    Map<Double, Map<String, JsonNode>> named = new LinkedHashMap<>();
    rows.forEach((noise, each) -> {
      Map<String, JsonNode> byName = new LinkedHashMap<>();
      for (int i = 0; i < each.size(); i++) {
        JsonNode row = first.get(i);
        String key = fixed ? "lambda" : "acceptance";
        String value = Numbers.significant(row.get(key).doubleValue());
        byName.putIfAbsent((fixed ? "λ " : "acceptance ") + value, each.get(i));
      }
      named.put(noise, byName);
    });
    return named;
  }

  private static List<Line> lines(ObjectNode answer, Panel panel, List<String> names) {
    List<Line> lines = new ArrayList<>();
    Map<Double, Map<String, JsonNode>> thresholds = thresholds(answer);
    if (!panel.before.isEmpty()) {
      lines.add(line("", panel.before, thresholds, names.getFirst()));
    }
    names.forEach(name -> lines.add(line(name, panel.after, thresholds, name)));
    return lines;
  }

  private static Line line(
      String name, String key, Map<Double, Map<String, JsonNode>> thresholds, String threshold) {
    List<double[]> points = new ArrayList<>();
    thresholds.forEach((noise, rows) ->
        points.add(
            new double[] {
              noise, Objects.requireNonNull(rows.get(threshold)).get(key).doubleValue()
            }));
    points.sort((a, b) -> Double.compare(a[0], b[0]));
    return new Line(name, points);
  }

  private static void panel(StringBuilder svg, Panel panel, List<Line> lines) {
    double[] noise = values(lines, 0);
    double[] values = values(lines, 1);
    boolean share = panel.before.isEmpty();
    Axis x = Axis.rounded(0, DoubleStream.of(noise).max().orElse(1), 6);
    Axis y = Axis.rounded(0, share ? 1 : DoubleStream.of(values).max().orElse(1), 6);
    int base = HEIGHT - BOTTOM;
    svg.append(
        "<text class=\"title\" x=\"%s\" y=\"26\">%s</text>\n"
            .formatted(LEFT - 30, Markup.escape(panel.title)));
    for (double tick : y.ticks()) {
      double at = down(y, tick);
      svg.append(
          "<path class=\"grid\" d=\"M%s,%sH%s\"/><text class=\"y\" x=\"%s\" y=\"%s\">%s</text>\n"
              .formatted(LEFT, at, WIDTH - RIGHT, LEFT - 8, at, y.label(tick)));
    }
    for (double tick : x.ticks()) {
      double at = across(x, tick);
      svg.append(
          "<path class=\"axis\" d=\"M%s,%sv4\"/><text class=\"x\" x=\"%s\" y=\"%s\">%s</text>\n"
              .formatted(at, base, at, base + 8, x.label(tick)));
    }
    svg.append("<path class=\"axis\" d=\"M%s,%sH%s\"/>\n".formatted(LEFT, base, WIDTH - RIGHT));
    svg.append(
        "<text class=\"x\" x=\"%s\" y=\"%s\">noise on the actor's logits</text>\n"
            .formatted((LEFT + WIDTH - RIGHT) / 2, base + 26));
    int colour = 0;
    for (Line line : lines) {
      String kind = line.name.isEmpty() ? "guide" : "line " + colour(colour++);
      StringBuilder path = new StringBuilder();
      for (double[] point : line.points) {
        path.append(path.isEmpty() ? "M" : "L")
            .append(across(x, point[0]))
            .append(',')
            .append(down(y, point[1]));
      }
      svg.append("<path class=\"%s\" d=\"%sh0\"/>\n".formatted(kind, path));
    }
  }

  private static void legend(StringBuilder svg, String name, String kind, int row) {
    int y = HEIGHT + row * LEGEND_ROW;
    svg.append(
        "<path class=\"key %s\" d=\"M%s,%sh24\"/><text class=\"key\" x=\"%s\" y=\"%s\">%s</text>\n"
            .formatted(kind, LEFT, y, LEFT + 32, y + 4, Markup.escape(name)));
  }

  private static String colour(int i) {
    return "c" + (i % COLOURS + 1);
  }

  private static double[] values(List<Line> lines, int index) {
    return lines.stream()
        .flatMap(line -> line.points.stream())
        .mapToDouble(point -> point[index])
        .toArray();
  }

  private static double across(Axis x, double value) {
    return Plot.rounded(LEFT + x.at(value) * (WIDTH - LEFT - RIGHT));
  }

  private static double down(Axis y, double value) {
    return Plot.rounded(HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM));
  }
}
