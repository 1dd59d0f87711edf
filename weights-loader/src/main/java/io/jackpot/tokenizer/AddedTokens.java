package io.jackpot.tokenizer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that are matched in a text before it is pre-tokenized: at each position the longest one,
 * from left to right. Tokens marked as normalized are matched after normalization.
 */
public final class AddedTokens {
  /**
   * A token beside the vocabulary of the model.
   *
   * @param singleWord matches only where no letter, digit or mark is next to it
   * @param leftStrip includes the white space before it
   * @param rightStrip includes the white space after it
   * @param normalized matches the normalized text
   */
  public record Token(
      int id,
      String content,
      boolean singleWord,
      boolean leftStrip,
      boolean rightStrip,
      boolean normalized) {}

  private final Map<Integer, String> texts = new HashMap<>();
  private final TokenTable raw;
  private final TokenTable normalized;

  /**
   * @param tokens in the order of the file; of two with the same id the last one counts
   */
  public AddedTokens(List<Token> tokens, Normalizer normalizer) {
    Map<Integer, Token> byId = new LinkedHashMap<>();
    Effort effort = new Effort(tokens.stream().mapToLong(token -> token.content.length()).sum());
    for (Token token : tokens) {
      String text =
          token.normalized
              ? normalizer.apply(new Piece(token.content, true), effort).text()
              : token.content;
      if (text.equals(token.content)) {
        texts.putIfAbsent(token.id, text);
      } else {
        texts.put(token.id, text);
      }
      byId.put(token.id, token);
    }
    Map<String, Token> raws = new HashMap<>();
    Map<String, Token> changed = new HashMap<>();
    for (Token token : byId.values()) {
      if (token.normalized) {
        Piece content = new Piece(token.content, true);
        changed.putIfAbsent(normalizer.apply(content, effort).text(), token);
      } else {
        raws.putIfAbsent(token.content, token);
      }
    }
    raw = new TokenTable(raws);
    normalized = new TokenTable(changed);
  }

  /** The text of each token for the decoder, by id. */
  Map<Integer, String> texts() {
    return texts;
  }

  /** Splits off the tokens that are matched before normalization. */
  void cutRaw(Piece piece, Consumer<Piece> text, IntConsumer token, Effort effort) {
    cut(raw, piece, text, token, effort);
  }

  /** Splits off the tokens that are matched after normalization. */
  void cutNormalized(Piece piece, Consumer<Piece> text, IntConsumer token, Effort effort) {
    cut(normalized, piece, text, token, effort);
  }

  private static void cut(
      TokenTable tokens, Piece piece, Consumer<Piece> out, IntConsumer ids, Effort effort) {
    String text = piece.text();
    int done = 0;
    for (int at = 0; at < text.length(); ) {
      TokenTable.@Nullable Found found = tokens.longest(text, at, effort);
      if (found == null) {
        at++;
        continue;
      }
      Token token = found.token();
      int from = at;
      int to = found.end();
      at = to;
      if (token.singleWord
          && ((from > 0 && isWord(text.codePointBefore(from)))
              || (to < text.length() && isWord(text.codePointAt(to))))) {
        continue;
      }
      // White space that the previous token included may be a token itself.
      if (token.leftStrip) {
        from = Math.max(from, done);
        while (from > done && UnicodeProperties.isWhitespace(text.charAt(from - 1))) {
          from--;
        }
      }
      while (token.rightStrip
          && to < text.length()
          && UnicodeProperties.isWhitespace(text.charAt(to))) {
        to++;
      }
      if (from > done) {
        out.accept(new Piece(text.substring(done, from), piece.first() && done == 0));
      }
      if (from < to) {
        ids.accept(token.id);
      }
      done = to;
    }
    if (done == 0 && !text.isEmpty()) {
      out.accept(piece);
    } else if (done < text.length()) {
      out.accept(new Piece(text.substring(done), false));
    }
  }

  /** Whether {@code \w} of Rust's regular expressions matches. */
  private static boolean isWord(int c) {
    return UnicodeProperties.isWordPart(c) || c == 0x200C || c == 0x200D;
  }
}
