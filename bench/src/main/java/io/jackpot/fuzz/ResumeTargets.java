package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.fuzz.Target.Input;
import io.jackpot.inference.Evaluation;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.train.Sft;
import io.jackpot.train.Training;
import io.jackpot.train.TrainingStoppedException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Folders that {@code --resume} goes on with. A folder that it takes makes one more update, or one
 * more response.
 */
final class ResumeTargets {
  private static final Map<String, String> FLAGS =
      Map.of("steps", Integer.toString(SmallFolders.STEPS + 1), "threads", "1");
  private static final String CHECKPOINT = "checkpoints/step-%06d/".formatted(SmallFolders.STEPS);

  private ResumeTargets() {}

  static List<Target> all() {
    Supplier<Map<String, byte[]>> train = Target.once(SmallFolders::train);
    Supplier<Map<String, byte[]>> sft = Target.once(SmallFolders::sft);
    Supplier<Map<String, byte[]>> eval = Target.once(SmallFolders::eval);
    return List.of(
        target("train --resume", train, checkpoints(), ResumeTargets::train),
        target("sft --resume", sft, checkpoints(), ResumeTargets::sft),
        target("eval --resume", eval, evaluations(), ResumeTargets::eval));
  }

  private static Target target(
      String name,
      Supplier<Map<String, byte[]>> valid,
      Map<String, Function<Map<String, byte[]>, Input>> attacks,
      Target.Reader reader) {
    Map<String, Supplier<Input>> known = new LinkedHashMap<>();
    attacks.forEach((what, attack) -> known.put(what, () -> attack.apply(valid.get())));
    return new Target(
        name,
        known,
        choices -> FolderChanges.changed(choices, valid.get()),
        folder -> {
          try {
            reader.read(folder);
          } catch (InterruptedRunException | TrainingStoppedException e) {
            // It went on, or says that the weights give numbers that are not finite.
          }
        });
  }

  /** Attacks on a run, which {@code train} and {@code sft} have alike. */
  private static Map<String, Function<Map<String, byte[]>, Input>> checkpoints() {
    Map<String, Function<Map<String, byte[]>, Input>> attacks = new LinkedHashMap<>();
    attacks.put("nothing changed", Input::new);
    String record = CHECKPOINT + "run.json";
    for (String spans :
        List.of(
            "[[0, 2147483647, 1]]",
            "[[2147483647, 2147483647, 2147483647]]",
            "[[0, 1, 1], [1, 2, 1]]",
            "[[2, 0, 1]]",
            "[[-2147483648, 2147483647, 1]]",
            "[[0, 1e9, 1]]",
            "5")) {
      attacks.put(
          "lines " + spans,
          files ->
              FolderChanges.edited(files, record, "lines", "{\"metrics.jsonl\": " + spans + "}"));
    }
    attacks.put(
        "lines of another file",
        files ->
            FolderChanges.edited(
                files, record, "lines", "{\"../../../../../../dev/zero\": [[0, 1, 1]]}"));
    for (String step : List.of("2147483647", "-1", "1e9", "null", "[]", "2.5", "9e999")) {
      for (String file : List.of("run.json", "state.json")) {
        attacks.put(
            file + " of step " + step,
            files -> FolderChanges.edited(files, CHECKPOINT + file, "step", step));
      }
    }
    for (String key : List.of("updates", "policyUpdates", "actorUpdates", "elapsedSeconds")) {
      for (String number : List.of("2147483647", "-1", "1e400", "\"x\"", "null")) {
        attacks.put(
            key + " " + number,
            files -> FolderChanges.edited(files, CHECKPOINT + "state.json", key, number));
      }
    }
    for (String position :
        List.of(
            "null",
            "{\"rollouts\": 2147483647, \"problems\": 9223372036854775807, \"fingerprint\": 0}",
            "{\"rollouts\": 2, \"problems\": -1, \"fingerprint\": -9223372036854775808}")) {
      attacks.put(
          "position " + position,
          files -> FolderChanges.edited(files, CHECKPOINT + "state.json", "position", position));
    }
    attacks.put(
        "a manifest of other places",
        files ->
            Known.with(
                files,
                CHECKPOINT + "manifest.json",
                "{\"files\": {\"../../../../../../dev/zero\": {\"size\": 0, \"crc32c\": \"0\"}}}"));
    attacks.put(
        "a checkpoint of a late step", files -> renamed(files, "checkpoints/step-999999999/"));
    attacks.put("a checkpoint of no step", files -> renamed(files, "checkpoints/step-9999999999/"));
    attacks.put("no checkpoint", files -> renamed(files, "elsewhere/"));
    attacks.put(
        "a late line",
        files ->
            Known.with(
                files, "metrics.jsonl", text(files, "metrics.jsonl") + "{\"step\": 2147483647}\n"));
    for (String file : List.of("config.json", record, CHECKPOINT + "state.json")) {
      Known.json(file, Map.of())
          .forEach((what, input) ->
              attacks.put(
                  file + ": " + what,
                  files -> FolderChanges.with(files, file, text(input.get().files(), file))));
    }
    return attacks;
  }

