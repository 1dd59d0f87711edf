package io.jackpot.train;

import io.jackpot.config.SftSettings;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.prompts.Demonstrations;
import io.jackpot.prompts.Demonstrations.Demonstration;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.ModelFolder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The state of a supervised run: the model with its optimizer, and the updates made. The place in
 * the data follows from these, and random numbers have no state.
 */
final class SftState {
  private static final String MODEL = "model";
  private static final String STATE = "state.json";
  private static final String BEGAN = "began";
  private static final String DATA = "data";

  private final String name;
  private final Trained trained;
  private final LocalDateTime began;

  /** Where the chat template stands: a model by name, or a checkpoint's folder. */
  private final String chatOf;

  /** The examples that the run began with; null before any were read. */
  private final @Nullable String data;

  /** Found where the data need it. */
  private @Nullable ChatTemplate chat;

  private SftState(
      String name, Trained trained, LocalDateTime began, String chatOf, @Nullable String data) {
    this.name = name;
    this.trained = trained;
    this.began = began;
    this.chatOf = chatOf;
    this.data = data;
  }

  /**
   * The state before the first update.
   *
   * @throws InputException if the model cannot be read
   */
  static SftState fresh(SftSettings settings, Function<String, LoadListener> progress) {
    String name = ModelSource.resolve(settings.model());
    ModelFolder folder =
        settings.fresh()
            ? ModelSource.loadFresh(name, settings.seed())
            : ModelSource.load(name, progress);
    Trained trained = Trained.fresh(folder, whole(folder), optimizer(settings));
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    return new SftState(name, trained, now, name, null);
  }

  /** All rows are trained, since ids may be given to those that the tokenizer does not have. */
  private static Model whole(ModelFolder folder) {
    return new Model(folder.config(), folder.parameters());
  }

  private static AdamW.Options optimizer(SftSettings settings) {
    return new AdamW.Options(
        settings.beta1(),
        settings.beta2(),
        settings.epsilon(),
        settings.weightDecay(),
        settings.gradClip());
  }

  Trained trained() {
    return trained;
  }

  /** The name of the model that the run began with. */
  String name() {
    return name;
  }

  private @Nullable ChatTemplate findChat() {
    chat = ModelSource.chatTemplate(chatOf, began);
    return chat;
  }

  /**
   * Reads the data of the run.
   *
   * @throws InputException if they cannot be read, do not fit the model, or are not those that the
   *     run began with
   */
  Demonstrations.Data read(SftSettings settings) {
    ModelConfig config = trained.folder().config();
    Demonstrations.Target target =
        new Demonstrations.Target(
            name,
            trained.folder().tokenizer(),
            settings.template().template(name, this::findChat),
            this::findChat,
            config.vocabularySize(),
            config.longestSequence(),
            config.lengthSetting());
    Demonstrations.Data read =
        Demonstrations.read(
            settings.data(), target, settings.appendEnd(), settings.limits().limits());
    String found = fingerprint(read.demonstrations());
    if (data != null && !data.equals(found)) {
      throw new InputException(
          "data %s: found %s, but the run began with %s; restore the data, or start a new run"
              .formatted(settings.data(), found, data));
    }
    return read;
  }

  /** The number of examples and a checksum of their ids and targets. */
  static String fingerprint(List<Demonstration> examples) {
    CRC32C crc = new CRC32C();
    for (Demonstration each : examples) {
      for (int[] numbers : List.of(each.ids(), each.targets())) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + numbers.length));
        bytes.putInt(numbers.length).asIntBuffer().put(numbers);
        crc.update(bytes.array());
      }
    }
    return "%,d examples with checksum %s"
        .formatted(examples.size(), HexFormat.of().toHexDigits((int) crc.getValue()));
  }

  /**
   * Saves the checkpoint of {@code step}.
   *
   * @param examples {@link #fingerprint} of the data
   * @throws InputException if it cannot be written; earlier checkpoints are untouched
   */
  void save(Checkpoints checkpoints, int step, String examples, RunRecord run) {
    checkpoints.save(
        step,
        folder -> {
          run.write(folder);
          trained.write(folder.resolve(MODEL), trained.folder().tokenizer(), chat);
          Json.write(
              folder.resolve(STATE),
              JsonNodeFactory.instance
                  .objectNode()
                  .put("step", step)
                  .put("updates", trained.optimizer().step())
                  .put(DATA, examples)
                  .put(BEGAN, began.toString()));
        });
  }

  /**
   * Checks that the numbers of a checkpoint do not contradict its name.
   *
   * @throws InputException if they do; names the number
   */
  static void check(Path checkpoint) {
    ObjectNode state = Json.read(checkpoint.resolve(STATE));
    int step = state.path("step").asInt(-1);
    RunRecord.requireStep(checkpoint, STATE, step);
    if (state.path("updates").asInt(-1) != step) {
      throw new InputException(
          "%s: updates: found %s, expected %d".formatted(STATE, state.path("updates"), step));
    }
    if (!state.path(DATA).isString()) {
      throw new InputException(STATE + ": data: expected a text");
    }
    var _ = began(state);
  }

  private static LocalDateTime began(ObjectNode state) {
    JsonNode time = state.path(BEGAN);
    try {
      return LocalDateTime.parse(time.asString(""));
    } catch (DateTimeParseException e) {
      throw new InputException(
          Json.oneLine("%s: began: found %s, expected a date and a time".formatted(STATE, time)),
          e);
    }
  }

  /**
   * Reads a checkpoint that {@link #save} wrote.
   *
   * @throws InputException if a part of it is missing or does not fit the others
   */
  static SftState load(Path checkpoint, SftSettings settings) {
    ObjectNode state = Json.read(checkpoint.resolve(STATE));
    Path from = checkpoint.resolve(MODEL);
    ModelFolder folder = ModelFolder.load(from);
    int updates = state.path("updates").intValue();
    Trained trained = Trained.read(from, folder, whole(folder), updates, optimizer(settings));
    return new SftState(
        settings.model(), trained, began(state), from.toString(), state.path(DATA).stringValue());
  }

  /**
   * Saves the trained model as a folder of its own.
   *
   * @throws InputException if it cannot be written
   */
  void saveModel(Path to, SftSettings settings) {
    trained.folder().save(to, settings.dtype(), (long) settings.shardMegabytes() << 20);
    if (chat != null && ChatTemplate.find(to, began) == null) {
      chat.writeInto(to);
    }
  }
}
