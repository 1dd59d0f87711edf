package io.jackpot.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Sentences on a {@code train} run in which half of the updates or more could not learn from
 * rewards, or whose policy fell to nothing: the reason, and what to change.
 */
final class Warnings {
  private final Run run;

  /** The lines of updates. */
  private final List<JsonNode> updates;

  private Warnings(Run run) {
    this.run = run;
    this.updates = run.metrics().stream().filter(line -> line.path("step").asInt(0) > 0).toList();
  }

  /** One line each; empty for most runs. */
  static List<String> of(Run run) {
    if (run.kind() != Run.Kind.TRAIN) {
      return List.of();
    }
    Warnings all = new Warnings(run);
    List<String> warnings = new ArrayList<>();
    List<JsonNode> idle = all.updates(line -> Numbers.of(line, "zeroAdvantageShare") == 1);
    if (all.areMany(idle)) {
      warnings.add(
          "in %s no token had an advantage, so rewards taught nothing there: %s"
              .formatted(all.share(idle), all.withoutAdvantage(idle)));
    }
    List<JsonNode> rejected = all.updates(line -> Numbers.of(line, "weightMean") == 0);
    if (all.areMany(rejected)) {
      warnings.add(
          "in %s every token was rejected or had weight 0, so the policy had no update there: policy and actor are too far apart; take a smaller --lambda (or a larger --acceptance), wider bounds of icepop, a nearer actor, or more distillation"
              .formatted(all.share(rejected)));
    }
    Collapse collapse = new Collapse();
    run.metrics().forEach(collapse::add);
    collapse.ofAccuracy().ifPresent(warnings::add);
    collapse.ofEntropy().ifPresent(warnings::add);
    return warnings;
  }

  private List<JsonNode> updates(Predicate<JsonNode> which) {
    return updates.stream().filter(which).toList();
  }

  private boolean areMany(List<JsonNode> lines) {
    return !lines.isEmpty() && 2 * lines.size() >= updates.size();
  }

  private String share(List<JsonNode> lines) {
    return lines.size() == updates.size()
        ? updates.size() == 1 ? "the only update" : "all %d updates".formatted(updates.size())
        : "%d of %d updates".formatted(lines.size(), updates.size());
  }

  /** The reason and the advice for updates without any advantage. */
  private String withoutAdvantage(List<JsonNode> lines) {
    double right = mean(lines, "accuracy");
    double cutOff = mean(lines, "truncatedShare");
    double unparsed = mean(lines, "unparsedShare");
    if (right == 1) {
      return "all responses were right; take harder problems";
    }
    String wrong =
        Stream.of(part(cutOff, "cut off"), part(unparsed, "without an answer that can be read"))
            .filter(part -> !part.isEmpty())
            .reduce((a, b) -> a + ", " + b)
            .map(parts -> " (" + parts + ")")
            .orElse("");
    if (right > 0) {
      return "the responses to each problem were all right or all wrong, %s right%s; take problems of medium difficulty, a larger --samples-per-prompt (now %s) or a higher --temperature (now %s)"
          .formatted(percent(right), wrong, setting("samplesPerPrompt"), setting("temperature"));
    }
    String all = "all responses were wrong" + wrong;
    if (cutOff >= 0.5) {
      return all
          + "; raise --max-response-tokens (now %s), and see in samples.jsonl whether the model ever ends a response"
              .formatted(setting("maxResponseTokens"));
    }
    if (unparsed >= 0.5) {
      return all
          + "; see in samples.jsonl what the model answers, then change --prompt-template (now %s) or teach the form of an answer with sft first"
              .formatted(setting("promptTemplate"));
    }
    return all
        + "; take easier problems, a larger --samples-per-prompt (now %s), or a stronger policy (sft first)"
            .formatted(setting("samplesPerPrompt"));
  }

  private static String part(double share, String what) {
    return share > 0 ? percent(share) + " " + what : "";
  }

  private String setting(String key) {
    JsonNode value = run.config().path(key);
    return value.isNull() ? "none" : Markup.plain(value);
  }

  private static double mean(List<JsonNode> lines, String key) {
    return lines.stream().mapToDouble(line -> Numbers.of(line, key)).average().orElse(Double.NaN);
  }

  private static String percent(double share) {
    return Numbers.shown(100 * share) + " %";
  }
}
