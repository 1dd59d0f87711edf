package io.jackpot.report;

import io.jackpot.input.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * How many lines of each step a file of JSON lines has. Steps in a row with as many lines each take
 * one entry, so that a file that says to have billions costs no more than its size.
 */
public final class LinesByStep {
  /** Differences that a message names. */
  private static final int NAMED = 5;

  /** By their first steps; no two that could be one. */
  private final TreeMap<Long, Span> spans = new TreeMap<>();

  /** Steps in a row with as many lines each. */
  private record Span(long first, long last, int lines) {
    private String steps() {
      return first == last ? "" + first : first + " to " + last;
    }
  }

  /** Counts one more line of {@code step}. */
  public void add(int step) {
    Span at = at(step);
    if (at == null) {
      join(step, step, 1);
      return;
    }
    spans.remove(at.first);
    if (at.first < step) {
      spans.put(at.first, new Span(at.first, step - 1L, at.lines));
    }
    if (step < at.last) {
      spans.put(step + 1L, new Span(step + 1L, at.last, at.lines));
    }
    join(step, step, at.lines + 1);
  }

  private @Nullable Span at(long step) {
    Map.Entry<Long, Span> at = spans.floorEntry(step);
    return at != null && step <= at.getValue().last ? at.getValue() : null;
  }

  /** Adds steps that have no lines yet. */
  private void join(long first, long last, int lines) {
    Span before = at(first - 1);
    Span after = at(last + 1);
    long from = before != null && before.lines == lines ? before.first : first;
    long to = last;
    if (after != null && after.lines == lines) {
      spans.remove(after.first);
      to = after.last;
    }
    spans.put(from, new Span(from, to, lines));
  }

  /** The last step that has a line; −1 if there is none. */
  public int last() {
    return spans.isEmpty() ? -1 : (int) spans.lastEntry().getValue().last;
  }

  /** The lines of all steps, at most {@link Integer#MAX_VALUE}. */
  public int total() {
    double total =
        spans.values().stream()
            .mapToDouble(span -> (span.last - span.first + 1.0) * span.lines)
            .sum();
    return (int) Math.min(Integer.MAX_VALUE, total);
  }

  /** {@code [first step, last step, lines of each]} for steps in a row with as many lines. */
  public ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Span span : spans.values()) {
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
      all.join(first, last, count);
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
    List<Span> absent = absent(expected);
    if (!absent.isEmpty()) {
      faults.add("no line of step " + named(absent.stream().map(Span::steps).toList()));
    }
    List<String> others = new ArrayList<>();
    for (Span span : spans.values()) {
      for (long step = span.first; step <= span.last; step++) {
        Span due = expected.at(step);
        if (due == null || due.lines != span.lines) {
          others.add(
              "%d of step %d in place of %d"
                  .formatted(span.lines, step, due == null ? 0 : due.lines));
        }
      }
    }
    if (!others.isEmpty()) {
      faults.add(named(others));
    }
    if (!faults.isEmpty()) {
      throw new InputException(
          "%s: %s; expected every line up to step %d; restore the file"
              .formatted(file, String.join("; ", faults), expected.last()));
    }
  }

  /** The steps of {@code expected} that have no line here. */
  private List<Span> absent(LinesByStep expected) {
    LinesByStep absent = new LinesByStep();
    for (Span due : expected.spans.values()) {
      long from = due.first;
      while (from <= due.last) {
        Span here = at(from);
        if (here == null) {
          Long next = spans.higherKey(from);
          long to = next == null ? due.last : Math.min(due.last, next - 1);
          absent.join(from, to, 1);
          from = to + 1;
        } else {
          from = here.last + 1;
        }
      }
    }
    return List.copyOf(absent.spans.values());
  }

  private static String named(List<String> all) {
    String named = String.join(", ", all.subList(0, Math.min(all.size(), NAMED)));
    return all.size() > NAMED ? named + " and " + (all.size() - NAMED) + " more" : named;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinesByStep that && spans.equals(that.spans);
  }

  @Override
  public int hashCode() {
    return spans.hashCode();
  }
}
