package io.jackpot.tokenizer;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Added tokens by their text, in order, so that those with a common beginning are neighbours. */
final class TokenTable {
  private final String[] texts;
  private final AddedTokens.Token[] tokens;

  /** The characters that some text begins with. */
  private final BitSet first = new BitSet();

  /**
   * @param tokens by their texts; none is empty
   */
  TokenTable(Map<String, AddedTokens.Token> tokens) {
    List<Map.Entry<String, AddedTokens.Token>> entries =
        tokens.entrySet().stream()
            .filter(entry -> !entry.getKey().isEmpty())
            .sorted(Map.Entry.comparingByKey())
            .toList();
    texts = entries.stream().map(Map.Entry::getKey).toArray(String[]::new);
    this.tokens = entries.stream().map(Map.Entry::getValue).toArray(AddedTokens.Token[]::new);
    for (String text : texts) {
      first.set(text.charAt(0));
    }
  }

  /** A token in a text. */
  record Found(AddedTokens.Token token, int end) {}

  /** The longest token that begins at {@code from}; null if none does. */
  @Nullable Found longest(String text, int from, Effort effort) {
    if (!first.get(text.charAt(from))) {
      return null;
    }
    Found found = null;
    int low = 0;
    int high = texts.length;
    for (int depth = 0; from + depth < text.length(); depth++) {
      effort.steps(1);
      char c = text.charAt(from + depth);
      low = firstFrom(c, depth, low, high);
      high = firstFrom(c + 1, depth, low, high);
      if (low == high) {
        break;
      }
      if (texts[low].length() == depth + 1) {
        found = new Found(tokens[low], from + depth + 1);
      }
    }
    return found;
  }

  /** The first text between two places whose character at {@code depth} is {@code c} or later. */
  private int firstFrom(int c, int depth, int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      String text = texts[middle];
      if (text.length() <= depth || text.charAt(depth) < c) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
