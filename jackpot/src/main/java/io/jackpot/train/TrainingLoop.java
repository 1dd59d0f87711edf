package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.devices.Compute;
import io.jackpot.input.InputException;
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
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Algorithm 1 of the paper: the actor answers a batch of problems, then policy and actor are
 * updated together from the answers; repeat.
 */
final class TrainingLoop {
  private final TrainSettings settings;
  private final RunProblems problems;
  private final RunFolder folder;
  private final StepRecorder recorder;
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
      int slots) {
    Ops ops = compute.ops();
    this.settings = settings;
    this.problems = problems;
    this.state = state;
    this.folder = folder;
    this.recorder = recorder;
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
            new Sampler(
                ops, sampling, settings.dtypes().actorDtype(), settings.dtypes().kvDtype()));
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
            : new LocalWorkers(new Sampler(ops, state.policy().model()));
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
    var ofPolicy = new Diagnosis.Suspect(policy, settings.learningRate(), "learningRate");
    String actorKey = settings.actorLearningRate() == null ? "learningRate" : "actorLearningRate";
    var ofSampler = new Diagnosis.Suspect(sampler, settings.actorRate(), actorKey);
    String caps = "a smaller c1, policyCap or actorCap";
    return new Diagnosis(
        sampler.equals(policy) ? List.of(ofPolicy) : List.of(ofPolicy, ofSampler),
        settings.temperature(),
        settings.passTokens(),
        settings.dtypes().rounded() ? caps + ", or actorDtype f32 and kvDtype f32" : caps);
  }

  /**
   * Step 0: measures the models before any update and saves them. It takes the first problems of
   * the run, enough for a mini-batch, samples with random numbers of its own, and trains on none of
   * the responses. The first rollout takes these problems too.
   */
  void begin() {
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

  /** Makes the updates that are left. */
  void run() {
    int saved = state.step();
    while (state.step() < settings.steps()) {
      rolloutAndUpdates();
      boolean due = state.step() >= saved + settings.checkpointEvery();
      if (due || state.step() >= settings.steps()) {
        save();
        saved = state.step();
      }
    }
  }

  /** Samples one rollout and makes an update from each of its mini-batches. */
  private void rolloutAndUpdates() {
    recorder.start();
    tokenLog.keep(state, state.step() + 1, state.step() + miniBatches);
    int prompts = settings.rolloutPrompts();
    int number = state.position().rollouts() + 1;
    GroupSampler.Sampled sampled =
        sample(number, state.position().problems(), prompts, settings.loss().generationBatches());
    RolloutBatch batch = batch(number, sampled);
    state = state.afterRollout(sampled.problems(), problems.training());
    recorder.sampled(miniBatches);
    BeforeUpdate before = before(batch.rollouts(), miniBatches > 1);
    double lambda = lambda(state.step() + 1, batch.rollouts(), before);
    int size = updateResponses;
    for (int i = 0; i < miniBatches && state.step() < settings.steps(); i++) {
      tokenLog.keep(state, state.step() + 1, state.step() + 1);
      List<Rollout> miniBatch = batch.miniBatch(i, size);
      JointStep.Outcome outcome =
          measure(state.step() + 1, miniBatch, before, batch.tokensBefore(i, size), lambda);
      state = state.next();
      joint.apply(outcome, rate(settings.learningRate()), rate(settings.actorRate()));
      record(batch, miniBatch, outcome);
    }
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
    return settings.decay().rate(peak, state.step(), settings.warmupSteps(), settings.steps());
  }

  /** Records the step that was made, and evaluates the policy where that is due. */
  private void record(RolloutBatch batch, List<Rollout> miniBatch, JointStep.Outcome outcome) {
    int step = state.step();
    float rate = step == 0 ? 0 : rate(settings.learningRate());
    tokenLog.write(step, miniBatch, outcome);
    recorder.trained(step, outcome, miniBatch, batch.equalGroupShare(), rate);
    if (step % settings.evalEvery() == 0 || step == settings.steps()) {
      evaluationWorkers.publish(step, state.policy().model());
      recorder.evaluated(
          evaluation.evaluate(problems.heldOut(), 1, step),
          evaluation.evaluate(problems.heldOut(), 0, step));
    }
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
    state.save(folder.checkpoints());
    folder.checkpoints().keep(settings.keepCheckpoints());
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
