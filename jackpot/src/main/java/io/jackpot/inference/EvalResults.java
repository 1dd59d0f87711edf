package io.jackpot.inference;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The results of an evaluation.
 *
 * @param tallies of the responses to each data set
 * @param maxTokens longest response allowed, of each data set
 * @param seconds that sampling took
 */
public record EvalResults(
    EvalSettings settings, List<Tally> tallies, List<Integer> maxTokens, double seconds) {

  /**
   * The results as one object:
   *
   * <ul>
   *   <li>the settings {@code model, problems, samples, temperature, topP, topK, minP, seed}
   *   <li>{@code n}: problems; {@code badGold}: problems skipped because their gold answer cannot
   *       be read; {@code maxTokens}: longest response allowed
   *   <li>{@code mean@S} with the number of samples for S, and {@code pass@k} for every k: {@code
   *       {"value", "low", "high", "interval"}}, the mean over problems with its 95 % confidence
   *       interval and the kind of interval ({@link Estimate})
   *   <li>{@code unparsedShare, truncatedShare}: of the responses; {@code lengthMean, lengthMedian,
   *       lengthP95, lengthMax}: of the responses, in tokens; {@code tokens}: of them all
   *   <li>{@code samplingSeconds, tokensPerSecond}
   *   <li>{@code datasets}: the same for each data set, with its {@code name} and {@code source}
   *       and without times
   * </ul>
   *
   * With several data sets {@code mean@S} and {@code pass@k} are means over the data sets with
   * equal weights; the other numbers are those of all problems and responses together.
   */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("model", settings.model())
            .put("problems", settings.problems())
            .put("samples", settings.samplesPerPrompt())
            .put("temperature", settings.sampling().temperature())
            .put("topP", settings.sampling().samplingTopP())
            .put("topK", settings.sampling().samplingTopK())
            .put("minP", settings.sampling().samplingMinP())
            .put("seed", settings.sampling().seed());
    write(json, tallies, maxTokens.stream().mapToInt(i -> i).max().orElseThrow());
    long tokens = Tally.Lengths.of(tallies).tokens();
    json.put("samplingSeconds", seconds).put("tokensPerSecond", seconds > 0 ? tokens / seconds : 0);
    ArrayNode datasets = json.putArray("datasets");
    for (int i = 0; i < tallies.size(); i++) {
      DataSet set = tallies.get(i).set();
      write(
          datasets.addObject().put("name", set.name()).put("source", set.source()),
          List.of(tallies.get(i)),
          maxTokens.get(i));
    }
    return json;
  }

  private void write(ObjectNode json, List<Tally> some, int most) {
    json.put("n", some.stream().mapToInt(Tally::problems).sum())
        .put("badGold", some.stream().mapToInt(tally -> tally.set().badGold()).sum())
        .put("maxTokens", most);
    json.set("mean@" + settings.samplesPerPrompt(), mean(some, Tally::mean).toJson());
    settings.ks().forEach(k -> json.set("pass@" + k, mean(some, t -> t.pass(k)).toJson()));
    json.put("unparsedShare", share(some, Tally::unparsed))
        .put("truncatedShare", share(some, Tally::truncated));
    Tally.Lengths.of(some).write(json);
  }

  private static Estimate mean(List<Tally> some, Function<Tally, Estimate> of) {
    return Estimate.mean(some.stream().map(of).toList());
  }

  private static double share(List<Tally> some, Function<Tally, Long> of) {
    return some.stream().mapToLong(of::apply).sum() / (double) Tally.Lengths.of(some).count();
  }

  /** Right responses by problem of the data set at {@code index}. */
  int[] correct(int index) {
    return tallies.get(index).correct();
  }

  /** A table for people: each data set, then all together. */
  public String table() {
    StringBuilder table = new StringBuilder();
    tallies.forEach(tally -> rows(table, tally.set().name(), List.of(tally)));
    if (tallies.size() > 1) {
      rows(table, "mean over the " + tallies.size() + " data sets", tallies);
    }
    return table.toString();
  }

  private void rows(StringBuilder table, String name, List<Tally> some) {
    int n = some.stream().mapToInt(Tally::problems).sum();
    int bad = some.stream().mapToInt(tally -> tally.set().badGold()).sum();
    table.append(name).append(System.lineSeparator());
    row(
        table,
        "n",
        n + " problems x " + settings.samplesPerPrompt() + ", " + bad + " with bad gold");
    row(table, "mean@" + settings.samplesPerPrompt(), mean(some, Tally::mean));
    settings.ks().forEach(k -> row(table, "pass@" + k, mean(some, t -> t.pass(k))));
    row(table, "unparsed", percent(share(some, Tally::unparsed)));
    row(table, "cut off", percent(share(some, Tally::truncated)));
    row(table, "length", Tally.Lengths.of(some));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.4f", share);
  }

  private static void row(StringBuilder table, String name, Object value) {
    table.append(String.format(Locale.ROOT, "  %-12s %s%n", name, value));
  }
}
