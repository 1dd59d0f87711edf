package io.jackpot.train;

import io.jackpot.input.Names;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.problems.Problem;
import io.jackpot.report.BestEvaluation;
import io.jackpot.report.Collapse;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Rollout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The record of a run, step by step: times its parts, writes the lines of {@code metrics.jsonl} and
 * {@code samples.jsonl}, and shows the progress. The calls of a step are {@link #trained}, {@link
 * #evaluated} where it evaluates, {@link #write}.
 */
final class StepRecorder {
  /** Responses of each step, and of each evaluation, that are kept to be read. */
  private static final int SAMPLES_KEPT = 4;

  /** The share of a step's tokens from which on weights of 0, or at their cap, are reported. */
  private static final double NEARLY_ALL = 0.99;

  private final RunFolder folder;
  private final ProgressLine progress;
  private final StepNotes notes;
  private final Curriculum training;
  private final Collapse collapse;
  private Map<String, Integer> ofRollout = new LinkedHashMap<>();
  private BestEvaluation best;

  /** The line of a step that was trained, until it is written. */
  private @Nullable ObjectNode unfinished;

  private int step;
  private boolean evaluates;
  private double rolloutSeconds;
  private double elapsedSeconds;

  /** When the part of a step that runs now began, in nanoseconds. */
  private long began = System.nanoTime();

  /** Up to when the run's time is counted, in nanoseconds. */
  private long written = began;

  /**
   * @param training problems to learn from, of which some may be left out
   * @param elapsedSeconds of the run before this process
   */
  StepRecorder(
      RunFolder folder, ProgressLine progress, Curriculum training, double elapsedSeconds) {
    this.folder = folder;
    this.progress = progress;
    this.notes = new StepNotes(progress);
    this.training = training;
    this.elapsedSeconds = elapsedSeconds;
    this.best = folder.best();
    this.collapse = folder.collapse();
  }

  /** A rollout begins. */
  void start() {
    began = System.nanoTime();
  }

  /** The rollout has been sampled; its time is shared by {@code updates} steps. */
  void sampled(int updates) {
    rolloutSeconds = lap() / updates;
  }

  /** What {@code started} has of the metrics of its whole rollout. */
  void resumed(StartedRollout started) {
    ofRollout = new LinkedHashMap<>(started.metrics());
    rolloutSeconds = started.rolloutSeconds();
  }

  /** The line of a step that lacks its evaluation, which follows. */
  void resumed(ObjectNode line) {
    unfinished = line;
    step = line.path("step").intValue();
    start();
  }

  /** The line of a step that was trained and lacks its evaluation; null if there is none. */
  @Nullable ObjectNode unfinished() {
    return unfinished;
  }

  /** The metrics of the rollout as a whole. */
  Map<String, Integer> ofRollout() {
    return new LinkedHashMap<>(ofRollout);
  }

  /** Of sampling the rollout, for each of its updates. */
  double rolloutSeconds() {
    return rolloutSeconds;
  }

  /** The best evaluation so far. */
  BestEvaluation best() {
    return best;
  }

  /**
   * Groups without an advantage were replaced, but not in step 0, which trains on none.
   *
   * @param step of the first update from the rollout
   */
  void filtered(int step, GroupSampler.Sampled sampled) {
    ofRollout.put("generationBatches", sampled.batches());
    ofRollout.put("sampledProblems", sampled.problems());
    if (step > 0 && sampled.teaching() < sampled.groups().size()) {
      notes.add(
          step,
          "too few problems have an advantage, the rollout is filled with others: ",
          "%d of the %d sampled in %d batches (--max-generation-batches), where %d are wanted"
              .formatted(
                  sampled.teaching(),
                  sampled.problems(),
                  sampled.batches(),
                  sampled.groups().size()));
    }
  }

  /**
   * An update was made.
   *
   * @param rate the policy's learning rate
   */
  void trained(
      int step,
      JointStep.Outcome outcome,
      List<Rollout> miniBatch,
      double equalGroupShare,
      float rate) {
    this.step = step;
    double trainSeconds = lap();
    if (step > 0) {
      noteWeights(outcome.objective());
    }
    if (step > 0 && miniBatch.stream().allMatch(rollout -> rollout.advantage() == 0)) {
      notes.add(
          step,
          "no token has an advantage, so rewards teach nothing: ",
          Outcomes.of(miniBatch).withoutAdvantage());
    }
    ObjectNode line = StepMetrics.of(step, outcome, miniBatch, equalGroupShare);
    ofRollout.forEach(line::put);
    line.put("badGold", training.badGold());
    line.put("badLength", training.badLength());
    line.put("learningRate", rate);
    StepMetrics.putTimes(line, rolloutSeconds, trainSeconds, outcome.obrsSeconds());
    unfinished = line;
    evaluates = false;
    int at = 0;
    for (Rollout rollout : miniBatch.subList(0, Math.min(SAMPLES_KEPT, miniBatch.size()))) {
      double[] alpha = outcome.objective().acceptProbability();
      double acceptance =
          Arrays.stream(alpha, at, at + rollout.tokens()).average().orElse(Double.NaN);
      at += rollout.tokens();
      folder
          .samples()
          .append(
              sample("train", rollout)
                  .put("advantage", rollout.advantage())
                  .put("acceptance", acceptance));
    }
  }

  /** Notes a step in which the weights leave nothing to learn from, or no difference to make. */
  private void noteWeights(ObjectiveResult objective) {
    double zero = objective.metrics().weightZeroShare();
    double atCap = objective.metrics().weightCapShare();
    if (objective.beside().lossTokens() == 0) {
      notes.add(step, "all responses were cut off and carry no loss, no model is updated", "");
    } else if (objective.nothingAccepted()) {
      notes.add(step, "all weights are 0, the policy is not updated", "");
    } else if (zero >= NEARLY_ALL) {
      notes.add(step, "nearly all weights are 0: ", "%.2f %% of the tokens".formatted(100 * zero));
    } else if (atCap >= NEARLY_ALL * (1 - zero)) {
      notes.add(
          step,
          "nearly all weights are cut off by their cap: ",
          "%.2f %% of the tokens".formatted(100 * atCap));
    }
  }

  /** The policy answered the held-out problems, sampled at temperature 1 and greedily. */
  void evaluated(List<Rollout> sampled, List<Rollout> greedy) {
    evaluates = true;
    ObjectNode line = Objects.requireNonNull(unfinished);
    StepMetrics.putHeldOut(line, sampled, greedy);
    line.put("evalSeconds", lap());
    sampled.stream()
        .limit(SAMPLES_KEPT)
        .forEach(rollout -> folder.samples().append(sample("heldOut", rollout)));
  }

  /**
   * Writes the line of the step.
   *
   * @return the run's time so far in seconds
   */
  double write() {
    ObjectNode line = Objects.requireNonNull(unfinished);
    StepMetrics.putEnd(line, elapsed());
    folder.metrics(line);
    unfinished = null;
    best = best.after(line);
    progress.step(line);
    collapse.add(line);
    if (evaluates) {
      collapse.ofAccuracy().ifPresent(found -> notes.add(step, "warning, accuracy: ", found));
    }
    collapse.ofEntropy().ifPresent(found -> notes.add(step, "warning, entropy: ", found));
    if (evaluates) {
      folder.page().evaluated();
    }
    start();
    return elapsedSeconds;
  }

  /** The run's time so far in seconds. */
  double elapsed() {
    long now = System.nanoTime();
    elapsedSeconds += (now - written) * 1e-9;
    written = now;
    return elapsedSeconds;
  }

  /** Seconds since the last call, or since {@link #start}. */
  private double lap() {
    long from = began;
    began = System.nanoTime();
    return (began - from) * 1e-9;
  }

  private ObjectNode sample(String kind, Rollout rollout) {
    Problem problem = rollout.prompt().problem();
    return JsonNodeFactory.instance
        .objectNode()
        .put("step", step)
        .put("kind", kind)
        .put("prompt", problem.prompt())
        .put("answer", problem.answer())
        .put("response", rollout.text())
        .put("verdict", Names.of(rollout.verdict()))
        .put("reward", rollout.reward());
  }
}
