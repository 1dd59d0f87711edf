package io.jackpot.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Splits a text into non-empty pieces, each of which becomes tokens by itself. */
@FunctionalInterface
public interface PreTokenizer {
  /** The pieces of {@code piece}, in order. */
  void split(Piece piece, Consumer<Piece> out);

  /**
   * Splits at matches of {@code pattern}.
   *
   * @param invert whether {@code behavior} applies to the text between the matches instead
   */
  static PreTokenizer pattern(Regex pattern, SplitBehavior behavior, boolean invert) {
    return (piece, out) -> {
      SplitBehavior.Parts parts = new SplitBehavior.Parts();
      Regex.Search search = pattern.search(piece.text());
      int end = 0;
      while (search.find()) {
        if (search.start() > end) {
          parts.add(search.start(), invert);
        }
        parts.add(search.end(), !invert);
        end = search.end();
      }
      if (end < piece.text().length()) {
        parts.add(piece.text().length(), invert);
      }
      behavior.split(piece, parts, out);
    };
  }

  private static PreTokenizer characters(IntPredicate match, SplitBehavior behavior) {
    return (piece, out) -> {
      SplitBehavior.Parts parts = new SplitBehavior.Parts();
      String text = piece.text();
      int end = 0;
      for (int i = 0; i < text.length(); ) {
        int c = text.codePointAt(i);
        int next = i + Character.charCount(c);
        if (match.test(c)) {
          if (i > end) {
            parts.add(i, false);
          }
          parts.add(next, true);
          end = next;
        }
        i = next;
      }
      if (end < text.length()) {
        parts.add(text.length(), false);
      }
      behavior.split(piece, parts, out);
    };
  }

  /** Splits at numbers, digit by digit or as a whole. */
  static PreTokenizer digits(boolean individual) {
    // The two ranges are in a later version of Unicode than the JDK's.
    IntPredicate number =
        c ->
            UnicodeProperties.isNumber(c)
                || (c >= 0x11DE0 && c <= 0x11DE9)
                || (c >= 0x16FF4 && c <= 0x16FF6);
    return characters(number, individual ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS);
  }

  /** Splits at punctuation as defined by Unicode 8. */
  static PreTokenizer punctuation(SplitBehavior behavior) {
    return characters(UnicodeProperties.Punctuation.SET::contains, behavior);
  }

  /** Splits at white space and drops it. */
  PreTokenizer WHITESPACE = characters(UnicodeProperties::isWhitespace, SplitBehavior.REMOVED);

  /** Splits at {@code delimiter} and drops it. */
  static PreTokenizer delimiter(int delimiter) {
    return characters(c -> c == delimiter, SplitBehavior.REMOVED);
  }

  /** Adds a space before a text that does not begin with one. */
  PreTokenizer PREFIX_SPACE =
      (piece, out) ->
          out.accept(piece.text().startsWith(" ") ? piece : piece.withText(" " + piece.text()));

  /** Writes the UTF-8 bytes of each piece in the {@link ByteAlphabet}. */
  PreTokenizer BYTES = (piece, out) -> out.accept(piece.withText(ByteAlphabet.write(piece.text())));

  /** When {@link #metaspace} puts a space before a text. */
  enum Prepend {
    FIRST,
    ALWAYS,
    NEVER
  }

  /**
   * Replaces spaces by {@code mark}, adds one at the beginning, and splits before each.
   *
   * @param split whether it splits at all
   */
  static PreTokenizer metaspace(int mark, Prepend prepend, boolean split) {
    String space = Character.toString(mark);
    PreTokenizer cut = characters(c -> c == mark, SplitBehavior.MERGED_WITH_NEXT);
    return (piece, out) -> {
      String text = piece.text().replace(" ", space);
      boolean wanted = prepend == Prepend.ALWAYS || (prepend == Prepend.FIRST && piece.first());
      Piece marked = piece.withText(wanted && !text.startsWith(space) ? space + text : text);
      if (split) {
        cut.split(marked, out);
      } else {
        out.accept(marked);
      }
    };
  }

  /** Applies {@code parts} in order. */
  static PreTokenizer sequence(List<PreTokenizer> parts) {
    return (piece, out) -> {
      List<Piece> pieces = List.of(piece);
      for (PreTokenizer part : parts) {
        List<Piece> smaller = new ArrayList<>();
        pieces.forEach(each -> part.split(each, smaller::add));
        pieces = smaller;
      }
      pieces.forEach(out);
    };
  }
}
