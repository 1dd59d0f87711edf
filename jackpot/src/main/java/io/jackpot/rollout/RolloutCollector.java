package io.jackpot.rollout;

import io.jackpot.advantage.Advantages;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.rollout.Streams.Purpose;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Asks workers for responses to problems and judges them. */
public final class RolloutCollector {
  private final Workers workers;
  private final Tokenizer tokenizer;
  private final Verifier verifier;
  private final Streams streams;
  private final Sampler.Options options;

  /**
   * @param options of rollouts; an evaluation takes its temperature instead of theirs
   */
  public RolloutCollector(
      Workers workers,
      Tokenizer tokenizer,
      Verifier verifier,
      Streams streams,
      Sampler.Options options) {
    this.workers = workers;
    this.tokenizer = tokenizer;
    this.verifier = verifier;
    this.streams = streams;
    this.options = options;
  }

  /**
   * {@code samples} responses to each problem, with their advantages.
   *
   * @param first number of the first problem in the rollout
   * @param number of the rollout: names the random numbers, with those of the problems
   * @param version of the weights to sample with, which are published
   */
  public List<Group> collect(
      List<Rollout.Prompt> prompts,
      int first,
      int samples,
      Advantages advantages,
      int number,
      int version) {
    long stream = streams.key(Purpose.SAMPLE, number);
    List<int[]> ids = prompts.stream().map(Rollout.Prompt::ids).toList();
    Workers.Job job = Workers.Job.of(version, ids, first, samples, options, stream);
    List<Rollout> judged = judged(job, prompts, number);
    List<Rollout> greedy = advantages.needsGreedy() ? evaluate(prompts, 0, version) : List.of();
    return IntStream.range(0, prompts.size())
        .mapToObj(i ->
            new Group(
                    judged.subList(i * samples, (i + 1) * samples),
                    greedy.isEmpty() ? 0 : greedy.get(i).reward())
                .with(advantages))
        .toList();
  }

  /**
   * One response to each problem; at temperature 0 the most probable.
   *
   * @param version of the weights to sample with, which are published; names the random numbers
   */
  public List<Rollout> evaluate(List<Rollout.Prompt> prompts, float temperature, int version) {
    Sampler.Options evaluation =
        new Sampler.Options(temperature, options.maxTokens(), options.endIds(), 0, options.slots());
    long stream = streams.key(Purpose.EVALUATE, version);
    List<int[]> ids = prompts.stream().map(Rollout.Prompt::ids).toList();
    return judged(Workers.Job.of(version, ids, 0, 1, evaluation, stream), prompts, version);
  }

  private List<Rollout> judged(Workers.Job job, List<Rollout.Prompt> prompts, int number) {
    return workers.sample(job).stream()
        .map(sample ->
            judge(
                prompts.get(sample.prompt()),
                sample,
                new Rollout.Place(number, job.numbers()[sample.prompt()], sample.sample()),
                job.version()))
        .toList();
  }

  private Rollout judge(Rollout.Prompt prompt, Sample sample, Rollout.Place place, int version) {
    int length = sample.ids().length;
    boolean withoutEnd = sample.finished() && !verifier.judgesEndToken();
    String text = tokenizer.decode(sample.ids(), 0, withoutEnd ? length - 1 : length);
    Verdict verdict = verifier.verify(prompt.problem().answer(), text).verdict();
    boolean[] written = new boolean[length];
    Arrays.fill(written, true);
    return new Rollout(
        prompt,
        sample.ids(),
        written,
        sample.logProbs(),
        sample.topIds(),
        sample.topLogProbs(),
        sample.finished(),
        version,
        text,
        verdict,
        List.of(new Rollout.Reward(Rollout.Reward.VERIFIER, verdict == Verdict.CORRECT ? 1 : 0)),
        0,
        streams.key(Purpose.ACCEPT, place.rollout(), place.problem(), place.sample()),
        place);
  }
}
