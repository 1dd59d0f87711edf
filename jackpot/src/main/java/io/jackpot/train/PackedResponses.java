package io.jackpot.train;

import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Packing;
import java.util.ArrayList;
import java.util.List;

/**
 * Prompts with their responses laid end to end for one forward pass. The last token of a response
 * predicts nothing that is trained on, so it is left out.
 *
 * @param ids input of the model, [tokens]
 * @param packing where each sequence stands in {@code ids}
 * @param rows the positions of {@code ids} that predict a response token, [responses]
 * @param actions the response tokens, [responses]
 * @param sequence the sequence of each response token, [responses]
 */
record PackedResponses(int[] ids, Packing packing, int[] rows, int[] actions, int[] sequence) {

  /** A prompt of at least one token and what followed. */
  record Pair(int[] prompt, int[] response) {
    int tokens() {
      return prompt.length + response.length - 1;
    }
  }

  static PackedResponses of(List<Pair> pairs) {
    Packing packing = Packing.ofLengths(pairs.stream().mapToInt(Pair::tokens).toArray());
    int responses = pairs.stream().mapToInt(pair -> pair.response.length).sum();
    int[] ids = new int[packing.tokens()];
    int[] rows = new int[responses];
    int[] actions = new int[responses];
    int[] sequence = new int[responses];
    int at = 0;
    for (int s = 0; s < pairs.size(); s++) {
      int[] prompt = pairs.get(s).prompt;
      int[] response = pairs.get(s).response;
      int start = packing.start(s);
      System.arraycopy(prompt, 0, ids, start, prompt.length);
      System.arraycopy(response, 0, ids, start + prompt.length, response.length - 1);
      for (int t = 0; t < response.length; t++, at++) {
        rows[at] = start + prompt.length - 1 + t;
        actions[at] = response[t];
        sequence[at] = s;
      }
    }
    return new PackedResponses(ids, packing, rows, actions, sequence);
  }

  /** {@link #split} for prompts with what was sampled. */
  static List<PackedResponses> ofRollouts(List<Rollout> rollouts, int maxTokens) {
    return split(pairs(rollouts), maxTokens);
  }

  /** Prompts with what was sampled. */
  static List<Pair> pairs(List<Rollout> rollouts) {
    return rollouts.stream().map(r -> new Pair(r.prompt().ids(), r.response())).toList();
  }

  /**
   * Packs {@code pairs} in order into batches of at most {@code maxTokens} tokens each; a longer
   * sequence gets a batch of its own.
   */
  static List<PackedResponses> split(List<Pair> pairs, int maxTokens) {
    List<PackedResponses> batches = new ArrayList<>();
    List<Pair> open = new ArrayList<>();
    int tokens = 0;
    for (Pair pair : pairs) {
      if (!open.isEmpty() && tokens + pair.tokens() > maxTokens) {
        batches.add(of(open));
        open.clear();
        tokens = 0;
      }
      open.add(pair);
      tokens += pair.tokens();
    }
    if (!open.isEmpty()) {
      batches.add(of(open));
    }
    return batches;
  }

  int responses() {
    return rows.length;
  }
}
