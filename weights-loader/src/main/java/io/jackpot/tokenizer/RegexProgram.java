package io.jackpot.tokenizer;

import io.jackpot.tokenizer.RegexNode.Atomic;
import io.jackpot.tokenizer.RegexNode.Choice;
import io.jackpot.tokenizer.RegexNode.Greed;
import io.jackpot.tokenizer.RegexNode.Literal;
import io.jackpot.tokenizer.RegexNode.Look;
import io.jackpot.tokenizer.RegexNode.One;
import io.jackpot.tokenizer.RegexNode.Place;
import io.jackpot.tokenizer.RegexNode.Repeat;
import io.jackpot.tokenizer.RegexNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A regular expression compiled to instructions, which {@link Regex.Search} executes. */
final class RegexProgram {
  /** Most nodes of the tree, each counted as often as it is repeated. */
  private static final int MOST_NODES = 20_000;

  private static final int MOST_FIRST_SETS = 64;

  /** The effect of an instruction; it continues with the next one unless said otherwise. */
  enum Kind {
    /** Ends the match. */
    MATCH,
    /** Matches the code point {@code a}. */
    CHAR,
    /** Matches a code point of {@code set}. */
    SET,
    /** Matches {@code a} to {@code b} code points of {@code set}, as many as possible first. */
    LOOP,
    /** Tries the next instruction, unless {@code set} rules it out, and then {@code a}. */
    BRANCH,
    /** Tries {@code a} and then the next instruction. */
    LAZY_BRANCH,
    /** Continues at {@code a}. */
    JUMP,
    /** Sets register {@code a} to the position. */
    MARK,
    /** Continues at {@code b} if register {@code a} is the position. */
    LEAVE_IF_EMPTY,
    /** Fails if register {@code a} is not the position. */
    EXPECT_MARK,
    /** Tests the instructions up to the next MATCH from here; continues at {@code a}. */
    LOOK_AHEAD,
    /** The same for a match that ends here; {@code b} is a register, {@code length} its lengths. */
    LOOK_BEHIND,
    /** Matches the instructions up to MATCH, without backtracking; continues at {@code a}. */
    ATOMIC,
    /** Fails if the position does not satisfy {@code place}. */
    PLACE
  }

  /** An instruction. */
  static final class Op {
    final Kind kind;
    int a;
    int b;
    @Nullable CodePoints set;
    @Nullable Place place;
    RegexNode.Length length = RegexNode.Length.NONE;

    /** For a lookaround. */
    boolean negated;

    /** For a loop: fewer repetitions need not be tried. */
    boolean possessive;

    private Op(Kind kind, int a, int b, @Nullable CodePoints set) {
      this.kind = kind;
      this.a = a;
      this.b = b;
      this.set = set;
    }
  }

  private final List<Op> ops = new ArrayList<>();
  private int nodes;
  private int registers;

  private RegexProgram() {}

  static RegexProgram of(RegexNode node) {
    RegexProgram program = new RegexProgram();
    if (node instanceof Choice choice && choice.branches().size() <= MOST_FIRST_SETS) {
      program.addChoice(choice, true);
    } else {
      program.add(node);
    }
    program.add(Kind.MATCH, 0, 0, null);
    program.markPossessive();
    return program;
  }

  Op[] ops() {
    return ops.toArray(new Op[0]);
  }

  int registers() {
    return registers;
  }

  private Op add(Kind kind, int a, int b, @Nullable CodePoints set) {
    Op op = new Op(kind, a, b, set);
    ops.add(op);
    return op;
  }

  private void add(RegexNode node) {
    if (++nodes > MOST_NODES) {
      throw new IllegalArgumentException("regular expression: its repetitions are too large");
    }
    switch (node) {
      case Literal literal -> add(Kind.CHAR, literal.codePoint(), 0, null);
      case One one -> add(Kind.SET, 0, 0, one.set());
      case Sequence sequence -> sequence.parts().forEach(this::add);
      case Choice choice -> addChoice(choice, false);
      case Repeat repeat -> addRepeat(repeat);
      case Atomic atomic -> addPart(Kind.ATOMIC, atomic.body());
      case Look look when look.ahead() ->
          addPart(Kind.LOOK_AHEAD, look.body()).negated = look.negated();
      case Look look -> {
        Op op = add(Kind.LOOK_BEHIND, 0, registers++, null);
        op.negated = look.negated();
        op.length = look.body().length();
        add(look.body());
        add(Kind.EXPECT_MARK, op.b, 0, null);
        add(Kind.MATCH, 0, 0, null);
        op.a = ops.size();
      }
      case Place place -> add(Kind.PLACE, 0, 0, null).place = place;
    }
  }

