package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.devices.Compute;
import io.jackpot.input.Names;
import io.jackpot.problems.Problem;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.LocalWorkers;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutBatch;
import io.jackpot.rollout.RolloutCollector;
import io.jackpot.rollout.Streams;
import io.jackpot.rollout.Workers;
import io.jackpot.tensor.Ops;
import io.jackpot.train.TrainingState.Trained;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Algorithm 1 of the paper: the actor answers a batch of problems, policy and actor are updated
 * together from the answers, and again.
 */
final class TrainingLoop {
  /** Responses of each step, and of each evaluation, that are kept to be read. */
  private static final int SAMPLES_KEPT = 4;

  private final TrainSettings settings;
  private final RunProblems problems;
  private final RunFolder folder;
  private final ProgressLine progress;
  private final Streams streams;
  private final JointStep joint;
  private final Workers samplers;
  private final Workers measured;
  private final RolloutCollector rollouts;
  private final RolloutCollector evaluation;
  private final Model sampling;
  private final int miniBatches;
  private TrainingState state;
  private long clock = System.nanoTime();

  TrainingLoop(
      Compute compute,
      TrainSettings settings,
      RunProblems problems,
      TrainingState state,
      RunFolder folder,
      ProgressLine progress) {
    Ops ops = compute.ops();
    this.settings = settings;
    this.problems = problems;
    this.state = state;
    this.folder = folder;
    this.progress = progress;
    this.streams = new Streams(settings.seed());
    boolean actorSamples = settings.rolloutModel() == TrainSettings.RolloutModel.ACTOR;
    Model sampling = actorSamples ? state.actor().model() : state.policy().model();
    Learner policy = learner("policy", ops, state.policy());
    this.joint =
        new JointStep(
            ops,
            compute.objective(),
            settings.objective(),
            settings.temperature(),
            settings.microBatchTokens(),
            policy,
            actorSamples ? learner("actor", ops, state.actor()) : policy,
            settings.roundedSampler());
    int vocabulary = sampling.config().vocabularySize();
    Tokenizer tokenizer = state.tokenizer();
    Sampler.Options sampler =
        new Sampler.Options(
            settings.temperature(),
            settings.maxResponseTokens(),
            tokenizer.endIds(),
            joint.topK(vocabulary),
            settings.samplingSlots());
    this.sampling = sampling;
    this.samplers =
        new LocalWorkers(new Sampler(ops, sampling, settings.actorDtype(), settings.kvDtype()));
    this.measured = new LocalWorkers(new Sampler(ops, state.policy().model()));
    this.rollouts =
        new RolloutCollector(samplers, tokenizer, problems.verifier(), streams, sampler);
    this.evaluation =
        new RolloutCollector(measured, tokenizer, problems.heldOutVerifier(), streams, sampler);
    this.miniBatches =
        settings.rolloutPrompts() * settings.samplesPerPrompt() / settings.trainBatch();
  }

  private Learner learner(String name, Ops ops, Trained trained) {
    return new Learner(
        name, ops, trained.model(), trained.optimizer(), settings.recomputeActivations());
  }

  /** Step 0: measures, on problems of its own, what there is before any update; saves it. */
  void begin() {
    measureOnly();
    save();
  }

  /**
   * Makes the updates that are left.
   *
   * @return the last line of metrics
   */
  ObjectNode run() {
    int saved = state.step();
    while (state.step() < settings.steps()) {
      rolloutWithUpdates();
      boolean due = state.step() >= saved + settings.checkpointEvery();
      if (due || state.step() >= settings.steps()) {
        save();
        saved = state.step();
      }
    }
    progress.done();
    return folder.lastMetrics();
  }

  /** A checkpoint is only made of weights that a run can go on from. */
  private void save() {
    try {
      state.requireFinite();
    } catch (NonFiniteException e) {
      throw stopped(state.step(), e);
    }
    folder.force();
    state.save(folder.checkpoints());
    folder.checkpoints().keep(settings.keepCheckpoints());
  }

  private void measureOnly() {
    int size = settings.trainBatch();
    long start = System.nanoTime();
    RolloutBatch rollout = collect(0, 0, Math.ceilDiv(size, settings.samplesPerPrompt()));
    long sampled = System.nanoTime();
    List<Rollout> batch = rollout.miniBatch(0, size);
    JointStep.Outcome outcome = measure(0, batch, Before.NOW, 0);
    joint.discard();
    finish(rollout, batch, outcome, seconds(start, sampled), seconds(sampled, System.nanoTime()));
  }

