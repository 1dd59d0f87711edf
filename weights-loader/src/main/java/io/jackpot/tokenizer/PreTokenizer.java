package io.jackpot.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Splits a text into non-empty pieces, each of which becomes tokens by itself. */
@FunctionalInterface
public interface PreTokenizer {
  /** Steps for a piece that is made. */
  int STEPS_OF_PIECE = 20;

  /**
   * The pieces of {@code piece}, in order.
   *
   * @throws io.jackpot.input.InputException if it takes too many steps
   */
  void split(Piece piece, Consumer<Piece> out, Effort effort);

  /**
   * Splits at matches of {@code pattern}.
   *
   * @param invert whether {@code behavior} applies to the text between the matches instead
   */
  static PreTokenizer pattern(Regex pattern, SplitBehavior behavior, boolean invert) {
    return (piece, out, effort) -> {
      SplitBehavior.Parts parts = new SplitBehavior.Parts();
      Regex.Search search = pattern.search(piece.text(), effort);
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
    return (piece, out, effort) -> {
      effort.steps(piece.text().length());
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
      (piece, out, effort) ->
          out.accept(piece.text().startsWith(" ") ? piece : piece.withText(" " + piece.text()));

  /** Writes the UTF-8 bytes of each piece in the {@link ByteAlphabet}. */
  PreTokenizer BYTES =
      (piece, out, effort) -> {
        effort.length(2L * piece.text().length());
        out.accept(piece.withText(ByteAlphabet.write(piece.text())));
      };

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
    return (piece, out, effort) -> {
      effort.steps(piece.text().length());
      String text = piece.text().replace(" ", space);
      boolean wanted = prepend == Prepend.ALWAYS || (prepend == Prepend.FIRST && piece.first());
      Piece marked = piece.withText(wanted && !text.startsWith(space) ? space + text : text);
      if (split) {
        cut.split(marked, out, effort);
      } else {
        out.accept(marked);
      }
    };
  }

  /** Applies {@code parts} in order; none may make much more than the text was. */
  static PreTokenizer sequence(List<PreTokenizer> parts) {
    return (piece, out, effort) -> {
      long[] lengths = new long[parts.size()];
      split(parts, 0, piece, out, effort, lengths);
    };
  }

  /**
   * Passes a piece through the parts from {@code at} on, depth first: only the pieces of one piece
   * are kept at a time.
   *
   * @param lengths of all that each part has made
   */
  private static void split(
      List<PreTokenizer> parts,
      int at,
      Piece piece,
      Consumer<Piece> out,
      Effort effort,
      long[] lengths) {
    if (at == parts.size()) {
      out.accept(piece);
      return;
    }
    List<Piece> pieces = new ArrayList<>();
    parts
        .get(at)
        .split(
            piece,
            each -> {
              lengths[at] += each.text().length();
              effort.steps(STEPS_OF_PIECE);
              effort.length(lengths[at]);
              pieces.add(each);
            },
            effort);
    for (Piece each : pieces) {
      split(parts, at + 1, each, out, effort, lengths);
    }
  }
}
