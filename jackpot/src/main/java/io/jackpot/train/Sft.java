package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelSource;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.prompts.Demonstrations;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Streams;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.train.PackedResponses.Sequence;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.weights.ModelFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Supervised fine-tuning: next-token cross-entropy, the mean over the completion tokens of a batch.
 * The folder of the run gets {@code config.json}, a line of {@code metrics.jsonl} per update,
 * {@code report.html}, and finally the model as {@code model/}.
 */
public final class Sft {
  private final SftSettings settings;
  private final Ops ops;
  private final Learner learner;
  private final List<Sequence> data;
  private final Epochs epochs;

  private Sft(SftSettings settings, Ops ops, Learner learner, List<Sequence> data) {
    this.settings = settings;
    this.ops = ops;
    this.learner = learner;
    this.data = data;
    this.epochs = new Epochs(new Streams(settings.seed()), data.size());
  }

  /**
   * Trains {@code settings.model()} and saves the result.
   *
   * @return the last line of metrics
   * @throws InputException if the model or the data cannot be read, or the run cannot be written
   * @throws TrainingStoppedException if a loss or a gradient is not finite
   */
  public static ObjectNode run(SftSettings settings, PrintWriter log, boolean terminal) {
    String name = ModelSource.resolve(settings.model());
    ModelFolder folder =
        settings.fresh()
            ? ModelSource.loadFresh(name, settings.seed())
            : ModelSource.load(name, LoadProgress.on(log, terminal));
    AtomicReference<@Nullable ChatTemplate> chat = new AtomicReference<>();
    Demonstrations.Data read = read(settings, name, folder, chat);
    List<Sequence> data =
        read.demonstrations().stream()
            .map(each -> new Sequence(each.ids(), each.targets()))
            .toList();
    Model model = new Model(folder.config(), folder.parameters());
    AdamW optimizer =
        new AdamW(
            folder.config(),
            new AdamW.Options(
                settings.beta1(),
                settings.beta2(),
                settings.epsilon(),
                settings.weightDecay(),
                settings.gradClip()));
    Path out = Path.of(settings.out());
    try (Compute device = settings.compute().open(() -> plan(settings, model));
        RunFolder run =
            RunFolder.create(out, Settings.of(SftSettings.class).toJson(settings), "", log);
        ProgressLine progress = ProgressLine.forSft(log, terminal, settings.steps())) {
      device.lines().forEach(log::println);
      log.println("model " + name);
      read.notes().forEach(log::println);
      Ops ops = device.ops();
      Learner learner =
          new Learner("model", ops, model, optimizer, settings.recomputeActivations());
      Sft sft = new Sft(settings, ops, learner, data);
      for (int step = 1; step <= settings.steps(); step++) {
        ObjectNode line = sft.update(step);
        run.metrics(line);
        progress.step(line);
      }
      Path saved = out.resolve("model");
      folder.save(saved, settings.dtype(), (long) settings.shardMegabytes() << 20);
      ChatTemplate used = chat.get();
      if (used != null && ChatTemplate.find(saved, used.now()) == null) {
        used.writeInto(saved);
      }
      run.page().write();
      progress.done();
      return run.lastMetrics();
    }
  }

  private static MemoryPlan plan(SftSettings settings, Model model) {
    ModelConfig config = model.config();
    return new MemoryPlan.Builder()
        .model("model", config)
        .learner("model", config, settings.microBatchTokens(), settings.recomputeActivations())
        .build(
            (settings.recomputeActivations() ? "" : "--recompute-activations, ")
                + "--micro-batch-tokens below "
                + settings.microBatchTokens());
  }

  /**
   * @param chat gets the chat template if the data need it
   */
  private static Demonstrations.Data read(
      SftSettings settings,
      String name,
      ModelFolder folder,
      AtomicReference<@Nullable ChatTemplate> chat) {
    ModelConfig config = folder.config();
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());
    Supplier<@Nullable ChatTemplate> find =
        () -> {
          chat.set(ModelSource.chatTemplate(name, now));
          return chat.get();
        };
    Demonstrations.Target target =
        new Demonstrations.Target(
            name,
            folder.tokenizer(),
            settings.template().template(name, find),
            find,
            config.vocabularySize(),
            config.longestSequence(),
            config.lengthSetting());
    return Demonstrations.read(
        settings.data(), target, settings.appendEnd(), settings.limits().limits());
  }

  private ObjectNode update(int step) {
    long start = System.nanoTime();
    List<Sequence> batch = batch(step);
    int tokens = batch.stream().mapToInt(each -> each.targets().length).sum();
    double loss = 0;
    for (PackedResponses part : PackedResponses.split(batch, settings.microBatchTokens())) {
      Head head = learner.model().head(learner.forward(part), 1);
      HeadStatistics statistics = HeadStatistics.allocate(part.responses(), 0);
      ops.headForward(head, part.actions(), statistics);
      for (float logProb : statistics.logProb()) {
        loss -= logProb;
      }
      float[] coefficient = new float[part.responses()];
      Arrays.fill(coefficient, -1f / tokens);
      learner.backward(part, head, statistics, HeadLoss.ofActions(coefficient));
    }
    loss /= tokens;
    double norm = gradientNorm(step, loss, batch);
    float rate =
        settings
            .decay()
            .rate(settings.learningRate(), step, settings.warmupSteps(), settings.steps());
    learner.update(norm, rate);
    double seconds = (System.nanoTime() - start) * 1e-9;
    return JsonNodeFactory.instance
        .objectNode()
        .put("step", step)
        .put("loss", loss)
        .put("gradNorm", norm)
        .put("learningRate", rate)
        .put("tokens", tokens)
        .put("stepSeconds", seconds)
        .put("tokensPerSecond", tokens / seconds);
  }

  private double gradientNorm(int step, double loss, List<Sequence> batch) {
    try {
      if (!Double.isFinite(loss)) {
        throw new NonFiniteException("the loss");
      }
      return learner.gradientNorm();
    } catch (NonFiniteException e) {
      Diagnosis diagnosis =
          new Diagnosis(
              List.of(new Diagnosis.Suspect(learner, settings.learningRate(), "learningRate")),
              1,
              settings.microBatchTokens(),
              "data without lines that are this unlikely");
      throw new TrainingStoppedException(
          "stopped in step %d: %s".formatted(step, diagnosis.of(e, batch)), e);
    }
  }

  /** The next lines of the data, which repeats in epochs. */
  private List<Sequence> batch(int step) {
    List<Sequence> batch = new ArrayList<>(settings.trainBatch());
    long first = (step - 1L) * settings.trainBatch();
    for (long i = first; i < first + settings.trainBatch(); i++) {
      batch.add(data.get(settings.shuffle() ? epochs.item(i) : (int) (i % data.size())));
    }
    return batch;
  }
}
