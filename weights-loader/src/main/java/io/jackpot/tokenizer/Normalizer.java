package io.jackpot.tokenizer;

import java.util.List;

/** Changes a text before it is pre-tokenized. */
@FunctionalInterface
public interface Normalizer {
  /** The changed text. */
  Piece apply(Piece piece);

  /** Changes nothing. */
  Normalizer NONE = piece -> piece;

  /** One of Unicode's normalization forms. */
  static Normalizer unicode(java.text.Normalizer.Form form) {
    return piece -> piece.withText(UnicodeForms.normalize(piece.text(), form));
  }

  /** Each code point's lower case, regardless of context. */
  static Normalizer lowercase() {
    return piece -> {
      StringBuilder lower = new StringBuilder(piece.text().length());
      piece.text().codePoints().forEach(c -> UnicodeForms.appendLowercase(c, lower));
      return piece.withText(lower.toString());
    };
  }

  /** {@code prefix} before a text that is not empty. */
  static Normalizer prepend(String prefix) {
    return piece -> piece.text().isEmpty() ? piece : piece.withText(prefix + piece.text());
  }

  /** {@code content} instead of each match. */
  static Normalizer replace(Regex pattern, String content) {
    return piece -> {
      String text = piece.text();
      Regex.Search search = pattern.search(text);
      StringBuilder changed = new StringBuilder(text.length());
      int end = 0;
      boolean first = piece.first();
      while (search.find()) {
        if (search.start() == 0) {
          // Text from several characters starts where the last of them did.
          first &= !content.isEmpty() && text.codePointCount(0, search.end()) <= 1;
        }
        changed.append(text, end, search.start()).append(content);
        end = search.end();
      }
      return new Piece(changed.append(text, end, text.length()).toString(), first);
    };
  }

  /** Without white space at its ends. */
  static Normalizer strip(boolean left, boolean right) {
    return piece -> {
      String text = piece.text();
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
    return piece -> piece.withText(ByteAlphabet.write(piece.text()));
  }

  /** Applies {@code parts} in order. */
  static Normalizer sequence(List<Normalizer> parts) {
    return piece -> {
      Piece changed = piece;
      for (Normalizer part : parts) {
        changed = part.apply(changed);
      }
      return changed;
    };
  }
}
