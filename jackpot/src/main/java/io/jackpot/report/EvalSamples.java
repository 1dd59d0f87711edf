package io.jackpot.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The responses to one data set that the page of an evaluation shows; no others are kept in memory.
 */
final class EvalSamples {
  /** Verdicts in the order of the page; any other counts as the last one. */
  static final List<String> VERDICTS = List.of("correct", "wrong", "unparsed");

  private static final int OF_A_KIND = 3;
  private static final int MOST_BINS = 32;

  /** The order of responses: by sample, then by problem. */
  private static final Comparator<JsonNode> FIRST =
      Comparator.<JsonNode>comparingInt(line -> line.path("sample").asInt(0))
          .thenComparingInt(line -> line.path("problem").asInt(0));

  private final TreeMap<Integer, long[]> lengths = new TreeMap<>();
  private final Map<Integer, Integer> right = new HashMap<>();
  private final List<List<JsonNode>> examples =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

  /** The samples of an evaluation's folder by data set, in the order of {@code names}. */
  static Map<String, EvalSamples> read(Path samples, Path problems, Collection<String> names) {
    Map<String, EvalSamples> sets = new LinkedHashMap<>();
    names.forEach(name -> sets.put(name, new EvalSamples()));
    forEach(samples, sets, EvalSamples::add);
    forEach(problems, sets, EvalSamples::explain);
    return sets;
  }

  private static void forEach(
      Path file, Map<String, EvalSamples> sets, BiConsumer<EvalSamples, JsonNode> reader) {
    JsonLines.forEach(
        file,
        (number, line) -> {
          EvalSamples set = sets.get(Markup.plain(line.path("dataset")));
          if (set != null) {
            reader.accept(set, line);
          }
        });
  }

  private void add(JsonNode line) {
    int verdict = VERDICTS.indexOf(Markup.plain(line.path("verdict")));
    int kind = verdict < 0 ? VERDICTS.size() - 1 : verdict;
    lengths.computeIfAbsent(line.path("tokens").asInt(0), key -> new long[VERDICTS.size()])[kind]++;
    right.merge(line.path("problem").asInt(0), kind == 0 ? 1 : 0, Integer::sum);
    List<JsonNode> some = examples.get(kind);
    some.add(line);
    some.sort(FIRST);
    if (some.size() > OF_A_KIND) {
      some.removeLast();
    }
  }

  /** Adds a problem's prompt and answer to its examples. */
  private void explain(JsonNode problem) {
    for (List<JsonNode> some : examples) {
      for (JsonNode line : some) {
        if (line instanceof ObjectNode object
            && line.path("problem").equals(problem.path("problem"))) {
          object.set("prompt", problem.path("prompt"));
          object.set("answer", problem.path("answer"));
        }
      }
    }
  }

  boolean isEmpty() {
    return lengths.isEmpty();
  }

  /** The first responses of a verdict. */
  List<JsonNode> examples(int verdict) {
    return examples.get(verdict);
  }

  /** Responses by their length in tokens, by verdict. */
  Histogram byLength() {
    int longest = lengths.lastKey();
    int from = lengths.firstKey();
    long values = (long) longest - from + 1;
    long width = Math.ceilDiv(values, MOST_BINS);
    long[][] counts = new long[(int) Math.ceilDiv(values, width)][VERDICTS.size()];
    lengths.forEach((length, layers) -> {
      for (int layer = 0; layer < layers.length; layer++) {
        counts[(int) (((long) length - from) / width)][layer] += layers[layer];
      }
    });
    return new Histogram(from, width, List.of(counts));
  }

  /** Problems by the number of their correct responses. */
  Histogram byProblem(int samples) {
    long values = samples + 1L;
    long width = Math.ceilDiv(values, MOST_BINS);
    long[][] counts = new long[(int) Math.ceilDiv(values, width)][VERDICTS.size()];
    right.values().forEach(c -> counts[(int) (Math.min(c, samples) / width)][c == 0 ? 1 : 0]++);
    return new Histogram(0, width, List.of(counts));
  }
}
