package io.jackpot.tokenizer;

import java.util.List;

/** The syntax tree of a regular expression. */
sealed interface RegexNode {
  /** One code point. */
  record Literal(int codePoint) implements RegexNode {}

  /** One code point of a set. */
  record One(CodePoints set) implements RegexNode {}

  /** All parts in order; without parts, the empty text. */
  record Sequence(List<RegexNode> parts) implements RegexNode {}

  /** The first branch that leads to a match. */
  record Choice(List<RegexNode> branches) implements RegexNode {}

  /** The preference of a repetition that may either continue or stop. */
  enum Greed {
    GREEDY,
    LAZY,
    /** As often as possible, without backtracking. */
    POSSESSIVE
  }

  /**
   * @param max -1 if there is no limit
   */
  record Repeat(RegexNode body, int min, int max, Greed greed) implements RegexNode {}

  /** The first match of the body, without backtracking into it. */
  record Atomic(RegexNode body) implements RegexNode {}

  /** A lookahead or lookbehind. */
  record Look(RegexNode body, boolean ahead, boolean negated) implements RegexNode {}

  /** A condition on the position. */
  enum Place implements RegexNode {
    LINE_START,
    LINE_END,
    TEXT_START,
    TEXT_END,
    TEXT_END_OR_LAST_NEWLINE,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY
  }

  /** Least and greatest number of code points that a node matches; max is -1 if unlimited. */
  record Length(long min, long max) {
    static final Length NONE = new Length(0, 0);
  }

  /** The possible lengths of a match of this node. */
  default Length length() {
    return switch (this) {
      case Literal literal -> new Length(1, 1);
      case One one -> new Length(1, 1);
      case Sequence sequence -> {
        Length sum = Length.NONE;
        for (RegexNode part : sequence.parts) {
          Length length = part.length();
          boolean limited = sum.max >= 0 && length.max >= 0;
          sum = new Length(sum.min + length.min, limited ? sum.max + length.max : -1);
        }
        yield sum;
      }
      case Choice choice -> {
        long min = Long.MAX_VALUE;
        long max = 0;
        for (RegexNode branch : choice.branches) {
          Length length = branch.length();
          min = Math.min(min, length.min);
          max = max < 0 || length.max < 0 ? -1 : Math.max(max, length.max);
        }
        yield new Length(min, max);
      }
      case Repeat repeat -> {
        Length length = repeat.body.length();
        boolean limited = length.max == 0 || (length.max > 0 && repeat.max >= 0);
        long max = length.max == 0 ? 0 : length.max * repeat.max;
        yield new Length(length.min * repeat.min, limited ? max : -1);
      }
      case Atomic atomic -> atomic.body.length();
      case Look look -> Length.NONE;
      case Place place -> Length.NONE;
    };
  }

  /**
   * Adds the code points that a match of this node may begin with.
   *
   * @return whether a match is never empty; otherwise it may begin with the next node's
   */
  default boolean addFirst(CodePoints.Builder first) {
    return switch (this) {
      case Literal literal -> {
        first.add(literal.codePoint, literal.codePoint);
        yield true;
      }
      case One one -> {
        first.add(one.set);
        yield true;
      }
      case Sequence sequence -> sequence.parts.stream().anyMatch(part -> part.addFirst(first));
      case Choice choice -> {
        boolean all = true;
        for (RegexNode branch : choice.branches) {
          all &= branch.addFirst(first);
        }
        yield all;
      }
      case Repeat repeat -> repeat.body.addFirst(first) && repeat.min > 0;
      case Atomic atomic -> atomic.body.addFirst(first);
      case Look look -> false;
      case Place place -> false;
    };
  }
}