  /** One rollout and the updates of all of its mini-batches. */
  private void rolloutWithUpdates() {
    int prompts = settings.rolloutPrompts();
    long start = System.nanoTime();
    RolloutBatch rollout =
        collect(state.position().rollouts() + 1, state.position().problems(), prompts);
    state = state.afterRollout(prompts, problems.training());
    long sampled = System.nanoTime();
    double rolloutSeconds = seconds(start, sampled) / miniBatches;
    Before before = miniBatches > 1 ? joint.keep(rollout.rollouts()) : Before.NOW;
    int size = settings.trainBatch();
    for (int i = 0; i < miniBatches && state.step() < settings.steps(); i++) {
      List<Rollout> batch = rollout.miniBatch(i, size);
      JointStep.Outcome outcome =
          measure(state.step() + 1, batch, before, rollout.tokensBefore(i, size));
      state = state.next();
      joint.apply(outcome, rate(settings.learningRate()), rate(settings.actorRate()));
      if (outcome.objective().nothingAccepted()) {
        progress.note(
            "step " + state.step() + ": no token was accepted, the policy stays as it is");
      }
      long updated = System.nanoTime();
      finish(rollout, batch, outcome, rolloutSeconds, seconds(sampled, updated));
      sampled = System.nanoTime();
    }
  }

  private RolloutBatch collect(int number, long firstProblem, int prompts) {
    int samples = settings.samplesPerPrompt();
    samplers.publish(state.step(), sampling);
    List<Rollout> groups =
        rollouts.collect(
            problems.training().take(firstProblem, prompts),
            samples,
            settings.advantage(),
            number,
            state.step());
    int[] order =
        miniBatches == 1
            ? IntStream.range(0, groups.size()).toArray()
            : streams.permutation(Streams.Purpose.SHUFFLE, number, groups.size());
    return RolloutBatch.of(groups, samples, order);
  }

  private float rate(float peak) {
    return settings.decay().rate(peak, state.step(), settings.warmupSteps(), settings.steps());
  }

  private JointStep.Outcome measure(int step, List<Rollout> batch, Before before, int offset) {
    try {
      return joint.measure(batch, before, offset);
    } catch (NonFiniteException e) {
      throw stopped(step, e);
    }
  }

  private TrainingStoppedException stopped(int step, NonFiniteException e) {
    return new TrainingStoppedException(
        "stopped in step %d: %s is not finite; the last good checkpoint is %s; try a lower learningRate or gradClip"
            .formatted(
                step, e.what(), folder.checkpoints().latest().map(Path::toString).orElse("none")),
        e);
  }

  /** Evaluates where it is due, and writes what the step gave. */
  private void finish(
      RolloutBatch rollout,
      List<Rollout> batch,
      JointStep.Outcome outcome,
      double rolloutSeconds,
      double trainSeconds) {
    int step = state.step();
    ObjectNode line = StepMetrics.of(step, outcome, batch, rollout.equalGroupShare());
    line.put("badGold", problems.training().badGold());
    line.put("badLength", problems.training().badLength());
    line.put("learningRate", step == 0 ? 0 : rate(settings.learningRate()));
    keepSamples(step, batch, outcome.objective().mask());
    boolean evaluates = step % settings.evalEvery() == 0 || step == settings.steps();
    if (evaluates) {
      long start = System.nanoTime();
      measured.publish(step, state.policy().model());
      List<Rollout> sampled = evaluation.evaluate(problems.heldOut(), 1, step);
      StepMetrics.putHeldOut(line, sampled, evaluation.evaluate(problems.heldOut(), 0, step));
      line.put("evalSeconds", seconds(start, System.nanoTime()));
      for (int i = 0; i < Math.min(SAMPLES_KEPT, problems.heldOut().size()); i++) {
        folder.samples().append(sample(step, "heldOut", sampled.get(i)));
      }
    }
    state = state.after(seconds(clock, System.nanoTime()));
    clock = System.nanoTime();
    StepMetrics.putTimes(
        line, rolloutSeconds, trainSeconds, outcome.obrsSeconds(), state.elapsedSeconds());
    folder.metrics().append(line);
    progress.step(line);
    if (evaluates) {
      folder.report();
    }
  }

  private void keepSamples(int step, List<Rollout> batch, double[] mask) {
    int at = 0;
    for (Rollout rollout : batch.subList(0, Math.min(SAMPLES_KEPT, batch.size()))) {
      double acceptance =
          Arrays.stream(mask, at, at + rollout.tokens()).average().orElse(Double.NaN);
      at += rollout.tokens();
      folder
          .samples()
          .append(
              sample(step, "train", rollout)
                  .put("advantage", rollout.advantage())
                  .put("acceptance", acceptance));
    }
  }

  private static ObjectNode sample(int step, String kind, Rollout rollout) {
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

  private static double seconds(long from, long to) {
    return (to - from) * 1e-9;
  }
}
