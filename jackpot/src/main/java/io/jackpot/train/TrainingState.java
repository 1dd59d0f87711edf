package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The state of a run: both models, their optimizers, and its progress. Random numbers have no
 * state.
 *
 * @param step optimizer updates made
 * @param position in its problems
 * @param elapsedSeconds time spent so far, by all processes together
 * @param actor null where the policy samples for itself
 * @param chat the policy's chat template; null where it has none
 */
record TrainingState(
    int step,
    Curriculum.Position position,
    double elapsedSeconds,
    Trained policy,
    @Nullable Trained actor,
    Tokenizer tokenizer,
    @Nullable ChatTemplate chat) {
  private static final String STATE = "state.json";
  private static final String POLICY = "policy";
  private static final String ACTOR = "actor";
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /**
   * The state before the first update.
   *
   * @param progress gives the listener of a load by the model's name
   * @throws InputException if a model cannot be read, or the two do not fit each other
   */
  static TrainingState fresh(TrainSettings settings, Function<String, LoadListener> progress) {
    ModelFolder policy = ModelSource.load(settings.policy(), progress);
    Tokenizer tokenizer = tokenizer("policy", settings.policy(), policy);
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    return new TrainingState(
        0,
        Curriculum.Position.START,
        0,
        Trained.fresh(policy, policy.textModel(), optimizer(settings)),
        settings.twoModels() ? actor(settings, tokenizer, progress) : null,
        tokenizer,
        ModelSource.chatTemplate(settings.policy(), now));
  }

  private static Trained actor(
      TrainSettings settings, Tokenizer tokenizer, Function<String, LoadListener> progress) {
    ModelFolder actor = ModelSource.load(settings.actor(), progress);
    requireTokenizer("actor", settings.actor(), actor, tokenizer);
    return Trained.fresh(actor, actor.textModel(), optimizer(settings));
  }

  /**
   * @throws InputException if a model has another tokenizer than the policy
   */
  static void requireTokenizer(String who, String model, ModelFolder folder, Tokenizer policy) {
    if (!same(policy, tokenizer(who, model, folder))) {
      throw new InputException(
          "%s: the tokenizer of %s differs from the policy's, expected models that share one"
              .formatted(who, model));
    }
  }

  private static Tokenizer tokenizer(String who, String model, ModelFolder folder) {
    Tokenizer tokenizer = folder.tokenizer();
    if (tokenizer == null) {
      throw new InputException(who + ": " + model + " has no tokenizer.json, expected one");
    }
    return tokenizer;
  }

  private static boolean same(Tokenizer a, Tokenizer b) {
    return a.vocabularySize() == b.vocabularySize()
        && a.endIds().equals(b.endIds())
        && IntStream.range(0, a.vocabularySize()).allMatch(id -> a.decode(id).equals(b.decode(id)));
  }

  private static AdamW.Options optimizer(TrainSettings settings) {
    return new AdamW.Options(
        settings.beta1(),
        settings.beta2(),
        settings.epsilon(),
        settings.weightDecay(),
        settings.gradClip());
  }

  /**
   * The content of {@code state.json}.
   *
   * @param began the start of the run: the time that a chat template sees, so that prompts stay the
   *     same
   */
  private record Counters(
      int step,
      Curriculum.Position position,
      int policyUpdates,
      int actorUpdates,
      double elapsedSeconds,
      @Nullable String began) {}

  /** After one more update. */
  TrainingState next() {
    return new TrainingState(step + 1, position, elapsedSeconds, policy, actor, tokenizer, chat);
  }

  /** After one more rollout of so many problems. */
  TrainingState afterRollout(int problems, Curriculum curriculum) {
    return new TrainingState(
        step, position.after(problems, curriculum), elapsedSeconds, policy, actor, tokenizer, chat);
  }

  /** With {@code seconds} as the time spent so far. */
  TrainingState withElapsed(double seconds) {
    return new TrainingState(step, position, seconds, policy, actor, tokenizer, chat);
  }

  /**
   * @throws NonFiniteException naming the first weight tensor that holds NaN or infinity
   */
  void requireFinite() {
    policy.requireFinite("policy");
    if (actor != null) {
      actor.requireFinite("actor");
    }
  }

  /** What {@link #save} takes of the disk, in bytes. */
  long bytes() {
    return policy.bytes() + (actor == null ? 0 : actor.bytes());
  }

  /**
   * Saves this as the checkpoint of its step.
   *
   * @param more writes what else belongs to the checkpoint
   * @throws InputException if it cannot be written; earlier checkpoints are untouched
   */
  void save(Checkpoints checkpoints, Checkpoints.ContentWriter more) {
    checkpoints.save(
        step,
        folder -> {
          more.write(folder);
          policy.write(folder.resolve(POLICY), tokenizer, chat);
          if (actor != null) {
            actor.write(folder.resolve(ACTOR), tokenizer, chat);
          }
          Counters counters =
              new Counters(
                  step,
                  position,
                  policy.optimizer().step(),
                  actor == null ? 0 : actor.optimizer().step(),
                  elapsedSeconds,
                  chat == null ? null : chat.now().toString());
          Json.write(folder.resolve(STATE), MAPPER.valueToTree(counters));
        });
  }

  /**
   * Reads a checkpoint that {@link #save} wrote.
   *
   * @throws InputException if a part of it is missing or does not fit the others
   */
  static TrainingState load(Path checkpoint, TrainSettings settings) {
    AdamW.Options options = optimizer(settings);
    Counters counters = counters(checkpoint.resolve(STATE));
    ModelFolder policy = ModelFolder.load(checkpoint.resolve(POLICY));
    Tokenizer tokenizer = policy.tokenizer();
    if (tokenizer == null) {
      throw new InputException(checkpoint.resolve(POLICY) + ": no tokenizer.json");
    }
    LocalDateTime began = began(counters);
    return new TrainingState(
        counters.step(),
        counters.position(),
        counters.elapsedSeconds(),
        Trained.read(
            checkpoint.resolve(POLICY),
            policy,
            policy.textModel(),
            counters.policyUpdates(),
            options),
        settings.twoModels()
            ? actor(checkpoint.resolve(ACTOR), counters.actorUpdates(), options)
            : null,
        tokenizer,
        ChatTemplate.find(checkpoint.resolve(POLICY), began));
  }

  private static Trained actor(Path folder, int updates, AdamW.Options options) {
    ModelFolder actor = ModelFolder.load(folder);
    return Trained.read(folder, actor, actor.textModel(), updates, options);
  }

  /**
   * Checks that the numbers of a checkpoint do not contradict its name, each other, or the settings
   * of the run.
   *
   * @throws InputException if they do; names the number
   */
  static void check(Path checkpoint, TrainSettings settings) {
    Counters counters = counters(checkpoint.resolve(STATE));
    int step = counters.step;
    RunRecord.requireStep(checkpoint, STATE, step);
    int updates = settings.miniBatches();
    Curriculum.Position position = counters.position;
    require(position != null, "position", "null", "that of the run");
    int rollouts = position.rollouts();
    require(
        rollouts <= step && rollouts >= Math.ceilDiv(step, updates),
        "position.rollouts",
        rollouts,
        "%d to %d for %d updates".formatted(Math.ceilDiv(step, updates), step, step));
    long least = (long) rollouts * settings.rolloutPrompts();
    long most = least * settings.loss().generationBatches();
    require(
        position.problems() >= least && position.problems() <= most,
        "position.problems",
        position.problems(),
        "%s for %d rollouts".formatted(least == most ? least : least + " to " + most, rollouts));
    for (int made : new int[] {counters.policyUpdates, counters.actorUpdates}) {
      require(made >= 0 && made <= step, "policyUpdates or actorUpdates", made, "0 to " + step);
    }
    double seconds = counters.elapsedSeconds;
    var _ = began(counters);
    require(seconds >= 0 && Double.isFinite(seconds), "elapsedSeconds", seconds, "0 or more");
  }

  private static LocalDateTime began(Counters counters) {
    String time = Objects.requireNonNullElse(counters.began(), "1970-01-01T00:00");
    try {
      return LocalDateTime.parse(time);
    } catch (DateTimeParseException e) {
      throw new InputException(
          "%s: began: found %s, expected a date and a time".formatted(STATE, Json.oneLine(time)),
          e);
    }
  }

  private static void require(boolean holds, String key, Object found, String expected) {
    if (!holds) {
      throw new InputException(
          "%s: %s: found %s, expected %s".formatted(STATE, key, found, expected));
    }
  }

  private static Counters counters(Path file) {
    try {
      return MAPPER.treeToValue(Json.read(file), Counters.class);
    } catch (JacksonException e) {
      throw new InputException(
          Json.oneLine(file + ": " + e.getOriginalMessage() + "; expected a checkpoint's state"),
          e);
    }
  }
}