  private static Map<String, Function<Map<String, byte[]>, Input>> evaluations() {
    Map<String, Function<Map<String, byte[]>, Input>> attacks = new LinkedHashMap<>();
    String samples = "samples.jsonl";
    attacks.put("nothing changed", Input::new);
    attacks.put("no responses", files -> Known.with(files, samples, ""));
    attacks.put(
        "a response twice", files -> Known.with(files, samples, text(files, samples).repeat(2)));
    for (String number : List.of("2147483647", "-1", "1e9", "9e999", "null", "0.5")) {
      for (String key : List.of("problem", "sample", "tokens", "elapsedSeconds")) {
        attacks.put(
            key + " " + number,
            files ->
                Known.with(
                    files,
                    samples,
                    text(files, samples)
                        .replaceAll("\"" + key + "\":[^,}]*", "\"" + key + "\":" + number)));
      }
      attacks.put(
          "longest response " + number,
          files ->
              Known.with(
                  files,
                  "results.json",
                  text(files, "results.json")
                      .replaceAll("\"maxTokens\" *:[^,}]*", "\"maxTokens\":" + number)));
    }
    for (String file : List.of("config.json", "started.json", "results.json", samples)) {
      Known.json(file, Map.of())
          .forEach((what, input) ->
              attacks.put(
                  file + ": " + what,
                  files -> Known.with(files, file, text(input.get().files(), file))));
    }
    return attacks;
  }

  private static String text(Map<String, byte[]> files, String name) {
    byte[] content = files.get(name);
    return content == null ? "" : new String(content, UTF_8);
  }

  private static Input renamed(Map<String, byte[]> files, String folder) {
    Map<String, byte[]> renamed = new LinkedHashMap<>();
    files.forEach((name, content) ->
        renamed.put(
            name.startsWith(CHECKPOINT) ? folder + name.substring(CHECKPOINT.length()) : name,
            content));
    return new Input(renamed);
  }

  private static Interruption atOnce() {
    Interruption interruption = Interruption.byRequest();
    interruption.request();
    return interruption;
  }

  private static void train(Path folder) {
    new Training(SmallFolders.nowhere(), false, atOnce())
        .resume(folder, Settings.of(TrainSettings.class).flags(FLAGS), false);
  }

  private static void sft(Path folder) {
    new Sft(SmallFolders.nowhere(), false, atOnce())
        .resume(folder, Settings.of(SftSettings.class).flags(FLAGS), false);
  }

  private static void eval(Path folder) {
    Evaluation.resume(
        folder, UnaryOperator.identity(), false, atOnce(), SmallFolders.nowhere(), false);
  }
}
