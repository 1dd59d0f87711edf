package io.jackpot.audit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The worst difference of each quantity between what is logged and what is recomputed. */
final class Differences {

  /**
   * What a quantity is recomputed from.
   *
   * @param text in words
   * @param tolerance largest difference, relative to the quantity where that is above 1
   */
  record Source(String text, double tolerance) {}

  /** Where a number stands; a metric has only a step. */
  record At(int step, int response, int position) {
    static At step(int step) {
      return new At(step, -1, -1);
    }

    ObjectNode toJson() {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("step", step);
      return response < 0 ? json : json.put("response", response).put("position", position);
    }

    @Override
    public String toString() {
      return response < 0
          ? "step " + step
          : "step %d, response %d, position %d".formatted(step, response, position);
    }
  }

  private static final class Worst {
    private final Source source;
    private int compared;
    private int beyond;
    private double absolute;
    private double relative;
    private At at;
    private double logged;
    private double recomputed;

    Worst(Source source, At at) {
      this.source = source;
      this.at = at;
    }

    void add(At place, double found, double expected) {
      compared++;
      double difference = Math.abs(found - expected);
      double larger = Math.max(Math.abs(found), Math.abs(expected));
      beyond += difference > source.tolerance * Math.max(1, larger) ? 1 : 0;
      if (difference > absolute || compared == 1) {
        absolute = difference;
        at = place;
        logged = found;
        recomputed = expected;
      }
      relative = Math.max(relative, larger == 0 ? 0 : difference / larger);
    }

    ObjectNode toJson() {
      ObjectNode json =
          JsonNodeFactory.instance
              .objectNode()
              .put("compared", compared)
              .put("worstAbsolute", absolute)
              .put("worstRelative", relative);
      json.set("at", at.toJson());
      return json.put("logged", logged)
          .put("recomputed", recomputed)
          .put("from", source.text)
          .put("tolerance", source.tolerance)
          .put("beyond", beyond);
    }
  }

  private final Map<String, Worst> quantities = new LinkedHashMap<>();
  private final Map<String, Map<String, Integer>> skipped = new TreeMap<>();

  /** Compares a number; those of one quantity have one source. */
  void compare(String quantity, Source source, At at, double logged, double recomputed) {
    quantities.computeIfAbsent(quantity, name -> new Worst(source, at)).add(at, logged, recomputed);
  }

  /** Counts a number that cannot be recomputed. */
  void skip(String quantity, String because) {
    skipped.computeIfAbsent(quantity, name -> new TreeMap<>()).merge(because, 1, Integer::sum);
  }

  /** A sentence on each quantity that differs by more than its tolerance. */
  List<String> beyond() {
    return quantities.entrySet().stream()
        .filter(entry -> entry.getValue().beyond > 0)
        .map(entry -> {
          Worst worst = entry.getValue();
          return "%s is %s, recomputed %s (%s)"
              .formatted(entry.getKey(), worst.logged, worst.recomputed, worst.at);
        })
        .toList();
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode compared = json.putObject("quantities");
    quantities.forEach((quantity, worst) -> compared.set(quantity, worst.toJson()));
    ArrayNode not = json.putArray("notRecomputed");
    skipped.forEach((quantity, reasons) ->
        reasons.forEach((because, count) ->
            not.addObject().put("quantity", quantity).put("count", count).put("because", because)));
    return json;
  }
}
