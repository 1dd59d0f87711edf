package io.jackpot.tokenizer;

import io.jackpot.input.InputException;
import io.jackpot.tokenizer.RegexNode.Place;
import io.jackpot.tokenizer.RegexProgram.Op;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in Oniguruma's syntax (see {@link RegexParser}), with the JDK's Unicode
 * tables. A backtracking search without recursion over the text: neither a long text nor a long
 * match overflows the stack.
 */
public final class Regex {
  /** The most entries of the backtracking stack, whatever the text. */
  private static final long ENTRIES = 1 << 17;

  /** The most entries for each character. */
  private static final long ENTRIES_OF_CHARACTER = 4;

  private final String pattern;
  private final Op[] ops;
  private final int registers;

  private Regex(String pattern, RegexNode node) {
    RegexProgram program = RegexProgram.of(node);
    this.pattern = pattern;
    ops = program.ops();
    registers = program.registers();
  }

  /**
   * @throws IllegalArgumentException if the pattern is not valid or uses what is not supported; the
   *     message says what and where
   */
  public static Regex compile(String pattern) {
    return new Regex(pattern, RegexParser.parse(pattern));
  }

  /** A pattern that matches exactly {@code text}. */
  public static Regex literal(String text) {
    return new Regex(
        text,
        new RegexNode.Sequence(
            text.codePoints().<RegexNode>mapToObj(RegexNode.Literal::new).toList()));
  }

  /**
   * Starts a search for all matches in {@code text}.
   *
   * @param effort counts the steps
   */
  public Search search(String text, Effort effort) {
    return new Search(this, text, effort);
  }

  /** Iterates over the matches in a text. Not thread-safe. */
  public static final class Search {
    private static final int FRAME = 3;

    private final String pattern;
    private final Op[] ops;
    private final String text;
    private final int length;
    private final int[] registers;
    private final Effort effort;

    /**
     * The backtracking stack. An entry has three numbers: an instruction, a position, and the
     * smallest position to try, one code point back at a time. A negative instruction is a register
     * to restore.
     */
    private int[] stack = new int[32 * FRAME];

    private int top;
    private int from;
    private int lastEnd = -1;
    private int start;
    private int end;

    private Search(Regex regex, String text, Effort effort) {
      pattern = regex.pattern;
      ops = regex.ops;
      registers = new int[regex.registers];
      this.text = text;
      length = text.length();
      this.effort = effort;
    }

    /**
     * Finds the next match; an empty match where the previous one ended does not count.
     *
     * @throws InputException if the pattern takes too many steps on this text
     */
    public boolean find() {
      while (from <= length) {
        int matchEnd = run(0, from);
        if (matchEnd > from || (matchEnd == from && matchEnd != lastEnd)) {
          start = from;
          end = matchEnd;
          from = matchEnd;
          lastEnd = matchEnd;
          return true;
        }
        from += from < length ? Character.charCount(text.codePointAt(from)) : 1;
      }
      return false;
    }

    /** Index of the match's first character. */
    public int start() {
      return start;
    }

    /** Index after the match's last character. */
    public int end() {
      return end;
    }

