package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.ProblemSet;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.report.ProgressLine;
import io.jackpot.rl.loss.ObjectiveOptions;
import io.jackpot.tensor.InputException;
import io.jackpot.tensor.Ops;
import io.jackpot.train.TrainingState.Trained;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Algorithm 1 of the paper: the actor answers a batch of problems, policy and actor are updated
 * together from the answers, and again. A run is a folder, and one that was stopped at any moment
 * goes on from its last checkpoint with the same bits.
 */
public final class Training {
  /** Responses of each step, and of each evaluation, that are kept to be read. */
  private static final int SAMPLES_KEPT = 4;

  /** The step before step 0. */
  private static final int NOTHING_YET = -1;

  private final TrainSettings settings;
  private final RunFolder folder;
  private final PrintWriter log;
  private final Curriculum curriculum;
  private final List<RolloutProblem> heldOut;
  private final JointStep joint;
  private final Rollouts rollouts;
  private final Rollouts evaluation;
  private final int miniBatches;
  private final ProgressLine progress;
  private final Streams streams;
  private final boolean fresh;
  private TrainingState state;
  private long clock = System.nanoTime();

  private Training(
      Ops ops,
      TrainSettings settings,
      RunFolder folder,
      TrainingState state,
      boolean fresh,
      PrintWriter log,
      ProgressLine progress) {
    this.settings = settings;
    this.folder = folder;
    this.state = state;
    this.fresh = fresh;
    this.log = log;
    this.progress = progress;
    ObjectiveOptions objective = settings.objective();
    boolean actorSamples = settings.rolloutModel() == TrainSettings.Rollout.ACTOR;
    Trained sampling = actorSamples ? state.actor() : state.policy();
    Tokenizer tokenizer = state.tokenizer();
    this.streams = new Streams(settings.seed());
    ProblemSet training = ProblemSet.forTraining(settings);
    ProblemSet held = ProblemSet.heldOut(settings);
    int longest =
        Math.min(
                state.policy().model().config().maxPositions(),
                state.actor().model().config().maxPositions())
            - settings.maxResponseTokens();
    this.curriculum =
        new Curriculum(training.source(), training.verifier(), tokenizer, streams, longest);
    this.heldOut =
        new Curriculum(held.source(), held.verifier(), tokenizer, streams, longest).all();
    this.joint =
        new JointStep(
            ops,
            objective,
            settings.temperature(),
            settings.microBatchTokens(),
            learner(ops, state.policy()),
            actorSamples ? learner(ops, state.actor()) : null);
    int vocabulary = state.policy().model().config().vocabularySize();
    Sampler.Options sampler =
        new Sampler.Options(
            settings.temperature(),
            settings.maxResponseTokens(),
            tokenizer.endId(),
            settings.topK() < vocabulary ? settings.topK() : 0,
            settings.samplingSlots());
    this.rollouts =
        new Rollouts(ops, sampling.model(), tokenizer, training.verifier(), streams, sampler);
    this.evaluation =
        new Rollouts(ops, state.policy().model(), tokenizer, held.verifier(), streams, sampler);
    this.miniBatches =
        settings.rolloutPrompts() * settings.samplesPerPrompt() / settings.trainBatch();
  }

  private static Learner learner(Ops ops, Trained trained) {
    return new Learner(ops, trained.model(), trained.optimizer());
  }

  /**
   * Runs from the beginning to the end.
   *
   * @param run the run's folder, which must be empty or not exist
   * @return the last line of metrics
   * @throws InputException if the settings, the models or the problems do not fit, or the run
   *     cannot be written
   * @throws TrainingStoppedException if a loss or a gradient is not finite
   */
  public static ObjectNode start(
      TrainSettings settings, Path run, PrintWriter log, boolean terminal) {
    try (Ops ops = Devices.open(settings.device(), settings.threads())) {
      TrainingState state = fresh(settings);
      ObjectNode config = Settings.of(TrainSettings.class).toJson(settings);
      try (RunFolder folder = RunFolder.create(run, config)) {
        return run(ops, settings, folder, state, true, log, terminal);
      }
    }
  }

