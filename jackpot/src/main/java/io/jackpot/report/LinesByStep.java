package io.jackpot.report;

import io.jackpot.input.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** How many lines of each step a file of JSON lines has. */
public final class LinesByStep {
  /** Differences that a message names. */
  private static final int NAMED = 5;

  private final TreeMap<Integer, Integer> lines = new TreeMap<>();

  /** Counts one more line of {@code step}. */
  public void add(int step) {
    lines.merge(step, 1, Integer::sum);
  }

  /** The last step that has a line; −1 if there is none. */
  public int last() {
    return lines.isEmpty() ? -1 : lines.lastKey();
  }

  /** The lines of all steps. */
  public int total() {
    return lines.values().stream().mapToInt(count -> count).sum();
  }

  /** Steps in a row with as many lines each. */
  private record Span(int first, int last, int lines) {}

  private static List<Span> spans(Map<Integer, Integer> counts) {
    List<Span> spans = new ArrayList<>();
    counts.forEach((step, count) -> {
      Span before = spans.isEmpty() ? null : spans.getLast();
      if (before != null && before.last == step - 1 && before.lines == count) {
        spans.set(spans.size() - 1, new Span(before.first, step, count));
      } else {
        spans.add(new Span(step, step, count));
      }
    });
    return spans;
  }

  /** {@code [first step, last step, lines of each]} for steps in a row with as many lines. */
  public ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Span span : spans(lines)) {
      json.addArray().add(span.first).add(span.last).add(span.lines);
    }
    return json;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param where it stands, for messages
   * @throws InputException if it is something else
   */
  public static LinesByStep of(JsonNode json, String where) {
    LinesByStep all = new LinesByStep();
    for (JsonNode span : json) {
      int first = span.path(0).asInt(-1);
      int last = span.path(1).asInt(-1);
      int count = span.path(2).asInt(0);
      if (span.size() != 3 || first <= all.last() || last < first || count < 1) {
        throw new InputException(
            where + ": found " + span + ", expected [first step, last step, lines of each]");
      }
      for (int step = first; step <= last; step++) {
        all.lines.put(step, count);
      }
    }
    return all;
  }

  /**
   * Checks that these are the lines that are expected.
   *
   * @param file for messages
   * @throws InputException which names the steps whose lines are missing, or too many
   */
  public void require(LinesByStep expected, String file) {
    List<String> faults = new ArrayList<>();
    TreeMap<Integer, Integer> absent = new TreeMap<>(expected.lines);
    absent.keySet().removeAll(lines.keySet());
    absent.replaceAll((_, _) -> 1);
    List<Span> spans = spans(absent);
    if (!spans.isEmpty()) {
      faults.add("no line of step " + named(spans.stream().map(LinesByStep::steps).toList()));
    }
    List<String> others = new ArrayList<>();
    lines.forEach((step, count) -> {
      int due = expected.lines.getOrDefault(step, 0);
      if (count != due) {
        others.add("%d of step %d in place of %d".formatted(count, step, due));
      }
    });
    if (!others.isEmpty()) {
      faults.add(named(others));
    }
    if (!faults.isEmpty()) {
      throw new InputException(
          "%s: %s; expected every line up to step %d; restore the file"
              .formatted(file, String.join("; ", faults), expected.last()));
    }
  }

  private static String steps(Span span) {
    return span.first == span.last ? "" + span.first : span.first + " to " + span.last;
  }

  private static String named(List<String> all) {
    String named = String.join(", ", all.subList(0, Math.min(all.size(), NAMED)));
    return all.size() > NAMED ? named + " and " + (all.size() - NAMED) + " more" : named;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinesByStep that && lines.equals(that.lines);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(lines);
  }
}
