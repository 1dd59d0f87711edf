package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.models.LoadProgress;
import io.jackpot.objective.Objective;
import io.jackpot.rollout.LocalWorkers;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutCollector;
import io.jackpot.rollout.Streams;
import io.jackpot.rollout.Workers;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * Times one step of the default job: the actor's rollout and the joint update of both models, as
 * {@code bench/peers/step_time.py} does in PyTorch.
 *
 * <pre>
 * StepBenchmark POLICY ACTOR LENGTHS [STEPS] [THREADS]
 * </pre>
 *
 * <p>Prints medians in seconds as one line of JSON, and writes the lengths of the last rollout to
 * the file LENGTHS, so that the peer samples and trains as many tokens.
 */
public final class StepBenchmark {
  private static final int WARM_UP = 20;

  private StepBenchmark() {}

  public static void main(String[] args) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("policy", args[0]);
    flags.put("actor", args[1]);
    flags.put("threads", args.length > 4 ? args[4] : "2");
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    int steps = args.length > 3 ? Integer.parseInt(args[3]) : 30;
    run(all.build(all.flags(flags)), Path.of(args[2]), steps);
  }

  private static void run(TrainSettings settings, Path lengths, int steps) {
    double[] rolloutSeconds = new double[steps];
    double[] trainSeconds = new double[steps];
    double[] stepSeconds = new double[steps];
    List<Rollout> rollouts = List.of();
    try (Ops ops = OpsLookup.open(settings.compute().threads())) {
      TrainingState state = TrainingState.fresh(settings, LoadProgress.NONE);
      RunProblems problems = RunProblems.of(settings, state);
      Trained actor = Objects.requireNonNull(state.actor());
      Workers workers = new LocalWorkers(new Sampler(ops, actor.model()), () -> {});
      RolloutCollector collector =
          new RolloutCollector(
              workers,
              state.tokenizer(),
              problems.verifier(),
              new Streams(settings.seed()),
              new Sampler.Options(
                  settings.temperature(),
                  settings.maxResponseTokens(),
                  state.tokenizer().endIds(),
                  0,
                  settings.samplingSlots()));
      JointStep joint =
          new JointStep(
              ops,
              Objective::evaluate,
              settings.objective(),
              new Comparisons.Sampling(settings.temperature(), false, false),
              32768,
              new Learner("policy", ops, state.policy().model(), state.policy().optimizer(), false),
              new Learner("actor", ops, actor.model(), actor.optimizer(), false),
              null);
      double lambda = settings.objective().lambda();
      int prompts = settings.rolloutPrompts();
      for (int step = -WARM_UP; step < steps; step++) {
        int number = step + WARM_UP;
        List<Rollout.Prompt> batch = problems.training().take((long) number * prompts, prompts);
        long start = System.nanoTime();
        workers.publish(number, actor.model());
        rollouts =
            collector
                .collect(
                    batch, 0, settings.samplesPerPrompt(), settings.advantage(), number, number)
                .stream()
                .flatMap(group -> group.responses().stream())
                .toList();
        long sampled = System.nanoTime();
        joint.apply(joint.measure(rollouts, BeforeUpdate.NOW, 0, lambda), 1e-6f, 1e-6f);
        long end = System.nanoTime();
        if (step >= 0) {
          rolloutSeconds[step] = (sampled - start) * 1e-9;
          trainSeconds[step] = (end - sampled) * 1e-9;
          stepSeconds[step] = (end - start) * 1e-9;
        }
      }
    }
    write(lengths, settings, rollouts);
    Map<String, Double> medians = new LinkedHashMap<>();
    medians.put("rolloutSeconds", median(rolloutSeconds));
    medians.put("trainSeconds", median(trainSeconds));
    medians.put("stepSeconds", median(stepSeconds));
    System.out.println(JsonMapper.shared().writeValueAsString(medians));
  }

  private static void write(Path file, TrainSettings settings, List<Rollout> rollouts) {
    Map<String, Object> lengths = new LinkedHashMap<>();
    lengths.put("promptTokens", rollouts.getFirst().prompt().ids().length);
    lengths.put("samplesPerPrompt", settings.samplesPerPrompt());
    lengths.put("responseTokens", rollouts.stream().mapToInt(Rollout::tokens).toArray());
    byte[] json = JsonMapper.shared().writeValueAsString(lengths).getBytes(StandardCharsets.UTF_8);
    AtomicFiles.writeAtomically(file, out -> out.write(json));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
