package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Threefry;

/**
 * The problems of {@link ArithmeticProblems#training} with completions of several kinds, some of
 * them wrong: a model that imitates them leaves reinforcement learning room to improve. The gold
 * answer is always right. Problem and completion i depend on the seed and i only.
 */
public final class MixtureProblems implements ProblemSource {
  // Distinct from the stream of training problems and from those of callers.
  private static final int COMPLETION_STREAM = 2 << 16;

  // The decision that a random number of a completion makes; its other counter is the step.
  private static final int DIRECT = 0;
  private static final int TERSE = 1;
  private static final int NOISY = 2;
  private static final int DIGIT = 3;

  private final ArithmeticProblems problems;
  private final long key;
  private final double directShare;
  private final double terseShare;
  private final double noise;

  /**
   * @param directShare the probability that a completion is the right answer without a scratchpad
   * @param terseShare the probability that a step of a scratchpad shows its result only
   * @param noise the probability that the result of a step is replaced by a uniformly random one;
   *     later steps continue from the written result
   * @throws InputException if a share is not from 0 to 1, or as for {@link
   *     ArithmeticProblems#training}
   */
  public MixtureProblems(
      int operations, int modulus, long seed, double directShare, double terseShare, double noise) {
    problems = ArithmeticProblems.training(operations, modulus, seed);
    key = Threefry.fold(seed, COMPLETION_STREAM, 0);
    this.directShare = share("direct share", directShare);
    this.terseShare = share("terse share", terseShare);
    this.noise = share("noise", noise);
  }

  @Override
  public int size() {
    return problems.size();
  }

  @Override
  public Problem get(int index) {
    Expression expression = problems.expression(index);
    long stream = Threefry.fold(key, index, 0);
    return new Problem(
        expression.prompt(), Integer.toString(expression.answer()), completion(expression, stream));
  }

  private String completion(Expression expression, long stream) {
    if (chosen(stream, 0, DIRECT, directShare)) {
      return expression.direct();
    }
    return expression.scratchpad(
        step -> chosen(stream, step, TERSE, terseShare),
        (step, value) ->
            chosen(stream, step, NOISY, noise)
                ? Threefry.below(stream, step, DIGIT, expression.modulus())
                : value);
  }

  private static boolean chosen(long stream, int step, int choice, double probability) {
    return Threefry.uniform(stream, step, choice) < probability;
  }

  private static double share(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new InputException(name + ": " + share + ", expected 0 to 1");
    }
    return share;
  }
}
