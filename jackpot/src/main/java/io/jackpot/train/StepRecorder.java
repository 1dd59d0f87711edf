package io.jackpot.train;

import io.jackpot.input.Names;
import io.jackpot.problems.Problem;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Rollout;
import java.util.Arrays;
import java.util.List;
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

  private final RunFolder folder;
  private final ProgressLine progress;
  private final StepNotes notes;
  private final Curriculum training;
  private ObjectNode line = JsonNodeFactory.instance.objectNode();
  private int step;
  private boolean evaluates;
  private double rolloutSeconds;
  private double trainSeconds;
  private double obrsSeconds;
  private double elapsedSeconds;

  /** When the part of a step that runs now began, in nanoseconds. */
  private long began = System.nanoTime();

  /** When the last line was written, in nanoseconds. */
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
  }

  /** A rollout begins. */
  void start() {
    began = System.nanoTime();
  }

  /** The rollout has been sampled; its time is shared by {@code updates} steps. */
  void sampled(int updates) {
    rolloutSeconds = lap() / updates;
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
    trainSeconds = lap();
    obrsSeconds = outcome.obrsSeconds();
    evaluates = false;
    if (step > 0 && outcome.objective().nothingAccepted()) {
      notes.add(step, "no token was accepted, the policy is not updated", "");
    }
    if (step > 0 && miniBatch.stream().allMatch(rollout -> rollout.advantage() == 0)) {
      notes.add(
          step,
          "no token has an advantage, so rewards teach nothing: ",
          Outcomes.of(miniBatch).withoutAdvantage());
    }
    line = StepMetrics.of(step, outcome, miniBatch, equalGroupShare);
    line.put("badGold", training.badGold());
    line.put("badLength", training.badLength());
    line.put("learningRate", rate);
    int at = 0;
    for (Rollout rollout : miniBatch.subList(0, Math.min(SAMPLES_KEPT, miniBatch.size()))) {
      double[] mask = outcome.objective().mask();
      double acceptance =
          Arrays.stream(mask, at, at + rollout.tokens()).average().orElse(Double.NaN);
      at += rollout.tokens();
      folder
          .samples()
          .append(
              sample("train", rollout)
                  .put("advantage", rollout.advantage())
                  .put("acceptance", acceptance));
    }
  }

  /** The policy answered the held-out problems, sampled at temperature 1 and greedily. */
  void evaluated(List<Rollout> sampled, List<Rollout> greedy) {
    evaluates = true;
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
    long now = System.nanoTime();
    elapsedSeconds += (now - written) * 1e-9;
    written = now;
    StepMetrics.putTimes(line, rolloutSeconds, trainSeconds, obrsSeconds, elapsedSeconds);
    folder.metrics().append(line);
    progress.step(line);
    if (evaluates) {
      folder.report();
    }
    start();
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
