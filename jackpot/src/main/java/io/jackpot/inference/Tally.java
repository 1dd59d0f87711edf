package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.transformer.Sampler;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The counts of the responses to a data set, by problem and by length. Of the single responses it
 * only knows which exist.
 */
final class Tally {
  private final DataSet set;
  private final int samples;
  private final int[] correct;
  private final int[] answered;
  private final BitSet there = new BitSet();
  private final Lengths lengths = new Lengths();
  private int complete;
  private long responses;
  private long right;
  private long unparsed;
  private long truncated;

  /**
   * @param samples responses to each problem
   * @throws InputException if those are more than can be counted
   */
  Tally(DataSet set, int samples) {
    this.set = set;
    this.samples = samples;
    if ((long) samples * problems() > Integer.MAX_VALUE) {
      throw new InputException(
          "--samples-per-prompt: found %d, expected at most %d: %s has %d problems, and there are at most %d responses"
              .formatted(
                  samples,
                  Integer.MAX_VALUE / problems(),
                  set.name(),
                  problems(),
                  Integer.MAX_VALUE));
    }
    this.correct = new int[problems()];
    this.answered = new int[problems()];
  }

  DataSet set() {
    return set;
  }

  /**
   * The responses that are still to come, by the numbers of readable problems; later ones do not
   * change it. It takes memory for those that exist, not for those that are asked for.
   */
  List<Sampler.Request> missing() {
    return missing(there.stream().toArray(), samples, samples * problems());
  }

  /**
   * @param have the numbers of those that exist, in rising order
   */
  static List<Sampler.Request> missing(int[] have, int samples, int all) {
    int count = all - have.length;
    return new AbstractList<>() {
      @Override
      public Sampler.Request get(int number) {
        // Counts those that exist before it: they have at most so many gaps below them.
        int low = 0;
        for (int high = have.length; low < high; ) {
          int middle = (low + high) >>> 1;
          if (have[middle] - middle <= number) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        int index = number + low;
        return new Sampler.Request(index / samples, index % samples);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }

  /** Whether a response is one that is asked for. */
  boolean takes(Response response) {
    return response.dataset().equals(set.name())
        && place(response.problem()) >= 0
        && response.sample() >= 0
        && response.sample() < samples;
  }

  /** Counts a response; a repeated one counts once. */
  void add(Response response) {
    int place = place(response.problem());
    int index = index(place, response.sample());
    if (there.get(index)) {
      return;
    }
    there.set(index);
    boolean isRight = response.verdict() == Verdict.CORRECT;
    correct[place] += isRight ? 1 : 0;
    right += isRight ? 1 : 0;
    unparsed += isRight || response.verdict() == Verdict.WRONG ? 0 : 1;
    truncated += response.finished() ? 0 : 1;
    responses++;
    lengths.add(response.tokens());
    answered[place]++;
    complete += answered[place] == samples ? 1 : 0;
  }

  private int place(int problem) {
    return Arrays.binarySearch(set.readable(), problem);
  }

  private int index(int place, int sample) {
    return place * samples + sample;
  }

  /** Problems with a readable gold answer. */
  int problems() {
    return set.readable().length;
  }

  /** Problems with all their responses. */
  int complete() {
    return complete;
  }

  long responses() {
    return responses;
  }

  /** The share of correct responses so far. */
  double accuracy() {
    return right / (double) Math.max(1, responses());
  }

  long unparsed() {
    return unparsed;
  }

  long truncated() {
    return truncated;
  }

  /** Right responses by problem. */
  int[] correct() {
    return correct.clone();
  }

  /** The share of right responses, by problem. */
  Estimate mean() {
    return Estimate.of(Arrays.stream(correct).mapToDouble(c -> c / (double) samples).toArray());
  }

  /** The probability that one of k responses is right. */
  Estimate pass(int k) {
    return Estimate.of(Arrays.stream(correct).mapToDouble(c -> passAtK(samples, c, k)).toArray());
  }

  /**
   * The unbiased estimate of pass@k from c correct responses of n: 1 − C(n − c, k)/C(n, k) (Chen et
   * al., 2021, "Evaluating large language models trained on code", Eq. 1).
   */
  static double passAtK(int n, int c, int k) {
    double allWrong = 1;
    for (long i = n - c + 1L; i <= n; i++) {
      allWrong *= Math.max(0, 1 - k / (double) i);
    }
    return 1 - allWrong;
  }

  /** Lengths of responses in tokens: a count of each length. */
  static final class Lengths {
    private final TreeMap<Integer, Long> counts = new TreeMap<>();

    void add(int length) {
      counts.merge(length, 1L, Long::sum);
    }

    static Lengths of(List<Tally> tallies) {
      Lengths all = new Lengths();
      tallies.forEach(tally ->
          tally.lengths.counts.forEach(
              (length, count) -> all.counts.merge(length, count, Long::sum)));
      return all;
    }

    long count() {
      return counts.values().stream().mapToLong(count -> count).sum();
    }

    long tokens() {
      return counts.entrySet().stream().mapToLong(each -> each.getKey() * each.getValue()).sum();
    }

    double mean() {
      return tokens() / (double) Math.max(1, count());
    }

    /** The smallest length that a share of the responses does not exceed; 0 of none. */
    int quantile(double share) {
      long needed = Math.max(1, (long) Math.ceil(share * count()));
      long seen = 0;
      for (Map.Entry<Integer, Long> each : counts.entrySet()) {
        seen += each.getValue();
        if (seen >= needed) {
          return each.getKey();
        }
      }
      return 0;
    }

    void write(ObjectNode json) {
      json.put("lengthMean", mean())
          .put("lengthMedian", quantile(0.5))
          .put("lengthP95", quantile(0.95))
          .put("lengthMax", quantile(1))
          .put("tokens", tokens());
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.1f tokens, median %d, 95 %% up to %d, longest %d",
          mean(),
          quantile(0.5),
          quantile(0.95),
          quantile(1));
    }
  }
}
