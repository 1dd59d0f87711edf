package io.jackpot.report;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Run folders with numbers as a run may have them: the pages of real runs look like theirs. */
final class SyntheticRun {
  private SyntheticRun() {}

  /** A joint run whose policy learns to think; it stands at {@code lastStep}. */
  static void train(Path folder, int steps, int lastStep) throws IOException {
    ObjectNode config =
        Settings.of(TrainSettings.class)
            .toJson(Settings.of(TrainSettings.class).defaults())
            .put("steps", steps)
            .put("seed", 7)
            .put("learningRate", 6e-4)
            .put("evalEvery", Math.max(1, steps / 10));
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.toPrettyString());
    Random random = new Random(3);
    int evalEvery = Math.max(1, steps / 10);
    double elapsed = 0;
    try (JsonLines metrics = JsonLines.open(folder.resolve("metrics.jsonl"));
        JsonLines samples = JsonLines.open(folder.resolve("samples.jsonl"))) {
      for (int step = 0; step <= lastStep; step++) {
        double progress = steps == 0 ? 0 : (double) step / steps;
        double learned = 1 / (1 + Math.exp(-9 * (progress - 0.45)));
        boolean evaluates = step % evalEvery == 0 || step == steps;
        elapsed += 0.9 + 0.5 * learned + (evaluates ? 0.8 : 0);
        metrics.append(metrics(step, learned, progress, elapsed, evaluates, random));
        if (evaluates) {
          samples(samples, step, learned, random);
        }
      }
    }
  }

  /** A run of supervised training. */
  static void sft(Path folder, int steps) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model": "tiny", "data": "mixture.jsonl", "steps": %d, "batch": 128, "lr": 0.002, "seed": 0,
         "gradClip": 1, "weightDecay": 0.01}
        """
            .formatted(steps));
    Random random = new Random(5);
    try (JsonLines metrics = JsonLines.open(folder.resolve("metrics.jsonl"))) {
      for (int step = 1; step <= steps; step++) {
        double loss = 0.62 + 2.3 * Math.exp(-step / 25.0) + 0.02 * random.nextGaussian();
        metrics.append(
            JsonNodeFactory.instance
                .objectNode()
                .put("step", step)
                .put("loss", loss)
                .put("gradNorm", 0.3 + 4 * Math.exp(-step / 12.0) + 0.1 * random.nextDouble())
                .put("learningRate", 0.002 * Math.min(1, step / 50.0))
                .put("tokens", 2900 + random.nextInt(200))
                .put("tokensPerSecond", 24_000 + random.nextInt(2000))
                .put("stepSeconds", 0.12 + 0.01 * random.nextDouble()));
      }
    }
  }

  private static ObjectNode metrics(
      int step, double learned, double progress, double elapsed, boolean evaluates, Random random) {
    double accuracy = 0.21 + 0.69 * learned;
    double reward = accuracy + 0.03 * random.nextGaussian();
    double length = 11 + 22 * learned + 0.4 * random.nextGaussian();
    double divergence = 0.085 + 0.06 * Math.sin(3 * progress) + 0.006 * random.nextGaussian();
    double acceptance = 0.925 - 0.3 * (divergence - 0.085) + 0.004 * random.nextGaussian();
    double kappa = 1 + 0.004 * random.nextGaussian();
    double tokens = Math.rint(256 * length);
    double rollout = 0.25 + 0.2 * learned + 0.02 * random.nextDouble();
    double train = 0.6 + 0.3 * learned + 0.04 * random.nextDouble();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("step", step)
        .put("reward", reward)
        .put("accuracy", reward)
        .put("unparsedShare", Math.max(0, 0.04 * (1 - learned) + 0.005 * random.nextGaussian()))
        .put(
            "truncatedShare",
            Math.max(0, 0.03 * learned * (1 - learned) + 0.002 * random.nextDouble()))
        .put("equalGroupShare", 0.1 + 0.4 * learned * learned + 0.04 * random.nextDouble())
        .put("zeroAdvantageShare", 0.1 + 0.4 * learned * learned)
        .put("policyLoss", 0.02 * random.nextGaussian())
        .put("actorLoss", 0.02 * random.nextGaussian())
        .put("distillLoss", divergence)
        .put("totalLoss", divergence + 0.03 * random.nextGaussian())
        .put("entropy", 0.75 - 0.45 * learned + 0.01 * random.nextGaussian())
        .put("klPolicyActor", divergence)
        .put("klActorPolicy", 0.9 * divergence + 0.003 * random.nextGaussian())
        .put("acceptance", acceptance)
        .put("z", acceptance + 0.003 * random.nextGaussian())
        .put("kappa", kappa)
        .put("zAboveBound", kappa > 1 ? 0.3 + 0.1 * random.nextDouble() : 0)
        .put("weightMean", acceptance + 0.01 * random.nextGaussian())
        .put("weightMax", Math.min(3, 1.8 + 0.6 * Math.abs(random.nextGaussian())))
        .put("effectiveSampleSize", 0.88 + 0.02 * random.nextGaussian())
        .put("clipShareLow", 0)
        .put("clipShareHigh", 0)
        .put("actorClipShare", 0)
        .put("gradNormPolicy", 0.3 + 0.5 * Math.exp(-5 * progress) + 0.06 * random.nextDouble())
        .put("gradNormActor", 0.35 + 0.4 * Math.exp(-4 * progress) + 0.06 * random.nextDouble())
        .put("learningRate", 6e-4)
        .put("responseLengthMean", length)
        .put("responseLengthMax", Math.min(48, Math.rint(length + 12 + 4 * random.nextDouble())))
        .put("badGold", 0)
        .put("badLength", 0)
        .put("tokens", tokens)
        .put("rolloutSeconds", rollout)
        .put("trainSeconds", train)
        .put("stepSeconds", rollout + train)
        .put("elapsedSeconds", elapsed)
        .put("rolloutTokensPerSecond", tokens / rollout)
        .put("trainTokensPerSecond", tokens / train)
        .put("heapBytes", (500L << 20) + random.nextInt(400 << 20));
    if (evaluates) {
      line.put("heldOutAccuracy", Math.rint(512 * (accuracy + 0.015 * random.nextGaussian())) / 512)
          .put("heldOutGreedy", Math.rint(512 * (0.3 + 0.64 * Math.min(1, 1.25 * learned))) / 512)
          .put("heldOutLength", length + 0.5)
          .put("heldOutUnparsed", 0.03 * (1 - learned))
          .put("evalSeconds", 0.8);
    }
    return line;
  }

  private static void samples(JsonLines samples, int step, double learned, Random random) {
    for (int i = 0; i < 4; i++) {
      boolean right = random.nextDouble() < 0.21 + 0.69 * learned;
      boolean thinks = random.nextDouble() < 0.3 + 0.7 * learned;
      String response = (thinks ? "3+7=0;0*2=0;0-5=5;5*4=0;0+1=1;" : "") + (right ? "#1$" : "#4$");
      ObjectNode line =
          JsonNodeFactory.instance
              .objectNode()
              .put("step", step)
              .put("kind", i < 2 ? "train" : "heldOut")
              .put("prompt", "3+7*2-5*4+1=")
              .put("answer", "1")
              .put("response", response)
              .put("verdict", right ? "correct" : thinks && i == 1 ? "unparsed" : "wrong")
              .put("reward", right ? 1 : 0);
      if (i < 2) {
        line.put("advantage", right ? 1.32 : -0.61)
            .put("acceptance", 0.9 + 0.1 * random.nextDouble());
      }
      samples.append(line);
    }
  }
}
