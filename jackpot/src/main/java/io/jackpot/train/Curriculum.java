package io.jackpot.train;

import io.jackpot.input.InputException;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.problems.Verifier;
import io.jackpot.prompts.Prompts;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.Streams;
import io.jackpot.tensor.Threefry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The problems of a run in the order in which it takes them. A finite source repeats in epochs,
 * each in its own random order; an endless generated one keeps its order. The i-th problem of a run
 * depends on the seed and i alone.
 *
 * <p>Problems of a finite source are left out, and counted, if their gold answer cannot be read,
 * since no answer to them could be judged, or if their prompt is too long.
 */
final class Curriculum {

  /**
   * The longest prompt allowed.
   *
   * @param most tokens
   * @param because the settings that say so
   */
  record Limit(int most, String because) {}

  /**
   * The place of a run among its problems, counted over all epochs: a resumed run takes the next
   * rollout and the next problem, even if the settings that both were counted with have changed.
   *
   * @param rollouts rollouts made
   * @param problems problems that they took
   * @param fingerprint of the problems; 0 before the first rollout, and for generated ones
   */
  record Position(int rollouts, long problems, long fingerprint) {
    static final Position START = new Position(0, 0, 0);

    /** The position after one more rollout. */
    Position after(int prompts, Curriculum curriculum) {
      return new Position(rollouts + 1, problems + prompts, curriculum.fingerprint());
    }

    /**
     * @throws InputException if the problems are not those that were counted
     */
    void require(Curriculum curriculum) {
      if (rollouts > 0 && fingerprint != curriculum.fingerprint()) {
        throw new InputException(
            "problems: they have changed since the run started, so its position in them is void; expected the same files, or a new run");
      }
    }
  }

  private final String what;
  private final ProblemSource source;
  private final Prompts prompts;
  private final Limit limit;
  private final boolean endless;
  private final List<Rollout.Prompt> usable;
  private final int badGold;
  private final Epochs epochs;

  /**
   * @param what they are, for messages
   * @throws InputException if no problem of a finite source can be used
   */
  Curriculum(
      String what,
      ProblemSource source,
      Verifier verifier,
      Prompts prompts,
      Streams streams,
      Limit limit) {
    this.what = what;
    this.source = source;
    this.prompts = prompts;
    this.limit = limit;
    this.endless = source.size() == Integer.MAX_VALUE;
    int[] readable =
        IntStream.range(0, endless ? 0 : source.size())
            .filter(i -> verifier.canRead(source.get(i).answer()))
            .toArray();
    this.badGold = endless ? 0 : source.size() - readable.length;
    List<Rollout.Prompt> encoded =
        IntStream.of(readable).parallel().mapToObj(this::encode).toList();
    this.usable = encoded.stream().filter(problem -> fits(problem.ids().length)).toList();
    if (!endless && readable.length == 0) {
      throw new InputException(
          what
              + ": none of "
              + source.size()
              + " has an answer that can be read, expected numbers such as 42, 0.5 or 3/4");
    }
    if (!endless && usable.isEmpty()) {
      int shortest = encoded.stream().mapToInt(problem -> problem.ids().length).min().orElse(0);
      throw new InputException(
          "%s: none of %d has a prompt of 1 to %d tokens (%s), the shortest has %d"
              .formatted(what, encoded.size(), limit.most, limit.because, shortest));
    }
    this.epochs = new Epochs(streams, usable.size());
  }

  private boolean fits(int tokens) {
    return tokens > 0 && tokens <= limit.most;
  }

  /** The number of problems left out because their gold answer cannot be read. */
  int badGold() {
    return badGold;
  }

  /** The number of problems left out because of their prompt's length. */
  int badLength() {
    return endless ? 0 : source.size() - badGold - usable.size();
  }

  /** The number of problems in an epoch; {@link Integer#MAX_VALUE} if they are endless. */
  int size() {
    return endless ? Integer.MAX_VALUE : usable.size();
  }

  /**
   * A hash of the problems and their order: two curricula of one seed with the same fingerprint
   * have the same prompts and answers.
   */
  long fingerprint() {
    long hash = Threefry.fold(usable.size(), 0, 0);
    for (Rollout.Prompt problem : usable) {
      int text = (problem.problem().prompt() + '\0' + problem.problem().answer()).hashCode();
      hash = Threefry.fold(hash, Arrays.hashCode(problem.ids()), text);
    }
    return endless ? 0 : hash;
  }

  /** Problems {@code from} to {@code from + count − 1} of the run. */
  List<Rollout.Prompt> take(long from, int count) {
    List<Rollout.Prompt> taken = new ArrayList<>(count);
    for (long i = from; i < from + count; i++) {
      taken.add(endless ? generated((int) (i % Integer.MAX_VALUE)) : usable.get(epochs.item(i)));
    }
    return taken;
  }

  /** Every usable problem of a finite source once, in the source's order. */
  List<Rollout.Prompt> all() {
    return usable;
  }

  /** The number of {@code others} that have the prompt of a problem of this curriculum. */
  int common(List<Rollout.Prompt> others) {
    Set<String> own = new HashSet<>();
    usable.forEach(problem -> own.add(text(problem)));
    return (int) others.stream().filter(problem -> own.contains(text(problem))).count();
  }

  /** The text of a problem without differences in white space. */
  private static String text(Rollout.Prompt problem) {
    return problem.problem().prompt().strip().replaceAll("\\s+", " ");
  }

  private Rollout.Prompt generated(int index) {
    Rollout.Prompt problem = encode(index);
    if (!fits(problem.ids().length)) {
      throw new InputException(
          "%s: problem %d: a prompt of %d tokens, expected 1 to %d (%s)"
              .formatted(what, index + 1, problem.ids().length, limit.most, limit.because));
    }
    return problem;
  }

  private Rollout.Prompt encode(int index) {
    Problem problem = source.get(index);
    String where = what + ": problem " + (index + 1);
    return new Rollout.Prompt(problem, InputException.at(where, () -> prompts.encode(problem)));
  }
}
