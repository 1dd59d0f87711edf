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
   * {@code samples} responses to each problem with their advantages, in order of problem, then
   * sample.
   *
   * @param number of the rollout: names the random numbers
   * @param version of the weights to sample with, which are published
   */
  public List<Rollout> collect(
      List<Rollout.Prompt> prompts, int samples, Advantages advantages, int number, int version) {
    List<Rollout> judged = judged(prompts, samples, options, Purpose.SAMPLE, number, version);
    double[] advantage =
        advantages.of(judged.stream().mapToDouble(Rollout::reward).toArray(), samples);
    return IntStream.range(0, judged.size())
        .mapToObj(i -> judged.get(i).withAdvantage(advantage[i]))
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
    return judged(prompts, 1, evaluation, Purpose.EVALUATE, version, version);
  }

  private List<Rollout> judged(
      List<Rollout.Prompt> prompts,
      int samples,
      Sampler.Options options,
      Purpose purpose,
      int number,
      int version) {
    List<int[]> ids = prompts.stream().map(Rollout.Prompt::ids).toList();
    Workers.Job job = Workers.Job.of(version, ids, samples, options, streams.key(purpose, number));
    return workers.sample(job).stream()
        .map(sample -> judge(prompts.get(sample.prompt()), sample, number, version))
        .toList();
  }

  private Rollout judge(Rollout.Prompt prompt, Sample sample, int number, int version) {
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
        List.of(new Rollout.Reward("verifier", verdict == Verdict.CORRECT ? 1 : 0)),
        0,
        streams.key(Purpose.ACCEPT, number, sample.prompt(), sample.sample()),
        new Rollout.Place(number, sample.prompt(), sample.sample()));
  }
}
