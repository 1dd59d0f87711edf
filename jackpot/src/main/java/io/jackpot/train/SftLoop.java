package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.input.InputException;
import io.jackpot.report.Interruption;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Streams;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadLoss;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.train.PackedResponses.Sequence;
import io.jackpot.transformer.NonFiniteException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The updates of a supervised run: next-token cross-entropy, the mean over the completion tokens of
 * a batch.
 */
final class SftLoop {
  private final SftSettings settings;
  private final Ops ops;
  private final SftState state;
  private final List<Sequence> data;
  private final String fingerprint;
  private final RunFolder folder;
  private final Learner learner;
  private final Epochs epochs;
  private int step;
  private int saved;

  /**
   * @param fingerprint of the data, for checkpoints
   * @param saved the step of the last checkpoint; −1 if there is none
   */
  SftLoop(
      SftSettings settings,
      Ops ops,
      SftState state,
      List<Sequence> data,
      String fingerprint,
      RunFolder folder,
      int saved) {
    this.settings = settings;
    this.ops = ops;
    this.state = state;
    this.data = data;
    this.fingerprint = fingerprint;
    this.folder = folder;
    this.step = Math.max(0, saved);
    this.saved = saved;
    Trained trained = state.trained();
    this.learner =
        new Learner(
            "model", ops, trained.model(), trained.optimizer(), settings.recomputeActivations());
    this.epochs = new Epochs(new Streams(settings.seed()), data.size());
  }

  /** The updates made. */
  int step() {
    return step;
  }

  /**
   * Makes the updates that are left, up to an interruption. All but the last of them are in a
   * checkpoint where one is due; after an interruption all are.
   */
  void run(ProgressLine progress, Interruption interruption) {
    while (step < settings.steps() && !interruption.requested()) {
      step++;
      ObjectNode line = update();
      folder.metrics(line);
      progress.step(line);
      if (step < settings.steps() && step % settings.checkpointEvery() == 0) {
        save();
      }
    }
    if (step < settings.steps() && step != saved) {
      save();
    }
  }

  /**
   * Saves the last checkpoint, from which a run can be extended. On a full disk that is a warning:
   * the model, a third as large, may still fit.
   */
  void saveLast(PrintWriter log) {
    if (step == saved) {
      return;
    }
    try {
      save();
    } catch (InputException e) {
      log.println("warning: no checkpoint to extend the run from: " + e.getMessage());
    }
  }

  /** Saves a checkpoint, but only of weights that a run can resume from. */
  private void save() {
    try {
      state.trained().requireFinite("model");
    } catch (NonFiniteException e) {
      throw stopped(e, List.of());
    }
    folder.force();
    ObjectNode config = Settings.of(SftSettings.class).toJson(settings);
    state.save(
        folder.checkpoints(),
        step,
        fingerprint,
        folder.record(step, ops.arithmetic(), config, null));
    folder.checkpoints().keep(settings.keepCheckpoints());
    saved = step;
  }

  private ObjectNode update() {
    long start = System.nanoTime();
    List<Sequence> batch = batch();
    int tokens = batch.stream().mapToInt(each -> each.targets().length).sum();
    double loss = 0;
    for (PackedResponses part : PackedResponses.split(batch, settings.passTokens())) {
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
    double norm = gradientNorm(loss, batch);
    float rate = settings.rate(settings.learningRate(), step);
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

  private double gradientNorm(double loss, List<Sequence> batch) {
    try {
      if (!Double.isFinite(loss)) {
        throw new NonFiniteException("the loss");
      }
      return learner.gradientNorm();
    } catch (NonFiniteException e) {
      throw stopped(e, batch);
    }
  }

  private TrainingStoppedException stopped(NonFiniteException e, List<Sequence> batch) {
    Diagnosis diagnosis =
        new Diagnosis(
            List.of(new Diagnosis.Suspect(learner, settings.learningRate(), "--learning-rate")),
            1,
            settings.passTokens(),
            "data without lines that are this unlikely");
    String checkpoint =
        folder
            .checkpoints()
            .latest()
            .map(path -> "the last good checkpoint is " + path)
            .orElse("there is no checkpoint yet");
    return new TrainingStoppedException(
        "stopped in step %d: %s; %s".formatted(step, diagnosis.of(e, batch), checkpoint), e);
  }

  /** The next lines of the data, which repeats in epochs. */
  private List<Sequence> batch() {
    int size = settings.trainBatch();
    List<Sequence> batch = new ArrayList<>(size);
    long first = (step - 1L) * size;
    for (long i = first; i < first + size; i++) {
      batch.add(data.get(settings.shuffle() ? epochs.item(i) : (int) (i % data.size())));
    }
    return batch;
  }
}
