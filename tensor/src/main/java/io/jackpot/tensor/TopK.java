package io.jackpot.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The k most probable ids of each token and their log-probs: {@code ids, logProbs [tokens × k]},
 * best first, the ids of a token distinct. A negative id is a filler without probability.
 */
public record TopK(int k, int[] ids, float[] logProbs) {

  /** Of each token as many ids as it has; fillers make them equally many. */
  public static TopK padded(List<int[]> ids, List<float[]> logProbs) {
    int k = ids.stream().mapToInt(of -> of.length).max().orElse(0);
    TopK all = filler(ids.size(), k);
    for (int t = 0; t < ids.size(); t++) {
      System.arraycopy(ids.get(t), 0, all.ids, t * k, ids.get(t).length);
      System.arraycopy(logProbs.get(t), 0, all.logProbs, t * k, ids.get(t).length);
    }
    return all;
  }

  /** Nothing but fillers. */
  public static TopK filler(int tokens, int k) {
    TopK all = new TopK(k, new int[tokens * k], new float[tokens * k]);
    Arrays.fill(all.ids, -1);
    Arrays.fill(all.logProbs, Float.NEGATIVE_INFINITY);
    return all;
  }
}
