package io.jackpot.rollout;

import io.jackpot.tensor.Threefry;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The workers that sample responses, given weights and jobs. Their answers depend on these alone,
 * not on the number of workers or where they run.
 */
public interface Workers {

  /**
   * Publishes {@code weights}, which the following jobs are sampled with.
   *
   * @param version the number of updates that they had
   */
  void publish(int version, Model weights);

  /**
   * Samples the responses of a job.
   *
   * @param done gets each response as it ends
   * @throws IllegalStateException if the weights of the job's version are not published
   * @throws IllegalArgumentException if a prompt is empty, or with its response longer than the
   *     model takes
   */
  void sample(Job job, Consumer<Sample> done);

  /** The responses of a job, in order of prompt, then sample. */
  default List<Sample> sample(Job job) {
    List<Sample> all = new ArrayList<>();
    sample(job, all::add);
    all.sort(Comparator.comparingInt(Sample::prompt).thenComparingInt(Sample::sample));
    return all;
  }

  /**
   * Responses to sample.
   *
   * @param version of the weights to sample with
   * @param prompts ids, none empty
   * @param numbers of the prompts: each names the random numbers of its prompt in {@code stream}
   * @param requests responses asked for, in rising order of prompt
   * @param options of sampling
   * @param stream key of the job's random numbers
   */
  record Job(
      int version,
      List<int[]> prompts,
      int[] numbers,
      List<Sampler.Request> requests,
      Sampler.Options options,
      long stream) {

    /**
     * {@code samples} responses to each prompt.
     *
     * @param first number of the first prompt, which the others follow
     */
    public static Job of(
        int version,
        List<int[]> prompts,
        int first,
        int samples,
        Sampler.Options options,
        long stream) {
      int[] numbers = IntStream.range(first, first + prompts.size()).toArray();
      List<Sampler.Request> requests = Sampler.requests(prompts.size(), samples);
      return new Job(version, prompts, numbers, requests, options, stream);
    }

    /** The random number in [0, 1) of a token; see {@link Sampler.Uniforms}. */
    double uniform(int prompt, int sample, int position) {
      return Threefry.uniform(Threefry.fold(stream, numbers[prompt], sample), position, 0);
    }
  }
}
