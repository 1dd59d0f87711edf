package io.jackpot.answers;

import io.jackpot.answers.AnswerJudge.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The cases: answers with the verdicts of careful people, and the outcomes of judging them. */
final class Cases {
  private Cases() {}

  record Case(String kind, String gold, String answer, Outcome expected) {}

  /** The outcome of each case, in the order of the file. */
  static Map<Case, Outcome> outcomes() throws IOException {
    Map<Case, Outcome> outcomes = new LinkedHashMap<>();
    AnswerJudge judge = new AnswerJudge();
    for (Case each : all()) {
      outcomes.put(each, judge.judge(each.gold, each.answer).outcome());
    }
    return outcomes;
  }

  static List<Case> all() throws IOException {
    try (InputStream in = Objects.requireNonNull(Cases.class.getResourceAsStream("cases.jsonl"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<Case> cases = new ArrayList<>();
      for (String line : text.split("\n", -1)) {
        if (!line.isBlank()) {
          cases.add(read(new JsonMapper().readTree(line)));
        }
      }
      return cases;
    }
  }

  private static Case read(JsonNode node) {
    String verdict = node.get("verdict").stringValue().replace('-', '_');
    return new Case(
        node.get("kind").stringValue(),
        node.get("gold").stringValue(),
        node.get("answer").stringValue(),
        Outcome.valueOf(verdict.toUpperCase(Locale.ROOT)));
  }

  /** The table of docs/verifier.md, with each wrong verdict below it. */
  static String table(Map<Case, Outcome> outcomes) {
    Map<String, int[]> kinds = new LinkedHashMap<>();
    StringBuilder falsePositives = new StringBuilder();
    StringBuilder others = new StringBuilder();
    for (Map.Entry<Case, Outcome> entry : outcomes.entrySet()) {
      Case each = entry.getKey();
      int[] counts = kinds.computeIfAbsent(each.kind, kind -> new int[6]);
      Outcome found = entry.getValue();
      counts[column(each.expected)]++;
      if (found != each.expected) {
        boolean falsePositive = found == Outcome.CORRECT;
        counts[falsePositive ? 4 : 5]++;
        (falsePositive ? falsePositives : others)
            .append(
                "- %s: gold `%s`, answer `%s`: %s, should be %s%n"
                    .formatted(
                        each.kind, each.gold, each.answer, name(found), name(each.expected)));
      }
    }
    StringBuilder table =
        new StringBuilder(
            """
            | kind | cases | correct | wrong | unparsed | bad gold | verdicts right | false positives | other errors |
            |---|---|---|---|---|---|---|---|---|
            """);
    int[] total = new int[6];
    kinds.forEach((kind, counts) -> {
      table.append(row(kind, counts));
      for (int i = 0; i < total.length; i++) {
        total[i] += counts[i];
      }
    });
    table.append(row("all", total));
    return table
        + "\nFalse positives:\n\n"
        + (falsePositives.isEmpty() ? "- none\n" : falsePositives)
        + "\nOther wrong verdicts:\n\n"
        + (others.isEmpty() ? "- none\n" : others);
  }

  private static int column(Outcome expected) {
    return switch (expected) {
      case CORRECT -> 0;
      case WRONG -> 1;
      case UNPARSED -> 2;
      case BAD_GOLD -> 3;
    };
  }

  private static String row(String kind, int[] counts) {
    int cases = counts[0] + counts[1] + counts[2] + counts[3];
    return "| %s | %d | %d | %d | %d | %d | %d | %d | %d |%n"
        .formatted(
            kind,
            cases,
            counts[0],
            counts[1],
            counts[2],
            counts[3],
            cases - counts[4] - counts[5],
            counts[4],
            counts[5]);
  }

  private static String name(Outcome outcome) {
    return outcome.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
