package io.jackpot.report;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.interval.Interval;

/**
 * A run in a few numbers.
 *
 * @param title of the result
 * @param from at the beginning; empty where there is only one value
 * @param to at the end
 * @param details sentences
 */
record Headline(String title, String from, String to, List<String> details) {

  static Headline of(Run run) {
    Points heldOut = run.points("heldOutAccuracy");
    Points loss = run.points("loss");
    Points reward = run.points("reward");
    if (!heldOut.isEmpty()) {
      return heldOut(run, heldOut);
    }
    if (!loss.isEmpty()) {
      return of("Loss in nats a token", loss, List.of());
    }
    if (!reward.isEmpty()) {
      return of(
          "Reward in training", reward, List.of("Nothing was evaluated on held-out problems."));
    }
    return new Headline("Result", "", "no steps yet", List.of());
  }

  private static Headline heldOut(Run run, Points heldOut) {
    List<String> details = new ArrayList<>();
    double n = run.heldOutProblems();
    double last = heldOut.last();
    if (n >= 1 && last >= 0 && last <= 1) {
      Interval interval = Numbers.wilson(last, n);
      details.add(
          "95%% interval %s to %s, from %s problems never trained on, sampled at temperature 1."
              .formatted(
                  Numbers.fixed(interval.getLowerBound(), 3),
                  Numbers.fixed(interval.getUpperBound(), 3),
                  Math.round(n)));
    }
    Points greedy = run.points("heldOutGreedy");
    if (!greedy.isEmpty()) {
      details.add("Greedy: " + arrow(greedy) + ".");
    }
    if (heldOut.count() > 2 || !run.bestCheckpoint().isEmpty()) {
      details.add(best(run, heldOut));
    }
    return of("Held-out accuracy", heldOut, details);
  }

  private static Headline of(String title, Points points, List<String> details) {
    boolean single = points.count() == 1;
    return new Headline(
        title,
        single ? "" : Numbers.fixed(points.first(), 3),
        Numbers.fixed(points.last(), 3),
        details);
  }

  private static String arrow(Points points) {
    String to = Numbers.fixed(points.last(), 3);
    return points.count() == 1 ? to : Numbers.fixed(points.first(), 3) + " → " + to;
  }

  /** The peak, its checkpoint, and the lowest value after it: a run that collapsed may end well. */
  private static String best(Run run, Points heldOut) {
    BestEvaluation best = run.best();
    double worst = Double.NaN;
    for (int i = 0; i < heldOut.size(); i++) {
      if (heldOut.steps()[i] > best.step() && !(worst <= heldOut.values()[i])) {
        worst = heldOut.values()[i];
      }
    }
    return "Best: %s at step %s%s%s."
        .formatted(
            Numbers.fixed(best.accuracy(), 3),
            best.step(),
            run.bestCheckpoint().isEmpty() ? "" : " (" + run.bestCheckpoint() + ")",
            Double.isNaN(worst) ? "" : ", worst after it " + Numbers.fixed(worst, 3));
  }
}
