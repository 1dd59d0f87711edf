package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.devices.Compute;
import io.jackpot.input.InputException;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.rollout.LocalWorkers;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutBatch;
import io.jackpot.rollout.RolloutCollector;
import io.jackpot.rollout.Streams;
import io.jackpot.rollout.Workers;
import io.jackpot.tensor.Ops;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.transformer.Sampler;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Algorithm 1 of the paper: the actor answers a batch of problems, then policy and actor are
 * updated together from the answers; repeat.
 */
final class TrainingLoop {
  private final TrainSettings settings;
  private final RunProblems problems;
  private final RunFolder folder;
  private final StepRecorder recorder;
  private final Interruption interruption;
  private final Ops ops;

  /** The settings, as a checkpoint has them. */
  private final ObjectNode config;

  private final TokenLog tokenLog;
  private final Streams streams;
  private final JointStep joint;
  private final Diagnosis diagnosis;

  /** The model that samples rollouts. */
  private final Model sampling;

  private final Workers rolloutWorkers;
  private final GroupSampler groups;
  private final Workers evaluationWorkers;
  private final RolloutCollector evaluation;
  private final int miniBatches;
  private final int updateResponses;
  private TrainingState state;

  /** The step of the last checkpoint; −1 if there is none. */
  private int saved = -1;

  /** The rollout that the next update is made from; null if that is a new one. */
  private @Nullable StartedRollout started;

  /**
   * @param slots responses sampled at the same time
   */
  TrainingLoop(
      Compute compute,
      TrainSettings settings,
      RunProblems problems,
      TrainingState state,
      @Nullable Reference reference,
      RunFolder folder,
      StepRecorder recorder,
      Interruption interruption,
      int slots) {
    Ops ops = compute.ops();
    this.settings = settings;
    this.problems = problems;
    this.state = state;
    this.folder = folder;
    this.recorder = recorder;
    this.interruption = interruption;
    this.ops = ops;
    this.config = Settings.of(TrainSettings.class).toJson(settings);
    this.tokenLog = new TokenLog(settings, folder, state.tokenizer());
    this.streams = new Streams(settings.seed());
    Learner policy = learner("policy", ops, state.policy());
    Trained actor = state.actor();
    Learner sampler = actor == null ? policy : learner("actor", ops, actor);
    this.sampling = sampler.model();
    this.diagnosis = diagnosis(policy, sampler);
    ReferenceKl referenceKl = reference == null ? null : reference.divergence(ops, settings);
    this.joint =
        new JointStep(
            ops,
            compute.objective(),
            settings.objective(),
            new Comparisons.Sampling(
                settings.temperature(),
                settings.dtypes().rounded(),
                !settings.sampling().truncation().keepsAll()),
            settings.passTokens(),
            policy,
            sampler,
            settings.loss().isInReward() ? null : referenceKl);
    int k = joint.topK(policy.model().config().vocabularySize());
    Sampler.Options options =
        new Sampler.Options(
            settings.temperature(),
            settings.maxResponseTokens(),
            state.tokenizer().endIds(),
            joint.topK(sampling.config().vocabularySize()),
            slots,
            settings.sampling().truncation(),
            true);
    this.rolloutWorkers =
        new LocalWorkers(
            new Sampler(ops, sampling, settings.dtypes().actorDtype(), settings.dtypes().kvDtype()),
            interruption::check);
    this.groups =
        new GroupSampler(
            new RolloutCollector(
                rolloutWorkers, state.tokenizer(), problems.verifier(), streams, options),
            problems.training(),
            settings,
            referenceKl != null && settings.loss().isInReward()
                ? rollouts -> referenceKl.sums(policy, rollouts, settings.passTokens(), k)
                : null);
    this.evaluationWorkers =
        actor == null && !settings.dtypes().rounded()
            ? rolloutWorkers // the same model in the same types
            : new LocalWorkers(new Sampler(ops, state.policy().model()), interruption::check);
    this.evaluation =
        new RolloutCollector(
            evaluationWorkers, state.tokenizer(), problems.heldOutVerifier(), streams, options);
    this.updateResponses = settings.updateResponses();
    this.miniBatches = settings.miniBatches();
  }

  private Learner learner(String name, Ops ops, Trained trained) {
    return new Learner(
        name, ops, trained.model(), trained.optimizer(), settings.recomputeActivations());
  }

