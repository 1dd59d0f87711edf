package io.jackpot.train;

import io.jackpot.config.LossSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.models.ModelFingerprint;
import io.jackpot.models.ModelSource;
import io.jackpot.objective.Extensions.KlEstimator;
import io.jackpot.tensor.Ops;
import io.jackpot.transformer.Model;
import io.jackpot.weights.Json;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The frozen reference of a run: the initial policy, or another model. No checkpoint has it: a
 * resumed run loads it again and compares its files with those that {@code reference.json} of the
 * run's folder lists.
 *
 * @param name as the user gave it
 * @param files its {@link ModelFingerprint}
 */
record Reference(String name, Model model, ObjectNode files) {
  private static final String FILE = "reference.json";

  /**
   * Loads the reference of a run, if it has one.
   *
   * @param run its folder
   * @param progress gives the listener of a load by the model's name
   * @throws InputException if it cannot be read, has another tokenizer than the policy, or is not
   *     the one that the run began with
   */
  static @Nullable Reference load(
      TrainSettings settings,
      TrainingState state,
      Path run,
      Function<String, LoadListener> progress) {
    if (!settings.loss().hasReference()) {
      return null;
    }
    String name = Objects.requireNonNullElse(settings.loss().reference(), settings.policy());
    if (Files.exists(run.resolve(FILE))) {
      ModelFingerprint.check(
          name,
          Json.read(run.resolve(FILE)),
          "since this run started",
          "expected the same reference, as its divergences are from it; --reference names another place");
    }
    ModelFolder folder = ModelSource.load(name, progress);
    TrainingState.requireTokenizer("reference", name, folder, state.tokenizer());
    return new Reference(name, folder.textModel(), ModelFingerprint.of(name));
  }

  /** A line on what it is for. */
  String announcement(TrainSettings settings) {
    LossSettings loss = settings.loss();
    boolean meanZero = loss.klEstimator() == KlEstimator.K1 && !loss.isInReward();
    return "reference %s, %,d parameters: %s of KL(policy‖reference) times %s in the %s%s"
        .formatted(
            name,
            model.parameters().count(),
            Names.of(loss.klEstimator()),
            loss.referenceKl(),
            loss.isInReward() ? "reward" : "loss",
            meanZero ? "; the gradient of k1 is 0 in the mean, k2, k3, topk or full is meant" : "");
  }

  /** Notes in the run's folder which files it has. */
  void note(Path run) {
    if (!Files.exists(run.resolve(FILE))) {
      Json.write(run.resolve(FILE), files);
    }
  }

  /** The divergence from it, as the settings ask for it. */
  ReferenceKl divergence(Ops ops, TrainSettings settings) {
    return new ReferenceKl(ops, model, settings.loss().klEstimator(), settings.temperature());
  }
}
