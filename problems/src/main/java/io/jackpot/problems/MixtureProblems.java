package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Threefry;

/**
 * What the warm-started models learn from: the problems of {@link ArithmeticProblems#training},
 * answered in several ways, some of them wrong, so that reinforcement learning has something to
 * choose from. The gold answer is always right. Problem and completion i depend on the seed and on
 * i alone.
 */
public final class MixtureProblems implements ProblemSource {
  // Apart from the streams of training problems and of a run, folded into the same seed.
  private static final int COMPLETION_STREAM = 2 << 16;

  // What a random number of a completion decides; the counter beside it is the step.
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
   * @param directShare the probability that a completion is the bare answer, which is then right
   * @param terseShare the probability that a step of a scratchpad is its result alone
   * @param noise the probability that the result of a step is replaced by a random one, each result
   *     equally likely, the right one too; what follows goes on from what is written
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