  private Diagnosis diagnosis(Learner policy, Learner sampler) {
    var ofPolicy = new Diagnosis.Suspect(policy, settings.learningRate(), "--learning-rate");
    String actorFlag =
        settings.actorLearningRate() == null ? "--learning-rate" : "--actor-learning-rate";
    var ofSampler = new Diagnosis.Suspect(sampler, settings.actorRate(), actorFlag);
    String caps = "a smaller --c1, --policy-cap or --actor-cap";
    return new Diagnosis(
        sampler.equals(policy) ? List.of(ofPolicy) : List.of(ofPolicy, ofSampler),
        settings.temperature(),
        settings.passTokens(),
        settings.dtypes().rounded() ? caps + ", or --actor-dtype f32 and --kv-dtype f32" : caps);
  }

  /**
   * Step 0: measures the models before any update. It takes the first problems of the run, enough
   * for a mini-batch, samples with random numbers of its own, and trains on none of the responses.
   * The first rollout takes these problems too.
   */
  private void begin() {
    recorder.start();
    int prompts = Math.ceilDiv(updateResponses, settings.samplesPerPrompt());
    RolloutBatch batch = batch(0, sample(0, 0, prompts, 1));
    recorder.sampled(1);
    tokenLog.keep(state, 0, 0);
    List<Rollout> miniBatch = batch.miniBatch(0, updateResponses);
    BeforeUpdate before = before(miniBatch, false);
    JointStep.Outcome outcome = measure(0, miniBatch, before, 0, lambda(0, miniBatch, before));
    joint.discard();
    record(batch, miniBatch, outcome);
    save();
  }

  /**
   * Goes on with what {@code checkpoint} has of a rollout between two of its updates, and of a step
   * whose evaluation is still to be made.
   */
  void resume(Path checkpoint) {
    saved = state.step();
    started = StartedRollout.read(checkpoint, problems.training(), ops, settings.temperature());
    if (started != null) {
      recorder.resumed(started);
    }
    RunRecord run = RunRecord.read(checkpoint);
    if (run != null && run.unfinished() != null) {
      recorder.resumed(run.unfinished());
    }
  }

  /**
   * Makes the updates that are left, up to an interruption, or to the last of the evaluations that
   * may be without a gain. A checkpoint has all updates then. A rollout or an evaluation that is
   * interrupted is dropped, as if it had not begun; a resume makes it from the same random numbers.
   */
  void run() {
    try {
      if (saved < 0) {
        begin();
      } else if (recorder.unfinished() != null) {
        evaluate();
        save();
      }
      while (!isOver() && !interruption.requested()) {
        update(started == null ? rollout() : started);
        boolean best = settings.keepBest() && recorder.best().step() == state.step();
        if (best || state.step() >= saved + settings.checkpointEvery()) {
          save();
        }
      }
    } catch (InterruptedRunException e) {
      state = state.withElapsed(recorder.elapsed());
    }
    if (recorder.unfinished() != null || state.step() > Math.max(saved, 0)) {
      save();
    }
  }

  /** Whether all updates are made, or no further ones are wanted. */
  boolean isOver() {
    return saved >= 0
        && recorder.unfinished() == null
        && (state.step() >= settings.steps() || isWithoutGain());
  }

  /** Where a run stands that is not over, for people. */
  String interrupted() {
    return saved < 0
        ? "interrupted in step 0, before the first checkpoint"
        : "interrupted after step %d of %d, which a checkpoint has%s"
            .formatted(
                state.step(),
                settings.steps(),
                recorder.unfinished() == null ? "" : "; its evaluation is still to be made");
  }

  /** Whether the last evaluations, as many as the settings say, were no better than one before. */
  boolean isWithoutGain() {
    Integer most = settings.stopAfter();
    return most != null && recorder.best().since() >= most;
  }

  /** The updates made. */
  int step() {
    return state.step();
  }

  /** Samples a rollout. */
  private StartedRollout rollout() {
    recorder.start();
    tokenLog.keep(state, state.step() + 1, state.step() + miniBatches);
    int prompts = settings.rolloutPrompts();
    int number = state.position().rollouts() + 1;
    long first = state.position().problems();
    GroupSampler.Sampled sampled =
        sample(number, first, prompts, settings.loss().generationBatches());
    RolloutBatch batch = batch(number, sampled);
    state = state.afterRollout(sampled.problems(), problems.training());
    recorder.sampled(miniBatches);
    BeforeUpdate before = before(batch.rollouts(), miniBatches > 1);
    return new StartedRollout(
        batch,
        before,
        lambda(state.step() + 1, batch.rollouts(), before),
        first,
        recorder.ofRollout(),
        recorder.rolloutSeconds(),
        0);
  }

