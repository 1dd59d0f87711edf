package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.problems.MixtureProblems;
import io.jackpot.problems.ProblemFile;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.report.JsonLines;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.ModelFolder;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs of two tiny models that take a moment; also as a process of its own, to be killed. */
final class SmallRun {
  private static final String[] TIMES = {"Seconds", "PerSecond", "Bytes"};

  private SmallRun() {}

  /** {@code start MODELS RUN KEY=VALUE…} or {@code resume RUN KEY=VALUE…}. */
  public static void main(String[] args) {
    Training training =
        new Training(new PrintWriter(Writer.nullWriter()), false, Interruption.ofSignals());
    try {
      if (args[0].equals("resume")) {
        Settings<TrainSettings> all = Settings.of(TrainSettings.class);
        training.resume(Path.of(args[1]), all.flags(flags(args, 2)));
      } else {
        training.start(settings(Path.of(args[1]), flags(args, 3)), Path.of(args[2]));
      }
    } catch (InterruptedRunException e) {
      System.exit(e.status());
    }
  }

  private static Map<String, String> flags(String[] args, int from) {
    Map<String, String> flags = new HashMap<>();
    for (int i = from; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      flags.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    return flags;
  }

  static TrainSettings settings(Path models, Map<String, String> changes) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("policy", models.resolve("policy").toString());
    flags.put("actor", models.resolve("actor").toString());
    flags.put("steps", "6");
    flags.put("rolloutPrompts", "6");
    flags.put("samplesPerPrompt", "4");
    flags.put("trainBatch", "24");
    flags.put("operations", "1");
    flags.put("modulus", "4");
    flags.put("maxResponseTokens", "8");
    flags.put("evalEvery", "3");
    flags.put("evalProblems", "3");
    flags.put("checkpointEvery", "2");
    flags.put("learningRate", "0.01");
    flags.put("actorLearningRate", "0.0006");
    flags.put("beta2", "0.99");
    flags.put("weightDecay", "0");
    flags.put("warmupSteps", "10");
    flags.put("decay", "linear");
    flags.putAll(changes);
    Map<String, @Nullable Object> values = Settings.of(TrainSettings.class).flags(flags);
    return TrainSettings.layered(Map.of(), values);
  }

  /**
   * Two models of different sizes that have learnt the format of an answer, and are right now and
   * then.
   */
  static void saveModels(Path folder) {
    ProblemFile.write(folder.resolve("data.jsonl"), new MixtureProblems(1, 4, 0, 1, 0, 0), 0, 512);
    saveModel(folder, "policy", 16);
    saveModel(folder, "actor", 8);
  }

  private static void saveModel(Path folder, String name, int width) {
    Path fresh = folder.resolve("fresh-" + name);
    ModelConfig config =
        new ModelConfig(
            "qwen3",
            18,
            width,
            2 * width,
            1,
            2,
            1,
            8,
            64,
            1e4,
            new RopeScaling.None(),
            1e-6f,
            true,
            false,
            false,
            true,
            null);
    Parameters parameters = Model.random(config, width).parameters();
    new ModelFolder(config, parameters, ArithmeticProblems.tokenizer()).save(fresh);
    Settings<SftSettings> sft = Settings.of(SftSettings.class);
    Map<String, String> flags =
        Map.of(
            "model", fresh.toString(),
            "data", folder.resolve("data.jsonl").toString(),
            "out", folder.resolve("sft-" + name).toString(),
            "steps", "60",
            "lr", "0.02");
    new Sft(new PrintWriter(Writer.nullWriter()), false, Interruption.byRequest())
        .start(sft.build(sft.flags(flags)));
    ModelFolder.load(folder.resolve("sft-" + name + "/model")).save(folder.resolve(name));
  }

  static ObjectNode start(Path run, TrainSettings settings) {
    return training().start(settings, run);
  }

  static ObjectNode resume(Path run, int threads) {
    return resume(run, Map.of("threads", "" + threads));
  }

  static ObjectNode resume(Path run, Map<String, String> changes) {
    return training().resume(run, Settings.of(TrainSettings.class).flags(changes));
  }

  private static Training training() {
    return new Training(new PrintWriter(Writer.nullWriter()), false);
  }

  /** The lines of metrics without what may differ between two runs of a seed. */
  static List<String> metrics(Path run) {
    return JsonLines.read(run.resolve("metrics.jsonl")).stream().map(SmallRun::timeless).toList();
  }

  private static String timeless(JsonNode line) {
    ObjectNode kept = ((ObjectNode) line).deepCopy();
    kept.propertyNames().stream().filter(SmallRun::isTime).toList().forEach(kept::remove);
    return kept.toString();
  }

  private static boolean isTime(String key) {
    for (String time : TIMES) {
      if (key.endsWith(time)) {
        return true;
      }
    }
    return false;
  }
}
