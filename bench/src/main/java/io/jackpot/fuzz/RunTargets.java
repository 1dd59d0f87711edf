package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.explain.Explain;
import io.jackpot.fuzz.Target.Input;
import io.jackpot.report.RunReport;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Settings, the files of a run, and the input of {@code explain}. */
final class RunTargets {
  private static final JsonNode EXPLAIN =
      JsonText.valid(
          """
          {"options": {"lambda": 1.0, "target": "new", "clipLow": 0.2, "clipHigh": 0.2, "c1": 3.0, "c2": 3.0,
           "topK": 2, "normalizer": "topk", "mask": "bernoulli", "actorCorrection": {"type": "truncated", "cap": 2.0},
           "distill": {"coefficient": 0.5, "direction": "forward"}},
           "tokens": [{"inf": [1, 2.5, 3], "policyRef": [0, 1, 0], "policy": [0.5, 1, 0], "actorRef": [1, 2, 3],
           "actor": [1, 2, 2], "action": 1, "advantage": 0.7, "u": 0.42}]}
          """);
  private static final JsonNode METRICS =
      JsonText.valid(
          "{\"step\": 1, \"reward\": 0.5, \"heldOutAccuracy\": 0.25, \"klPolicyActor\": 0.1, \"acceptance\": 0.9, \"policyLoss\": null, \"tokens\": 100, \"trainSeconds\": 0.1}");
  private static final JsonNode SAMPLE =
      JsonText.valid(
          "{\"step\": 1, \"prompt\": \"1+1=\", \"response\": \"2\", \"answer\": \"2\", \"reward\": 1}");

  private RunTargets() {}

  static List<Target> all() {
    Settings<TrainSettings> train = Settings.of(TrainSettings.class);
    JsonNode settings = train.toJson(train.defaults());
    JsonNode sft =
        JsonText.valid(
            "{\"model\": \"m\", \"data\": \"d\", \"steps\": 10, \"batch\": 4, \"lr\": 0.001}");
    Map<String, byte[]> run =
        Map.of(
            "config.json", settings.toString().getBytes(UTF_8),
            "metrics.jsonl", (METRICS + "\n").getBytes(UTF_8));
    return List.of(
        new Target(
            "train settings",
            Known.json("config.json", Map.of()),
            choices -> Input.of("config.json", JsonText.changed(choices, settings)),
            folder -> train.build(train.file(folder.resolve("config.json")))),
        new Target(
            "sft settings",
            Known.json("config.json", Map.of()),
            choices -> Input.of("config.json", JsonText.changed(choices, sft)),
            folder -> {
              Settings<SftSettings> all = Settings.of(SftSettings.class);
              all.build(all.file(folder.resolve("config.json")));
            }),
        new Target(
            "explain",
            Known.json("input.json", Map.of()),
            choices -> Input.of("input.json", JsonText.changed(choices, EXPLAIN)),
            folder -> {
              String _ = Explain.explain(folder.resolve("input.json")).toString();
            }),
        new Target(
            "a run's metrics",
            Known.json("metrics.jsonl", run),
            choices -> run(choices, settings),
            folder -> RunReport.write(folder)));
  }

  private static Input run(Choices choices, JsonNode settings) {
    return new Input(
        Map.of(
            "config.json",
            choices.oneIn(3)
                ? JsonText.changed(choices, settings)
                : settings.toString().getBytes(UTF_8),
            "metrics.jsonl",
            lines(choices, METRICS),
            "samples.jsonl",
            lines(choices, SAMPLE)));
  }

  private static byte[] lines(Choices choices, JsonNode line) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = choices.size(10); i > 0; i--) {
      out.writeBytes(
          choices.oneIn(3) ? JsonText.changed(choices, line) : line.toString().getBytes(UTF_8));
      out.write('\n');
    }
    return out.toByteArray();
  }
}
