package io.jackpot.fuzz;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.Fields;
import io.jackpot.problems.FileProblems;
import io.jackpot.problems.VerifyLines;
import io.jackpot.prompts.Demonstrations;
import io.jackpot.prompts.PromptTemplate;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Data sets and the lines that commands read. */
final class DataTargets {
  private static final String FILE = "data";

  /** Smaller than the defaults, as the heap of a fuzzed process is. */
  private static final DataLimits LIMITS = new DataLimits(8 << 20, 100_000, 64 << 20);

  private static final List<JsonNode> PROBLEMS =
      List.of(
          JsonText.valid("{\"question\": \"1+1\", \"answer\": \"work #### 2\"}"),
          JsonText.valid("{\"prompt\": \"a\", \"answer\": 0.1, \"completion\": \"b\"}"),
          JsonText.valid(
              "{\"prompt\": [{\"role\": \"user\", \"content\": \"q\"}], \"reward_model\": {\"ground_truth\": \"[\\\"1\\\"]\"}}"),
          JsonText.valid("{\"problem\": \"q\", \"answer\": [\"1/2\", \"0.5\"], \"other\": [1, 2]}"),
          JsonText.valid("{\"prompt\": null, \"answer\": null}"));

  private static final List<JsonNode> DEMONSTRATIONS =
      List.of(
          JsonText.valid("{\"ids\": [1, 2, 3, 4]}"),
          JsonText.valid("{\"ids\": [0, 9], \"tools\": [{\"a\": 1}]}"),
          JsonText.valid("{\"text\": \"a\"}"),
          JsonText.valid(
              "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"a\"}]}]}"));

  private static final List<JsonNode> VERDICTS =
      List.of(
          JsonText.valid("{\"gold\": \"1/2\", \"answer\": \"so it is \\\\boxed{0.5}\"}"),
          JsonText.valid("{\"gold\": [\"x=1\", \"[0, 4)\"], \"answer\": 3}"),
          JsonText.valid("{\"gold\": 10, \"answer\": \"2^{10} \\\\cdot \\\\frac{1}{3}\"}"));

  private DataTargets() {}

  static List<Target> all() {
    Map<String, Supplier<Input>> known = Known.json(FILE, Map.of());
    Map<String, Supplier<Input>> compressed = new LinkedHashMap<>();
    known.forEach(
        (what, input) -> compressed.put(what, () -> Input.of(FILE, Known.gzip(file(input.get())))));
    compressed.put("a gigabyte of spaces", () -> bomb(" "));
    compressed.put("a gigabyte in one line", () -> bomb("x"));
    compressed.put("a gigabyte of line feeds", () -> bomb("\n"));
    compressed.put("a gigabyte of rows", () -> bomb("{\"prompt\": \"\", \"answer\": \"\"}\n"));
    return List.of(
        new Target("JSON lines", known, choices -> lines(choices, PROBLEMS), DataTargets::problems),
        new Target("JSON document", known, DataTargets::document, DataTargets::problems),
        new Target(
            "gzip",
            compressed,
            choices -> compressed(choices, lines(choices, PROBLEMS)),
            DataTargets::problems),
        new Target(
            "Parquet",
            ParquetFile.known(),
            ParquetFile::input,
            folder ->
                FileProblems.read(folder.toString(), Fields.KNOWN, LIMITS, Integer.MAX_VALUE)),
        new Target(
            "demonstrations",
            known,
            choices -> lines(choices, DEMONSTRATIONS),
            folder ->
                Demonstrations.read(
                    folder.resolve(FILE).toString(),
                    new Demonstrations.Target(
                        "model",
                        null,
                        PromptTemplate.of(null, null, "model", () -> null),
                        () -> null,
                        100,
                        1_000,
                        "--max"),
                    true,
                    LIMITS)),
        new Target(
            "verify lines",
            known,
            choices -> lines(choices, VERDICTS),
            folder -> VerifyLines.run(folder.resolve(FILE), LIMITS, new StringBuilder())));
  }

  private static void problems(java.nio.file.Path folder) {
    FileProblems.read(folder.resolve(FILE).toString(), Fields.KNOWN, LIMITS, Integer.MAX_VALUE);
  }

  private static Input bomb(String text) {
    String block = text.repeat((1 << 20) / text.length());
    return Input.of(FILE, Known.gzip(block.getBytes(StandardCharsets.UTF_8), 1_024));
  }

  private static Input lines(Choices choices, List<JsonNode> valid) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = choices.size(20); i > 0; i--) {
      JsonNode row = choices.pick(valid);
      out.writeBytes(
          choices.oneIn(2)
              ? JsonText.changed(choices, row)
              : row.toString().getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    }
    return Input.of(FILE, out.toByteArray());
  }

  private static Input document(Choices choices) {
    String rows = PROBLEMS.toString();
    JsonNode valid =
        switch (choices.below(3)) {
          case 0 -> JsonText.valid(rows);
          case 1 -> JsonText.valid("{\"version\": 1, \"data\": " + rows + "}");
          default -> JsonText.valid("{\"question\": [\"a\", \"b\"], \"answer\": [1, null]}");
        };
    return Input.of(FILE, JsonText.changed(choices, valid));
  }

  private static byte[] file(Input input) {
    return Objects.requireNonNull(input.files().get(FILE));
  }

  private static Input compressed(Choices choices, Input input) {
    byte[] plain = file(input);
    int times = Math.min(choices.size(1_000), 1 + 50_000_000 / (plain.length + 1));
    byte[] gzip = Known.gzip(plain, times);
    return Input.of(FILE, choices.oneIn(2) ? choices.damaged(gzip) : gzip);
  }
}