    /**
     * Executes the instructions from {@code at} on, starting at position {@code place} of the text.
     *
     * @return the end of the match, or -1
     */
    private int run(int at, int place) {
      int bottom = top;
      int pc = at;
      int pos = place;
      while (true) {
        count(1);
        Op op = ops[pc++];
        boolean ok = true;
        switch (op.kind) {
          case MATCH -> {
            top = bottom;
            return pos;
          }
          case CHAR -> {
            ok = pos < length && text.codePointAt(pos) == op.a;
            pos += Character.charCount(op.a);
          }
          case SET -> {
            int next = skip(op.set, pos, 1);
            ok = next > pos;
            pos = next;
          }
          case LOOP -> {
            count(op.a);
            int least = op.a == 0 ? pos : skip(op.set, pos, op.a);
            ok = least >= 0;
            if (ok) {
              int most = skipUpTo(op.set, least, op.b - op.a);
              if (most > least && !op.possessive) {
                push(pc, text.offsetByCodePoints(most, -1), least);
              }
              count(most - least);
              pos = most;
            }
          }
          case BRANCH -> {
            CodePoints first = op.set;
            if (first == null || (pos < length && first.contains(text.codePointAt(pos)))) {
              push(op.a, pos, pos);
            } else {
              pc = op.a;
            }
          }
          case LAZY_BRANCH -> {
            push(pc, pos, pos);
            pc = op.a;
          }
          case JUMP -> pc = op.a;
          case MARK -> {
            push(-1 - op.a, registers[op.a], 0);
            registers[op.a] = pos;
          }
          case LEAVE_IF_EMPTY -> pc = registers[op.a] == pos ? op.b : pc;
          case EXPECT_MARK -> ok = registers[op.a] == pos;
          case LOOK_AHEAD -> {
            ok = (run(pc, pos) >= 0) != op.negated;
            pc = op.a;
          }
          case LOOK_BEHIND -> {
            ok = isBehind(op, pc, pos) != op.negated;
            pc = op.a;
          }
          case ATOMIC -> {
            pos = run(pc, pos);
            ok = pos >= 0;
            pc = op.a;
          }
          case PLACE -> ok = isAt(op.place, pos);
        }
        while (!ok && top > bottom) {
          count(1);
          top -= FRAME;
          pc = stack[top];
          pos = stack[top + 1];
          int least = stack[top + 2];
          if (pc < 0) {
            registers[-1 - pc] = pos;
          } else {
            ok = true;
            if (pos > least) {
              push(pc, text.offsetByCodePoints(pos, -1), least);
            }
          }
        }
        if (!ok) {
          return -1;
        }
      }
    }

    /** The position after {@code n} code points of {@code set}, or -1 if there are fewer. */
    private int skip(@Nullable CodePoints set, int place, int n) {
      int pos = place;
      for (int i = 0; i < n; i++) {
        int next = skipUpTo(set, pos, 1);
        if (next == pos) {
          return -1;
        }
        pos = next;
      }
      return pos;
    }

    private int skipUpTo(@Nullable CodePoints set, int place, int most) {
      int pos = place;
      for (int i = 0; set != null && i < most && pos < length; i++) {
        int c = text.charAt(pos);
        int next = pos + 1;
        if (Character.isHighSurrogate((char) c) && next < length) {
          c = text.codePointAt(pos);
          next = pos + Character.charCount(c);
        }
        if (!set.contains(c)) {
          break;
        }
        pos = next;
      }
      return pos;
    }

    private boolean isBehind(Op op, int body, int pos) {
      int back = 0;
      int place = pos;
      while (back < op.length.min() && place > 0) {
        count(1);
        place = text.offsetByCodePoints(place, -1);
        back++;
      }
      while (back >= op.length.min() && back <= op.length.max()) {
        registers[op.b] = pos;
        if (run(body, place) >= 0) {
          return true;
        }
        if (place == 0) {
          return false;
        }
        place = text.offsetByCodePoints(place, -1);
        back++;
      }
      return false;
    }

    private boolean isAt(@Nullable Place place, int pos) {
      return switch (place) {
        case null -> false;
        case LINE_START -> pos == 0 || (text.charAt(pos - 1) == '\n' && pos < length);
        case LINE_END -> pos == length || text.charAt(pos) == '\n';
        case TEXT_START -> pos == 0;
        case TEXT_END -> pos == length;
        case TEXT_END_OR_LAST_NEWLINE ->
            pos == length || (pos == length - 1 && text.charAt(pos) == '\n');
        case WORD_BOUNDARY -> isWord(pos, false) != isWord(pos, true);
        case NO_WORD_BOUNDARY -> isWord(pos, false) == isWord(pos, true);
      };
    }

    private boolean isWord(int pos, boolean before) {
      return before
          ? pos > 0 && RegexParser.WORD.contains(text.codePointBefore(pos))
          : pos < length && RegexParser.WORD.contains(text.codePointAt(pos));
    }

    private void push(int pc, int pos, int least) {
      if (top == stack.length) {
        if (top / FRAME > ENTRIES + ENTRIES_OF_CHARACTER * length) {
          throw tooMuch("alternatives");
        }
        stack = Arrays.copyOf(stack, 2 * top);
      }
      stack[top] = pc;
      stack[top + 1] = pos;
      stack[top + 2] = least;
      top += FRAME;
    }

    private void count(int steps) {
      if (!effort.take(steps)) {
        throw tooMuch("steps");
      }
    }

    private InputException tooMuch(String what) {
      return new InputException(
          "the regular expression "
              + pattern
              + " takes too many "
              + what
              + " on a text of this kind");
    }
  }
}