  /**
   * Goes on with a run from its last whole checkpoint.
   *
   * @param change of settings that do not matter to the result, threads and device
   * @return the last line of metrics
   * @throws InputException if there is no such run, or as {@link #start}
   * @throws TrainingStoppedException as {@link #start}
   */
  public static ObjectNode resume(
      Path run, UnaryOperator<TrainSettings> change, PrintWriter log, boolean terminal) {
    TrainSettings settings = change.apply(RunFolder.settings(run));
    Optional<Path> checkpoint = RunFolder.checkpoints(run).latest(log::println);
    try (Ops ops = Devices.open(settings.device(), settings.threads())) {
      TrainingState state =
          checkpoint
              .map(path -> TrainingState.load(path, optimizer(settings)))
              .orElseGet(() -> fresh(settings));
      try (RunFolder folder =
          RunFolder.open(run, checkpoint.isPresent() ? state.step() : NOTHING_YET)) {
        log.println(
            checkpoint
                .map(path -> "resuming after step " + state.step() + " of " + settings.steps())
                .orElse("no checkpoint yet: starting again from the beginning"));
        return run(ops, settings, folder, state, checkpoint.isEmpty(), log, terminal);
      }
    }
  }

  private static AdamW.Options optimizer(TrainSettings settings) {
    return new AdamW.Options(
        settings.beta1(),
        settings.beta2(),
        settings.epsilon(),
        settings.weightDecay(),
        settings.gradClip());
  }

  /** The state before the first update, its models checked to fit each other. */
  private static TrainingState fresh(TrainSettings settings) {
    ModelFolder policy = ModelSource.load(settings.policy());
    ModelFolder actor = ModelSource.load(settings.actor());
    Tokenizer tokenizer = tokenizer("policy", settings.policy(), policy);
    Tokenizer other = tokenizer("actor", settings.actor(), actor);
    if (policy.config().vocabularySize() != actor.config().vocabularySize()) {
      throw new InputException(
          "actor: %s has a vocabulary of %d, expected the policy's %d (vocab_size in config.json)"
              .formatted(
                  settings.actor(),
                  actor.config().vocabularySize(),
                  policy.config().vocabularySize()));
    }
    if (!same(tokenizer, other)) {
      throw new InputException(
          "actor: the tokenizer of "
              + settings.actor()
              + " differs from the policy's, expected models that share one");
    }
    return new TrainingState(
        0,
        0,
        Trained.fresh(policy, optimizer(settings)),
        Trained.fresh(actor, optimizer(settings)),
        tokenizer);
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
        && a.endId() == b.endId()
        && IntStream.range(0, a.vocabularySize()).allMatch(id -> a.decode(id).equals(b.decode(id)));
  }

  private static ObjectNode run(
      Ops ops,
      TrainSettings settings,
      RunFolder folder,
      TrainingState state,
      boolean fresh,
      PrintWriter log,
      boolean terminal) {
    log.println(ops.describe());
    log.printf(
        "policy %s, %,d parameters; actor %s, %,d parameters; arm %s%n",
        settings.policy(),
        state.policy().model().parameters().count(),
        settings.actor(),
        state.actor().model().parameters().count(),
        settings.arm());
    try (ProgressLine progress = new ProgressLine(log, terminal, settings.steps())) {
      return new Training(ops, settings, folder, state, fresh, log, progress).run();
    }
  }

  private ObjectNode run() {
    if (curriculum.badGold() > 0) {
      log.println(curriculum.badGold() + " problems left out: their answers cannot be read");
    }
    if (fresh) {
      measureOnly();
      save();
    }
    int saved = state.step();
    while (state.step() < settings.steps()) {
      rolloutWithUpdates();
      boolean due = state.step() >= saved + settings.checkpointEvery();
      if (due || state.step() >= settings.steps()) {
        save();
        saved = state.step();
      }
    }
    return folder.lastMetrics();
  }

  private void save() {
    folder.force();
    state.save(folder.checkpoints());
    folder.checkpoints().keep(settings.keepCheckpoints());
  }

  /** Step 0: everything is measured on a mini-batch of its own, and nothing is updated. */
  private void measureOnly() {
    int size = settings.trainBatch();
    long start = System.nanoTime();
    Rollout rollout = collect(0, 0, Math.ceilDiv(size, settings.samplesPerPrompt()));
    long sampled = System.nanoTime();
    List<Experience> batch = rollout.miniBatch(0, size);
    JointStep.Outcome outcome = measure(batch, null, 0);
    joint.discard();
    finish(rollout, batch, outcome, seconds(start, sampled), seconds(sampled, System.nanoTime()));
  }

