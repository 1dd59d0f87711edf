package io.jackpot.fuzz;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.inference.EvalSettings;
import io.jackpot.inference.Evaluation;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.report.Interruption;
import io.jackpot.train.Sft;
import io.jackpot.train.Training;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A small model, and what short runs of three commands leave: files by name. */
final class SmallFolders {
  /** Updates that the runs have made. */
  static final int STEPS = 2;

  private SmallFolders() {}

  /** A place for what progress says. */
  static PrintWriter nowhere() {
    return new PrintWriter(Writer.nullWriter());
  }

  /** A model of the characters of sums; random. */
  static Map<String, byte[]> model() {
    return made(to -> save(to, "run", 8));
  }

  /** A run of {@code train} with two models and a log of tokens. */
  static Map<String, byte[]> train() {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    return made(to -> {
      Map<String, String> flags =
          flags(
              """
              rolloutPrompts 2 samplesPerPrompt 2 trainBatch 4 operations 1 modulus 4 maxResponseTokens 4
              evalEvery 2 evalProblems 2 checkpointEvery 1 learningRate 0.01 device cpu threads 1 tokenLog 1
              """);
      flags.put("steps", Integer.toString(STEPS));
      flags.put("policy", save(to, "policy", 16).toString());
      flags.put("actor", save(to, "actor", 8).toString());
      new Training(nowhere(), false)
          .start(TrainSettings.layered(Map.of(), all.flags(flags)), to.resolve("run"));
    });
  }

  static Map<String, byte[]> sft() {
    Settings<SftSettings> all = Settings.of(SftSettings.class);
    return made(to -> {
      Path data = to.resolve("data.jsonl");
      write(data, "{\"prompt\": \"1+2=\", \"completion\": \"#3$\"}\n".repeat(4));
      Map<String, String> flags = flags("trainBatch 2 checkpointEvery 1 device cpu threads 1");
      flags.put("steps", Integer.toString(STEPS));
      flags.put("data", data.toString());
      flags.put("model", save(to, "model", 8).toString());
      flags.put("out", to.resolve("run").toString());
      new Sft(nowhere(), false, Interruption.byRequest()).start(all.build(all.flags(flags)));
    });
  }

  static Map<String, byte[]> eval() {
    Settings<EvalSettings> all = Settings.of(EvalSettings.class);
    return made(to -> {
      Map<String, String> flags =
          flags("model builtin:actor limit 3 samplesPerPrompt 2 maxTokens 2 device cpu threads 1");
      Evaluation.run(all.build(all.flags(flags)), to.resolve("run"), nowhere(), false);
    });
  }

  private static Map<String, String> flags(String text) {
    String[] words = text.strip().split("\\s+");
    Map<String, String> flags = new LinkedHashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      flags.put(words[i], words[i + 1]);
    }
    return flags;
  }

  private static Path save(Path to, String name, int width) {
    Path folder = to.resolve(name);
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
    new ModelFolder(
            config, Model.random(config, width).parameters(), ArithmeticProblems.tokenizer())
        .save(folder);
    return folder;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The files that {@code maker} makes: those in {@code run}, or all if there is no such folder,
   * without pages, which no reader reads. What else a run needs (data, models) stays where it is.
   */
  private static Map<String, byte[]> made(Consumer<Path> maker) {
    try {
      Path to = Files.createTempDirectory("fuzz");
      maker.accept(to);
      Path from = Files.exists(to.resolve("run")) ? to.resolve("run") : to;
      Map<String, byte[]> files = new LinkedHashMap<>();
      try (Stream<Path> paths = Files.walk(from)) {
        for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
          if (!path.endsWith("report.html")) {
            files.put(
                from.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
          }
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
