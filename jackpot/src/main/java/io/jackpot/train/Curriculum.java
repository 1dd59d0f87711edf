package io.jackpot.train;

import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.problems.Verifier;
import io.jackpot.tensor.InputException;
import io.jackpot.weights.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The problems of a run in the order in which they are met. A finite source is gone through again
 * and again, each epoch in a random order of its own; a generated one without end is taken as it
 * comes. The i-th problem of a run depends on nothing but the seed and i.
 *
 * <p>A problem whose gold answer cannot be read is left out and counted: no answer to it could be
 * rewarded rightly.
 */
final class Curriculum {
  private final ProblemSource source;
  private final Tokenizer tokenizer;
  private final int longestPrompt;
  private final boolean endless;
  private final int[] usable;
  private final Epochs epochs;

  /**
   * @param longestPrompt tokens of a prompt that leave room for a response
   * @throws InputException if no problem of a finite source can be used
   */
  Curriculum(
      ProblemSource source,
      Verifier verifier,
      Tokenizer tokenizer,
      Streams streams,
      int longestPrompt) {
    this.source = source;
    this.tokenizer = tokenizer;
    this.longestPrompt = longestPrompt;
    this.endless = source.size() == Integer.MAX_VALUE;
    this.usable =
        endless
            ? new int[0]
            : IntStream.range(0, source.size())
                .filter(i -> verifier.canRead(source.get(i).answer()))
                .toArray();
    if (!endless && usable.length == 0) {
      throw new InputException(
          "problems: none of "
              + source.size()
              + " has an answer that can be read, expected numbers such as 42, 0.5 or 3/4");
    }
    this.epochs = new Epochs(streams, usable.length);
  }

  /** How many problems were left out. */
  int badGold() {
    return endless ? 0 : source.size() - usable.length;
  }

  /** Problems {@code from} to {@code from + count − 1} of the run. */
  List<RolloutProblem> take(long from, int count) {
    List<RolloutProblem> taken = new ArrayList<>(count);
    for (long i = from; i < from + count; i++) {
      taken.add(problem(endless ? (int) (i % Integer.MAX_VALUE) : usable[epochs.item(i)]));
    }
    return taken;
  }

  /** Every usable problem of a finite source once, in the source's order. */
  List<RolloutProblem> all() {
    return IntStream.of(usable).mapToObj(this::problem).toList();
  }

  private RolloutProblem problem(int index) {
    Problem problem = source.get(index);
    int[] prompt = tokenizer.encode(problem.prompt());
    if (prompt.length == 0 || prompt.length > longestPrompt) {
      throw new InputException(
          "problem %d: a prompt of %d tokens, expected 1 to %d (max_position_embeddings of the models less maxResponseTokens)"
              .formatted(index + 1, prompt.length, longestPrompt));
    }
    return new RolloutProblem(problem, prompt);
  }
}