  /** One rollout and the updates of all of its mini-batches. */
  private void rolloutWithUpdates() {
    int number = state.step() / miniBatches + 1;
    int prompts = settings.rolloutPrompts();
    long start = System.nanoTime();
    Rollout rollout = collect(number, (number - 1L) * prompts, prompts);
    long sampled = System.nanoTime();
    double rolloutSeconds = seconds(start, sampled) / miniBatches;
    JointStep.References references =
        miniBatches > 1 ? joint.references(rollout.experiences()) : null;
    int size = settings.trainBatch();
    for (int i = 0; i < miniBatches && state.step() < settings.steps(); i++) {
      List<Experience> batch = rollout.miniBatch(i, size);
      JointStep.Outcome outcome = measure(batch, references, rollout.tokensBefore(i, size));
      state = state.next();
      joint.apply(outcome, rate(settings.learningRate()), rate(settings.actorRate()));
      if (outcome.objective().nothingAccepted()) {
        log.println("step " + state.step() + ": no token was accepted, the policy stays as it is");
      }
      long updated = System.nanoTime();
      finish(rollout, batch, outcome, rolloutSeconds, seconds(sampled, updated));
      sampled = System.nanoTime();
    }
  }

  private Rollout collect(int number, long firstProblem, int prompts) {
    int samples = settings.samplesPerPrompt();
    List<Experience> groups =
        rollouts.collect(
            curriculum.take(firstProblem, prompts), samples, settings.advantage(), number);
    int[] order =
        miniBatches == 1
            ? IntStream.range(0, groups.size()).toArray()
            : streams.permutation(Streams.Purpose.SHUFFLE, number, groups.size());
    return Rollout.of(groups, samples, order);
  }

  private float rate(float peak) {
    return settings.decay().rate(peak, state.step(), settings.warmupSteps(), settings.steps());
  }

  private JointStep.Outcome measure(
      List<Experience> batch, JointStep.@Nullable References references, int offset) {
    try {
      return joint.measure(batch, references, offset);
    } catch (NonFiniteException e) {
      throw new TrainingStoppedException(
          "stopped in step %d: %s is not finite; the last good checkpoint is %s; try a lower learningRate or gradClip"
              .formatted(
                  state.step() + 1,
                  e.what(),
                  folder.checkpoints().latest().map(Path::toString).orElse("none")),
          e);
    }
  }

  /** Evaluates where it is due, and writes what the step gave. */
  private void finish(
      Rollout rollout,
      List<Experience> batch,
      JointStep.Outcome outcome,
      double rolloutSeconds,
      double trainSeconds) {
    int step = state.step();
    ObjectNode line = StepMetrics.of(step, outcome, batch, rollout.equalGroupShare());
    line.put("badGold", curriculum.badGold());
    line.put("learningRate", step == 0 ? 0 : rate(settings.learningRate()));
    keepSamples(step, batch, outcome.objective().mask());
    boolean evaluates = step % settings.evalEvery() == 0 || step == settings.steps();
    if (evaluates) {
      long start = System.nanoTime();
      List<Rollouts.Judged> sampled = evaluation.evaluate(heldOut, 1, step);
      StepMetrics.putHeldOut(line, sampled, evaluation.evaluate(heldOut, 0, step));
      line.put("evalSeconds", seconds(start, System.nanoTime()));
      for (int i = 0; i < Math.min(SAMPLES_KEPT, heldOut.size()); i++) {
        Rollouts.Judged judged = sampled.get(i);
        folder
            .samples()
            .append(sample(step, "heldOut", heldOut.get(i), judged.text(), judged.verdict()));
      }
    }
    state = state.after(seconds(clock, System.nanoTime()));
    clock = System.nanoTime();
    StepMetrics.putTimes(line, rolloutSeconds, trainSeconds, state.elapsedSeconds());
    folder.metrics().append(line);
    progress.step(line);
  }

  private void keepSamples(int step, List<Experience> batch, double[] mask) {
    int at = 0;
    for (Experience e : batch.subList(0, Math.min(SAMPLES_KEPT, batch.size()))) {
      double acceptance =
          Arrays.stream(mask, at, at + e.responseTokens()).average().orElse(Double.NaN);
      at += e.responseTokens();
      folder
          .samples()
          .append(
              sample(step, "train", e.problem(), e.text(), e.verdict())
                  .put("advantage", e.advantage())
                  .put("acceptance", acceptance));
    }
  }

  private static ObjectNode sample(
      int step, String kind, RolloutProblem problem, String response, Verdict verdict) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("step", step)
        .put("kind", kind)
        .put("prompt", problem.problem().prompt())
        .put("answer", problem.problem().answer())
        .put("response", response)
        .put("verdict", verdict.label())
        .put("reward", Experience.reward(verdict));
  }

  private static double seconds(long from, long to) {
    return (to - from) * 1e-9;
  }
}
