package io.jackpot.rollout;

import io.jackpot.transformer.Model;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import java.util.function.Consumer;

/**
 * Workers in this process. They read the weights in place, so that publishing them costs nothing.
 */
public final class LocalWorkers implements Workers {
  private final Sampler sampler;
  private final Runnable beforeToken;
  private int version;

  /**
   * @param sampler reads the model that is published, or one that never changes: its version is 0
   * @param beforeToken called before each token; what it throws ends the job
   */
  public LocalWorkers(Sampler sampler, Runnable beforeToken) {
    this.sampler = sampler;
    this.beforeToken = beforeToken;
  }

  @Override
  public void publish(int version, Model weights) {
    this.version = version;
  }

  @Override
  public void sample(Job job, Consumer<Sample> done) {
    if (job.version() != version) {
      throw new IllegalStateException(
          "the weights of update %d are published, expected those of update %d"
              .formatted(version, job.version()));
    }
    sampler.sample(job.prompts(), job.requests(), job.options(), job::uniform, done, beforeToken);
  }
}