  private Op addPart(Kind kind, RegexNode body) {
    Op op = add(kind, 0, 0, null);
    add(body);
    add(Kind.MATCH, 0, 0, null);
    op.a = ops.size();
    return op;
  }

  private void addChoice(Choice choice, boolean withFirstSets) {
    List<Op> jumps = new ArrayList<>();
    for (RegexNode branch : choice.branches().subList(0, choice.branches().size() - 1)) {
      Op op = add(Kind.BRANCH, 0, 0, withFirstSets ? first(branch) : null);
      add(branch);
      jumps.add(add(Kind.JUMP, 0, 0, null));
      op.a = ops.size();
    }
    add(choice.branches().getLast());
    jumps.forEach(jump -> jump.a = ops.size());
  }

  /** The code points that a match begins with; null if it may be empty. */
  private static @Nullable CodePoints first(RegexNode node) {
    CodePoints.Builder first = new CodePoints.Builder();
    return node.addFirst(first) ? first.build() : null;
  }

  private void addRepeat(Repeat repeat) {
    RegexNode body = repeat.body();
    boolean possessive = repeat.greed() == Greed.POSSESSIVE;
    if (body instanceof One one && repeat.greed() != Greed.LAZY) {
      int max = repeat.max() < 0 ? Integer.MAX_VALUE : repeat.max();
      add(Kind.LOOP, repeat.min(), max, one.set()).possessive = possessive;
    } else if (possessive) {
      addPart(Kind.ATOMIC, new Repeat(body, repeat.min(), repeat.max(), Greed.GREEDY));
    } else {
      for (int i = 0; i < repeat.min(); i++) {
        add(body);
      }
      Kind branch = repeat.greed() == Greed.LAZY ? Kind.LAZY_BRANCH : Kind.BRANCH;
      List<Op> exits = new ArrayList<>();
      if (repeat.max() < 0) {
        int start = ops.size();
        exits.add(add(branch, 0, 0, null));
        addUnlessEmpty(body, exits);
        add(Kind.JUMP, start, 0, null);
      }
      for (int i = repeat.min(); i < repeat.max(); i++) {
        exits.add(add(branch, 0, 0, null));
        add(body);
      }
      for (Op exit : exits) {
        if (exit.kind == Kind.LEAVE_IF_EMPTY) {
          exit.b = ops.size();
        } else {
          exit.a = ops.size();
        }
      }
    }
  }

  /** The body of an unlimited loop, which ends when an iteration matches nothing. */
  private void addUnlessEmpty(RegexNode body, List<Op> exits) {
    if (body.length().min() > 0) {
      add(body);
    } else {
      int register = registers++;
      add(Kind.MARK, register, 0, null);
      add(body);
      exits.add(add(Kind.LEAVE_IF_EMPTY, register, 0, null));
    }
  }

  /** Marks the loops where fewer repetitions could not make the rest match. */
  private void markPossessive() {
    boolean[] neverFails = new boolean[ops.size()];
    for (int at = ops.size() - 1; at >= 0; at--) {
      Op op = ops.get(at);
      neverFails[at] =
          switch (op.kind) {
            case MATCH -> true;
            case JUMP -> neverFails[op.a];
            case LOOP -> op.a == 0 && neverFails[at + 1];
            default -> false;
          };
      if (op.kind == Kind.LOOP) {
        int next = at + 1;
        while (ops.get(next).kind == Kind.JUMP && ops.get(next).a > next) {
          next = ops.get(next).a;
        }
        op.possessive |= neverFails[next] || excludes(op.set, ops.get(next));
      }
    }
  }

  /** Whether an instruction fails at every code point of {@code set}. */
  private static boolean excludes(@Nullable CodePoints set, Op op) {
    return switch (op.kind) {
      case CHAR -> set != null && !set.contains(op.a);
      case SET -> set != null && op.set != null && !set.intersects(op.set);
      case LOOP -> set != null && op.set != null && op.a > 0 && !set.intersects(op.set);
      default -> false;
    };
  }
}
