package io.jackpot.train;

import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Packing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts with their responses laid end to end for one forward pass. The last token that is trained
 * on and what follows it predict nothing that is, so they are left out.
 *
 * @param ids input of the model, [tokens]
 * @param packing where each sequence stands in {@code ids}
 * @param rows the positions of {@code ids} that predict a response token, [responses]
 * @param actions the response tokens, [responses]
 * @param sequence the sequence of each response token, [responses]
 */
record PackedResponses(int[] ids, Packing packing, int[] rows, int[] actions, int[] sequence) {

  /**
   * A sequence with the tokens that are trained on.
   *
   * @param ids all of its tokens
   * @param targets their places in {@code ids}, rising, from 1 on; at least one
   */
  record Sequence(int[] ids, int[] targets) {

    /** A prompt of at least one token and what followed, all of which is trained on. */
    static Sequence of(int[] prompt, int[] response) {
      int[] ids = Arrays.copyOf(prompt, prompt.length + response.length);
      System.arraycopy(response, 0, ids, prompt.length, response.length);
      return new Sequence(ids, IntStream.range(prompt.length, ids.length).toArray());
    }

    /** The tokens of the input: those before the last that is trained on. */
    int tokens() {
      return targets[targets.length - 1];
    }
  }

  static PackedResponses of(List<Sequence> sequences) {
    Packing packing = Packing.ofLengths(sequences.stream().mapToInt(Sequence::tokens).toArray());
    int responses = sequences.stream().mapToInt(each -> each.targets.length).sum();
    int[] ids = new int[packing.tokens()];
    int[] rows = new int[responses];
    int[] actions = new int[responses];
    int[] sequence = new int[responses];
    int at = 0;
    for (int s = 0; s < sequences.size(); s++) {
      Sequence each = sequences.get(s);
      int start = packing.start(s);
      System.arraycopy(each.ids, 0, ids, start, each.tokens());
      for (int target : each.targets) {
        rows[at] = start + target - 1;
        actions[at] = each.ids[target];
        sequence[at++] = s;
      }
    }
    return new PackedResponses(ids, packing, rows, actions, sequence);
  }

  /** {@link #split} for prompts with what was sampled. */
  static List<PackedResponses> ofRollouts(List<Rollout> rollouts, int maxTokens) {
    return split(sequences(rollouts), maxTokens);
  }

  /** Prompts with what was sampled. */
  static List<Sequence> sequences(List<Rollout> rollouts) {
    return rollouts.stream().map(r -> Sequence.of(r.prompt().ids(), r.response())).toList();
  }

  /**
   * Packs {@code sequences} in order into batches of at most {@code maxTokens} tokens each; a
   * longer sequence gets a batch of its own.
   */
  static List<PackedResponses> split(List<Sequence> sequences, int maxTokens) {
    List<PackedResponses> batches = new ArrayList<>();
    List<Sequence> open = new ArrayList<>();
    int tokens = 0;
    for (Sequence each : sequences) {
      if (!open.isEmpty() && tokens + each.tokens() > maxTokens) {
        batches.add(of(open));
        open.clear();
        tokens = 0;
      }
      open.add(each);
      tokens += each.tokens();
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
