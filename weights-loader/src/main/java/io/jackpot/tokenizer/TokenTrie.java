package io.jackpot.tokenizer;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Added tokens by their text, character by character. */
final class TokenTrie {
  private final Map<Character, TokenTrie> next = new HashMap<>();
  private AddedTokens.@Nullable Token token;

  /** Adds a token, unless another one has the same text. */
  void add(String text, AddedTokens.Token added) {
    TokenTrie node = this;
    for (int i = 0; i < text.length(); i++) {
      node = node.next.computeIfAbsent(text.charAt(i), c -> new TokenTrie());
    }
    if (node.token == null) {
      node.token = added;
    }
  }

  /** A token in a text. */
  record Found(AddedTokens.Token token, int end) {}

  /** The longest token that begins at {@code from}; null if none does. */
  @Nullable Found longest(String text, int from) {
    Found found = null;
    TokenTrie node = this;
    for (int i = from; i < text.length(); i++) {
      node = node.next.get(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.token != null) {
        found = new Found(node.token, i + 1);
      }
    }
    return found;
  }
}
