package io.jackpot.train;

import io.jackpot.advantage.Advantages;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.tensor.Threefry;
import io.jackpot.train.Streams.Purpose;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Responses of one model to problems, judged. */
final class Rollouts {

  /**
   * @param sample a response
   * @param text its text; with that of its end token only where that is judged
   * @param verdict the verifier's
   */
  record Judged(Sample sample, String text, Verdict verdict) {}

  private final Sampler sampler;
  private final Tokenizer tokenizer;
  private final Verifier verifier;
  private final Streams streams;
  private final Sampler.Options options;

  /**
   * @param sampler of the model that answers
   * @param options of rollouts; an evaluation takes its temperature instead of theirs
   */
  Rollouts(
      Sampler sampler,
      Tokenizer tokenizer,
      Verifier verifier,
      Streams streams,
      Sampler.Options options) {
    this.sampler = sampler;
    this.tokenizer = tokenizer;
    this.verifier = verifier;
    this.streams = streams;
    this.options = options;
  }

  /**
   * {@code samples} responses to each problem with their advantages, in order of problem, then
   * sample.
   *
   * @param rollout names the random numbers
   */
  List<Experience> collect(
      List<RolloutProblem> problems, int samples, Advantages advantages, int rollout) {
    List<Judged> judged = judged(problems, samples, options, Purpose.SAMPLE, rollout);
    double[] rewards = judged.stream().mapToDouble(j -> Experience.reward(j.verdict)).toArray();
    double[] advantage = advantages.of(rewards, samples);
    List<Experience> experiences = new ArrayList<>(judged.size());
    for (int i = 0; i < judged.size(); i++) {
      Sample sample = judged.get(i).sample;
      long key = streams.key(Purpose.ACCEPT, rollout, sample.prompt(), sample.sample());
      double[] uniforms = new double[sample.ids().length];
      Arrays.setAll(uniforms, t -> Threefry.uniform(key, t, 0));
      experiences.add(
          new Experience(
              problems.get(sample.prompt()),
              sample,
              judged.get(i).text,
              judged.get(i).verdict,
              advantage[i],
              uniforms));
    }
    return experiences;
  }

  /** One response to each problem; at temperature 0 the most probable. */
  List<Judged> evaluate(List<RolloutProblem> problems, float temperature, int step) {
    Sampler.Options evaluation =
        new Sampler.Options(temperature, options.maxTokens(), options.endIds(), 0, options.slots());
    return judged(problems, 1, evaluation, Purpose.EVALUATE, step);
  }

  private List<Judged> judged(
      List<RolloutProblem> problems,
      int samples,
      Sampler.Options options,
      Purpose purpose,
      int number) {
    List<int[]> prompts = problems.stream().map(RolloutProblem::prompt).toList();
    List<Sample> sampled =
        sampler.sample(
            prompts,
            samples,
            options,
            (prompt, sample, position) ->
                Threefry.uniform(streams.key(purpose, number, prompt, sample), position, 0));
    return sampled.stream().map(s -> judge(problems.get(s.prompt()), s)).toList();
  }

  private Judged judge(RolloutProblem problem, Sample sample) {
    int length = sample.ids().length;
    boolean withoutEnd = sample.finished() && !verifier.judgesEndToken();
    String text = tokenizer.decode(sample.ids(), 0, withoutEnd ? length - 1 : length);
    return new Judged(sample, text, verifier.verify(problem.problem().answer(), text).verdict());
  }
}