  /** Makes an update from the next mini-batch of a rollout. */
  private void update(StartedRollout rollout) {
    tokenLog.keep(state, state.step() + 1, state.step() + 1);
    List<Rollout> miniBatch = rollout.miniBatch(updateResponses);
    int offset = rollout.offset(updateResponses);
    JointStep.Outcome outcome =
        measure(state.step() + 1, miniBatch, rollout.before(), offset, rollout.lambda());
    state = state.next();
    joint.apply(outcome, rate(settings.learningRate()), rate(settings.actorRate()));
    started = rollout.afterUpdate(updateResponses);
    record(rollout.batch(), miniBatch, outcome);
  }

  /** Publishes the weights and samples {@code prompts} problems from {@code first} on. */
  private GroupSampler.Sampled sample(int number, long first, int prompts, int batches) {
    rolloutWorkers.publish(state.step(), sampling);
    GroupSampler.Sampled sampled = groups.sample(first, prompts, batches, number, state.step());
    if (settings.loss().filterGroups()) {
      recorder.filtered(number == 0 ? 0 : state.step() + 1, sampled);
    }
    return sampled;
  }

  /** The responses of a rollout in the order of the updates. */
  private RolloutBatch batch(int number, GroupSampler.Sampled sampled) {
    int responses = sampled.groups().size() * settings.samplesPerPrompt();
    int[] order =
        miniBatches == 1
            ? IntStream.range(0, responses).toArray()
            : streams.permutation(Streams.Purpose.SHUFFLE, number, responses);
    return RolloutBatch.of(sampled.groups(), order);
  }

  private BeforeUpdate before(List<Rollout> rollouts, boolean severalUpdates) {
    return severalUpdates || settings.acceptance() != null
        ? joint.keep(rollouts)
        : BeforeUpdate.NOW;
  }

  /** λ of a rollout: the setting, or what gives its tokens the acceptance that is asked for. */
  private double lambda(int step, List<Rollout> rollouts, BeforeUpdate before) {
    Double acceptance = settings.acceptance();
    return acceptance != null && before instanceof BeforeUpdate.Kept kept
        ? finite(
            step,
            rollouts,
            () -> InputException.at("step " + step, () -> kept.lambda(rollouts, acceptance)))
        : settings.objective().lambda();
  }

  private JointStep.Outcome measure(
      int step, List<Rollout> miniBatch, BeforeUpdate before, int offset, double lambda) {
    return finite(step, miniBatch, () -> joint.measure(miniBatch, before, offset, lambda));
  }

  /** The result of {@code work} on rollouts; stops the run where it meets NaN or infinity. */
  private <T> T finite(int step, List<Rollout> rollouts, Supplier<T> work) {
    try {
      return work.get();
    } catch (NonFiniteException e) {
      throw stopped(step, e, rollouts);
    }
  }

  private float rate(float peak) {
    return settings.rate(peak, state.step());
  }

  /** Records the step that was made, and evaluates the policy where that is due. */
  private void record(RolloutBatch batch, List<Rollout> miniBatch, JointStep.Outcome outcome) {
    int step = state.step();
    float rate = step == 0 ? 0 : rate(settings.learningRate());
    tokenLog.write(step, miniBatch, outcome);
    recorder.trained(step, outcome, miniBatch, batch.equalGroupShare(), rate);
    if (step % settings.evalEvery() == 0 || step == settings.steps()) {
      evaluate();
    } else {
      state = state.withElapsed(recorder.write());
    }
  }

  /** Evaluates the policy, which ends the step. */
  private void evaluate() {
    int step = state.step();
    evaluationWorkers.publish(step, state.policy().model());
    recorder.evaluated(
        evaluation.evaluate(problems.heldOut(), 1, step),
        evaluation.evaluate(problems.heldOut(), 0, step));
    state = state.withElapsed(recorder.write());
  }

  /** Saves a checkpoint, but only of weights that a run can resume from. */
  private void save() {
    try {
      state.requireFinite();
    } catch (NonFiniteException e) {
      throw stopped(state.step(), e, List.of());
    }
    folder.force();
    RunRecord run = folder.record(state.step(), ops.arithmetic(), config, recorder.unfinished());
    StartedRollout rest = started;
    state.save(
        folder.checkpoints(),
        at -> {
          run.write(at);
          if (rest != null) {
            rest.write(at, updateResponses);
          }
        });
    int best = settings.keepBest() ? recorder.best().step() : -1;
    folder.checkpoints().keep(settings.keepCheckpoints(), best);
    saved = state.step();
  }

  private TrainingStoppedException stopped(
      int step, NonFiniteException e, List<Rollout> miniBatch) {
    String checkpoint =
        folder
            .checkpoints()
            .latest()
            .map(path -> "the last good checkpoint is " + path)
            .orElse("there is no checkpoint yet");
    return new TrainingStoppedException(
        "stopped in step %d: %s; %s"
            .formatted(step, diagnosis.ofRollouts(e, miniBatch), checkpoint),
        e);
  }
}
