package io.jackpot.report;

import io.jackpot.report.ProgressTable.Cell;
import io.jackpot.report.ProgressTable.Tone;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The metrics lines of a run so far, as rows of the table of the progress output. */
final class Progress {
  /**
   * The number of steps that the time per step is averaged over: a few evaluations, not the whole
   * run.
   */
  private static final int WINDOW = 30;

  private final int total;
  private final Run.Kind kind;
  private final Deque<Arrival> arrivals = new ArrayDeque<>();
  private double heldOut = Double.NaN;
  private double greedy = Double.NaN;
  private double firstHeldOut = Double.NaN;
  private double firstLoss = Double.NaN;
  private double lastLoss = Double.NaN;
  private double change = Double.NaN;
  private double tokens;
  private int step;

  private record Arrival(int step, double seconds) {}

  Progress(Run.Kind kind, int total) {
    this.kind = kind;
    this.total = total;
  }

  /** The share of the steps that are done. */
  double share() {
    return total == 0 ? 1 : (double) step / total;
  }

  /** Whether a line is of a step that evaluated. */
  static boolean evaluated(JsonNode line) {
    return line.has("heldOutAccuracy");
  }

  /** Adds a metrics line that arrived at {@code seconds}, and returns its row. */
  List<Cell> advance(JsonNode line, double seconds) {
    step = line.path("step").asInt(step + 1);
    arrivals.addLast(new Arrival(step, seconds));
    if (arrivals.size() > WINDOW + 1) {
      arrivals.removeFirst();
    }
    if (Double.isFinite(Numbers.of(line, "tokens"))) {
      tokens += Numbers.of(line, "tokens");
    }
    return kind == Run.Kind.TRAIN ? trainRow(line) : sftRow(line);
  }

  /** The run in a sentence. */
  String summary(double seconds) {
    String result =
        kind == Run.Kind.TRAIN
            ? fromTo("held-out accuracy", firstHeldOut, heldOut)
            : fromTo("loss", firstLoss, lastLoss);
    return "step %s/%s, %s%s tokens, %s"
        .formatted(step, total, result, Numbers.si(tokens), Numbers.duration(seconds));
  }

  private static String fromTo(String name, double from, double to) {
    return Double.isFinite(to)
        ? "%s %s → %s, ".formatted(name, Numbers.fixed(from, 3), Numbers.fixed(to, 3))
        : "";
  }

  private List<Cell> trainRow(JsonNode line) {
    boolean fresh = evaluated(line);
    if (fresh) {
      double now = Numbers.of(line, "heldOutAccuracy");
      change = now - heldOut;
      heldOut = now;
      greedy = Numbers.of(line, "heldOutGreedy");
      firstHeldOut = Double.isNaN(firstHeldOut) ? now : firstHeldOut;
    }
    double kappa = Numbers.of(line, "kappa");
    Tone remembered = fresh ? Tone.STRONG : Tone.FAINT;
    return List.of(
        stepCell(),
        number("reward", line, "reward", 3, 1),
        new Cell("held-out", 13, heldOutText(), fresh ? changeTone() : Tone.FAINT, 1),
        new Cell("greedy", 6, Numbers.fixed(greedy, 3), remembered, 9),
        number("KL", line, "klPolicyActor", 4, 4),
        number("accept", line, "acceptance", 3, 5),
        number("Z", line, "z", 3, 6),
        new Cell("κ", 6, Numbers.fixed(kappa, 3), kappa == 0 ? Tone.BAD : Tone.PLAIN, 7),
        tokensPerSecond(line),
        timeLeft());
  }

  private List<Cell> sftRow(JsonNode line) {
    lastLoss = Numbers.of(line, "loss");
    firstLoss = Double.isNaN(firstLoss) ? lastLoss : firstLoss;
    String rate = Numbers.significant(Numbers.of(line, "learningRate"));
    return List.of(
        stepCell(),
        new Cell("loss", 8, Numbers.fixed(lastLoss, 4), Tone.STRONG, 1),
        new Cell("grad norm", 9, Numbers.fixed(line, "gradNorm", 3), Tone.PLAIN, 4),
        new Cell("rate", 8, rate, Tone.PLAIN, 5),
        tokensPerSecond(line),
        timeLeft());
  }

  private Cell stepCell() {
    int width = Math.max(4, 2 * Integer.toString(total).length() + 1);
    return new Cell("step", width, step + "/" + total, Tone.PLAIN, 0);
  }

  private static Cell number(String title, JsonNode line, String key, int digits, int rank) {
    return new Cell(title, 6, Numbers.fixed(line, key, digits), Tone.PLAIN, rank);
  }

  private String heldOutText() {
    String text = Numbers.fixed(heldOut, 3);
    if (!Double.isFinite(change)) {
      // In line with the values that have a change behind them.
      return text + " ".repeat(7);
    }
    String size = Numbers.fixed(Math.abs(change), 3);
    return text + " " + (change > 0 ? "▲" : change < 0 ? "▼" : "=") + size;
  }

  private Tone changeTone() {
    return change > 0 ? Tone.GOOD : change < 0 ? Tone.BAD : Tone.STRONG;
  }

  private static Cell tokensPerSecond(JsonNode line) {
    double seconds = Numbers.of(line, "stepSeconds");
    double rate = Numbers.of(line, "tokens") / seconds;
    return new Cell("tok/s", 6, Numbers.si(rate), Tone.PLAIN, 8);
  }

  private Cell timeLeft() {
    Arrival first = arrivals.getFirst();
    Arrival last = arrivals.getLast();
    double secondsPerStep = (last.seconds() - first.seconds()) / (last.step() - first.step());
    double left = secondsPerStep * (total - step);
    return new Cell("left", 7, Numbers.duration(left), Tone.PLAIN, 2);
  }
}
