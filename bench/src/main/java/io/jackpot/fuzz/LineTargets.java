package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.config.Settings;
import io.jackpot.fuzz.Target.Input;
import io.jackpot.inference.GenerateSettings;
import io.jackpot.inference.Generation;
import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.ScoreSettings;
import io.jackpot.inference.TokenizeLines;
import io.jackpot.inference.TokenizeSettings;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** The lines that {@code score}, {@code tokenize} and {@code generate} read. */
final class LineTargets {
  private static final String FILE = "lines.jsonl";
  private static final String MODEL = "builtin:actor";

  private LineTargets() {}

  static List<Target> all() {
    Settings<ScoreSettings> score = Settings.of(ScoreSettings.class);
    Settings<TokenizeSettings> tokenize = Settings.of(TokenizeSettings.class);
    Settings<GenerateSettings> generate = Settings.of(GenerateSettings.class);
    return List.of(
        target(
            "score lines",
            List.of("{\"ids\": [1, 2, 3]}", "{\"ids\": [4], \"more\": {\"a\": [1]}}"),
            Map.of(
                "many ids", "{\"ids\": [" + "1,".repeat(100_000) + "1]}",
                "ids that are none", "{\"ids\": [2147483647, -1, 1e9, 9e999, 0.5]}",
                "no ids", "{\"ids\": []}"),
            folder ->
                ScoreLines.run(
                    score.build(
                        score.flags(
                            Map.of(
                                "model",
                                MODEL,
                                "input",
                                folder.resolve(FILE).toString(),
                                "device",
                                "cpu",
                                "threads",
                                "1"))),
                    new StringBuilder(),
                    SmallFolders.nowhere(),
                    false)),
        target(
            "tokenize lines",
            List.of("{\"text\": \"1+2=\"}", "{\"text\": \"\", \"more\": [1]}"),
            Map.of("a text of no letters", "{\"text\": \"" + "\\u0000".repeat(1_000_000) + "\"}"),
            folder ->
                TokenizeLines.run(
                    tokenize.build(
                        tokenize.flags(
                            Map.of(
                                "tokenizer",
                                MODEL,
                                "input",
                                folder.resolve(FILE).toString(),
                                "pieces",
                                "true"))),
                    new StringBuilder(),
                    SmallFolders.nowhere())),
        target(
            "generate lines",
            List.of(
                "{\"prompt\": \"1+2=\"}",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"1+2=\"}]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"1\"}]}]}"),
            Map.of("a long prompt", "{\"prompt\": \"" + "1".repeat(1_000_000) + "\"}"),
            folder ->
                Generation.run(
                    generate.build(
                        generate.flags(
                            Map.of(
                                "model", MODEL,
                                "input", folder.resolve(FILE).toString(),
                                "maxTokens", "2",
                                "device", "cpu",
                                "threads", "1"))),
                    SmallFolders.nowhere(),
                    SmallFolders.nowhere(),
                    false)));
  }

  private static Target target(
      String name, List<String> lines, Map<String, String> attacks, Target.Reader reader) {
    List<JsonNode> valid = lines.stream().map(JsonText::valid).toList();
    Map<String, Supplier<Input>> known = new LinkedHashMap<>(Known.json(FILE, Map.of()));
    attacks.forEach((what, line) -> known.put(what, () -> Input.of(FILE, line + "\n")));
    return new Target(name, known, choices -> Input.of(FILE, changed(choices, valid)), reader);
  }

  private static byte[] changed(Choices choices, List<JsonNode> valid) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = choices.size(10); i > 0; i--) {
      JsonNode line = choices.pick(valid);
      out.writeBytes(
          choices.oneIn(3) ? JsonText.changed(choices, line) : line.toString().getBytes(UTF_8));
      out.write('\n');
    }
    return out.toByteArray();
  }
}
