package io.jackpot.tokenizer;

import java.util.List;
import java.util.function.UnaryOperator;

/** Changes a text before it is pre-tokenized. */
@FunctionalInterface
public interface Normalizer {
  /**
   * The changed text.
   *
   * @throws io.jackpot.input.InputException if it takes too many steps, or is too long
   */
  Piece apply(Piece piece, Effort effort);

  /** Changes nothing. */
  Normalizer NONE = (piece, effort) -> piece;

  /** A change that takes a step for each character, of the text and of what it makes. */
  private static Normalizer of(UnaryOperator<String> change) {
    return (piece, effort) -> {
      effort.steps(piece.text().length() + 1L);
      String changed = change.apply(piece.text());
      effort.steps(changed.length());
      effort.length(changed.length());
      return piece.withText(changed);
    };
  }

  /** One of Unicode's normalization forms. */
  static Normalizer unicode(java.text.Normalizer.Form form) {
    return of(text -> UnicodeForms.normalize(text, form));
  }

  /** Each code point's lower case, regardless of context. */
  static Normalizer lowercase() {
    return of(text -> {
      StringBuilder lower = new StringBuilder(text.length());
      text.codePoints().forEach(c -> UnicodeForms.appendLowercase(c, lower));
      return lower.toString();
    });
  }

  /** {@code prefix} before a text that is not empty. */
  static Normalizer prepend(String prefix) {
    return (piece, effort) -> {
      effort.length((long) prefix.length() + piece.text().length());
      effort.steps(1L + prefix.length() + piece.text().length());
      return piece.text().isEmpty() ? piece : piece.withText(prefix + piece.text());
    };
  }

  /** {@code content} instead of each match. */
  static Normalizer replace(Regex pattern, String content) {
    return (piece, effort) -> {
      String text = piece.text();
      effort.steps(text.length() + 1L);
      Regex.Search search = pattern.search(text, effort);
      StringBuilder changed = new StringBuilder(text.length());
      int end = 0;
      boolean first = piece.first();
      while (search.find()) {
        if (search.start() == 0) {
          // Text from several characters starts where the last of them did.
          first &= !content.isEmpty() && text.codePointCount(0, search.end()) <= 1;
        }
        effort.steps(content.length());
        effort.length((long) changed.length() + search.start() - end + content.length());
        changed.append(text, end, search.start()).append(content);
        end = search.end();
      }
      effort.length((long) changed.length() + text.length() - end);
      return new Piece(changed.append(text, end, text.length()).toString(), first);
    };
  }

  /** Without white space at its ends. */
  static Normalizer strip(boolean left, boolean right) {
    return (piece, effort) -> {
      String text = piece.text();
      effort.steps(text.length() + 1L);
      int from = 0;
      int to = text.length();
      while (left && from < to && UnicodeProperties.isWhitespace(text.charAt(from))) {
        from++;
      }
      while (right && from < to && UnicodeProperties.isWhitespace(text.charAt(to - 1))) {
        to--;
      }
      return new Piece(text.substring(from, to), piece.first() && from == 0);
    };
  }

  /** The UTF-8 bytes of the text as characters. */
  static Normalizer bytes() {
    return of(ByteAlphabet::write);
  }

  /** Applies {@code parts} in order. */
  static Normalizer sequence(List<Normalizer> parts) {
    return (piece, effort) -> {
      Piece changed = piece;
      for (Normalizer part : parts) {
        changed = part.apply(changed, effort);
      }
      return changed;
    };
  }
}
