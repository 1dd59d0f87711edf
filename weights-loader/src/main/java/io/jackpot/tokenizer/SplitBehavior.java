package io.jackpot.tokenizer;

import java.util.Arrays;
import java.util.function.Consumer;

/** The treatment of the parts of a text that a pattern matches and of the parts between them. */
public enum SplitBehavior {
  /** Matches are dropped. */
  REMOVED,
  /** Every part is a piece. */
  ISOLATED,
  /** A match is joined to the part before it. */
  MERGED_WITH_PREVIOUS,
  /** A match is joined to the part after it. */
  MERGED_WITH_NEXT,
  /** Adjacent matches are one piece. */
  CONTIGUOUS;

  /** The parts of a text in order, both matches and the text between. */
  static final class Parts {
    private int[] ends = new int[16];
    private boolean[] matches = new boolean[16];
    private int size;

    void add(int end, boolean match) {
      if (size == ends.length) {
        ends = Arrays.copyOf(ends, 2 * size);
        matches = Arrays.copyOf(matches, 2 * size);
      }
      ends[size] = end;
      matches[size++] = match;
    }
  }

  /** Passes the pieces of {@code piece}, which consists of {@code parts}, to {@code out}. */
  void split(Piece piece, Parts parts, Consumer<Piece> out) {
    int from = 0;
    for (int i = 0; i < parts.size; i++) {
      boolean last = i == parts.size - 1;
      boolean joined =
          !last
              && switch (this) {
                case REMOVED, ISOLATED -> false;
                case CONTIGUOUS -> parts.matches[i] == parts.matches[i + 1];
                case MERGED_WITH_PREVIOUS -> !parts.matches[i] && parts.matches[i + 1];
                case MERGED_WITH_NEXT -> parts.matches[i] && !parts.matches[i + 1];
              };
      if (!joined) {
        int to = parts.ends[i];
        if (to > from && !(this == REMOVED && parts.matches[i])) {
          out.accept(
              from == 0 && to == piece.text().length()
                  ? piece
                  : new Piece(piece.text().substring(from, to), piece.first() && from == 0));
        }
        from = to;
      }
    }
  }
}
