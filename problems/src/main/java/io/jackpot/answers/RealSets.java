package io.jackpot.answers;

import io.jackpot.answers.Answer.Braces;
import io.jackpot.answers.Answer.Joiner;
import io.jackpot.answers.Answer.Relation;
import io.jackpot.answers.Answer.Sequence;
import io.jackpot.answers.Answer.Several;
import io.jackpot.answers.Answer.Union;
import io.jackpot.answers.Answer.Value;
import io.jackpot.answers.Answer.Without;
import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Sym;
import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares sets of real numbers, written as intervals or as inequalities for one variable. */
final class RealSets {
  static final Expr INFINITY = new Sym("oo");
  private static final Expr MINUS_INFINITY = Expr.negate(INFINITY);
  private static final Span ALL = new Span(MINUS_INFINITY, false, INFINITY, false);

  private final Equality equality;

  RealSets(Equality equality) {
    this.equality = equality;
  }

  /** An interval, with or without its ends. */
  private record Span(Expr low, boolean lowClosed, Expr high, boolean highClosed) {}

  /**
   * A union of intervals.
   *
   * @param variable the variable of the inequalities, or null
   */
  private record RealSet(List<Span> spans, @Nullable Expr variable) {}

  /** Whether an answer is certainly a set of real numbers. */
  static boolean isRealSet(Answer answer) {
    return switch (answer) {
      case Union u -> true;
      case Without w -> true;
      case Relation(List<Answer> sides, List<Character> signs) ->
          signs.stream().anyMatch(sign -> "<>≤≥≠".indexOf(sign) >= 0)
              || (signs.getFirst() == '∈' && isInterval(sides.getLast()));
      case Several(List<Answer> items, Joiner joiner) ->
          items.stream().allMatch(RealSets::isRealSet);
      case Sequence(char open, List<Answer> items, char close) ->
          items.size() == 2 && (open == '(') != (close == ')');
      case Value(Expr expr) -> expr.equals(new Sym(Lexicon.NUMBER_SET + "R"));
      default -> false;
    };
  }

  static boolean isInterval(Answer answer) {
    return isRealSet(answer)
        || (answer instanceof Sequence(char open, List<Answer> items, char close)
            && items.size() == 2
            && open != '<');
  }

  /**
   * Whether both are sets of real numbers, and the same.
   *
   * @throws MathException if an end is not a number that can be compared
   */
  boolean equal(Answer left, Answer right) {
    return isSame(read(left), read(right));
  }

  private boolean isSame(@Nullable RealSet first, @Nullable RealSet second) {
    if (first == null
        || second == null
        || (first.variable != null
            && second.variable != null
            && !first.variable.equals(second.variable))) {
      return false;
    }
    List<Span> a = ordered(first.spans);
    List<Span> b = ordered(second.spans);
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      Span x = a.get(i);
      Span y = b.get(i);
      if (x.lowClosed != y.lowClosed
          || x.highClosed != y.highClosed
          || compare(x.low, y.low) != 0
          || compare(x.high, y.high) != 0) {
        return false;
      }
    }
    return true;
  }

  private @Nullable RealSet read(Answer answer) {
    return switch (answer) {
      case Sequence(char open, List<Answer> items, char close) -> {
        boolean interval =
            items.size() == 2
                && open != '<'
                && items.get(0) instanceof Value
                && items.get(1) instanceof Value;
        yield interval
            ? new RealSet(
                List.of(
                    new Span(
                        ((Value) items.get(0)).expr(),
                        open == '[',
                        ((Value) items.get(1)).expr(),
                        close == ']')),
                null)
            : null;
      }
      case Braces(List<Answer> items) -> points(items);
      case Union(List<Answer> parts) -> together(parts, false);
      case Without(Answer set, Answer removed) -> without(set, removed);
      case Several(List<Answer> items, Joiner joiner) -> several(items, joiner);
      case Relation(List<Answer> sides, List<Character> signs) -> relation(sides, signs);
      case Value(Expr expr) when expr.equals(new Sym(Lexicon.NUMBER_SET + "R")) ->
          new RealSet(List.of(ALL), null);
      default -> null;
    };
  }

  private static @Nullable RealSet points(List<Answer> items) {
    List<Span> spans = new ArrayList<>();
    for (Answer item : items) {
      if (!(item instanceof Value(Expr expr))) {
        return null;
      }
      spans.add(new Span(expr, true, expr, true));
    }
    return new RealSet(spans, null);
  }

  private @Nullable RealSet without(Answer set, Answer removed) {
    @Nullable RealSet all = read(set);
    @Nullable RealSet hole = read(removed);
    if (all == null || hole == null) {
      return null;
    }
    List<Span> spans = all.spans;
    for (Span span : hole.spans) {
      List<Span> others =
          List.of(
              new Span(MINUS_INFINITY, false, span.low, !span.lowClosed),
              new Span(span.high, !span.highClosed, INFINITY, false));
      spans = intersection(spans, others);
    }
    return new RealSet(spans, all.variable);
  }

  /**
   * Inequalities are intersected with "and" and united with "or"; with a comma, they are
   * intersected unless that is empty. Several sets with a comma or "or" are their union if they do
   * not meet, so that their number counts; and no inequality of a list with commas may follow from
   * another.
   */
  private @Nullable RealSet several(List<Answer> items, Joiner joiner) {
    boolean inequalities = items.stream().allMatch(RealSets::isInequality);
    @Nullable RealSet united = together(items, false);
    if (!inequalities) {
      boolean apart =
          united != null
              && joiner != Joiner.AND
              && ordered(united.spans).size() == united.spans.size();
      return apart ? united : null;
    }
    @Nullable RealSet met = together(items, true);
    if (joiner != Joiner.COMMA || united == null || met == null) {
      return joiner == Joiner.OR ? united : met;
    }
    if (met.spans.isEmpty()) {
      return united;
    }
    boolean redundant = items.stream().anyMatch(item -> isSame(met, read(item)));
    return redundant ? null : met;
  }

  private static boolean isInequality(Answer answer) {
    return answer instanceof Relation relation && !relation.signs().contains('∈');
  }

  private @Nullable RealSet together(List<Answer> parts, boolean intersection) {
    List<Span> spans = new ArrayList<>(intersection ? List.of(ALL) : List.of());
    @Nullable Expr variable = null;
    for (Answer part : parts) {
      @Nullable RealSet set = read(part);
      if (set == null
          || (variable != null && set.variable != null && !variable.equals(set.variable))) {
        return null;
      }
      variable = variable == null ? set.variable : variable;
      if (intersection) {
        spans = intersection(spans, set.spans);
      } else {
        spans.addAll(set.spans);
      }
    }
    return new RealSet(spans, variable);
  }

  private List<Span> intersection(List<Span> left, List<Span> right) {
    List<Span> spans = new ArrayList<>();
    for (Span a : left) {
      for (Span b : right) {
        int low = compare(a.low, b.low);
        int high = compare(a.high, b.high);
        spans.add(
            new Span(
                low >= 0 ? a.low : b.low,
                low == 0 ? a.lowClosed && b.lowClosed : low > 0 ? a.lowClosed : b.lowClosed,
                high <= 0 ? a.high : b.high,
                high == 0 ? a.highClosed && b.highClosed : high < 0 ? a.highClosed : b.highClosed));
      }
    }
    return ordered(spans);
  }

  /** The set of {@code x > 2}, {@code 1 < x ≤ 3}, {@code x ≠ 2} or {@code x ∈ [0, 1]}. */
  private @Nullable RealSet relation(List<Answer> sides, List<Character> signs) {
    char sign = signs.getFirst();
    if (signs.size() == 1 && sign == '∈') {
      @Nullable RealSet set = read(sides.getLast());
      @Nullable Expr member = variable(sides.getFirst());
      return set == null || member == null ? null : new RealSet(set.spans, member);
    }
    if (signs.size() == 1) {
      @Nullable Expr variable = variable(sides.getFirst());
      if (variable != null && sides.getLast() instanceof Value(Expr bound)) {
        return compared(variable, sign, bound);
      }
      @Nullable Expr last = variable(sides.getLast());
      if (last != null && sides.getFirst() instanceof Value(Expr bound)) {
        return compared(last, reversed(sign), bound);
      }
      return null;
    }
    @Nullable Expr middle = signs.size() == 2 ? variable(sides.get(1)) : null;
    if (middle == null
        || !(sides.get(0) instanceof Value(Expr first))
        || !(sides.get(2) instanceof Value(Expr last))) {
      return null;
    }
    @Nullable RealSet left = compared(middle, reversed(sign), first);
    @Nullable RealSet right = compared(middle, signs.get(1), last);
    return left == null || right == null
        ? null
        : new RealSet(intersection(left.spans, right.spans), middle);
  }

  private static @Nullable RealSet compared(Expr variable, char sign, Expr bound) {
    @Nullable List<Span> spans =
        switch (sign) {
          case '<', '≤' -> List.of(new Span(MINUS_INFINITY, false, bound, sign == '≤'));
          case '>', '≥' -> List.of(new Span(bound, sign == '≥', INFINITY, false));
          case '=' -> List.of(new Span(bound, true, bound, true));
          case '≠' ->
              List.of(
                  new Span(MINUS_INFINITY, false, bound, false),
                  new Span(bound, false, INFINITY, false));
          default -> null;
        };
    return spans == null ? null : new RealSet(spans, variable);
  }

  private static char reversed(char sign) {
    return switch (sign) {
      case '<' -> '>';
      case '>' -> '<';
      case '≤' -> '≥';
      case '≥' -> '≤';
      default -> sign;
    };
  }

  static @Nullable Expr variable(Answer side) {
    return side instanceof Value(Expr expr) && expr instanceof Sym && !AnswerCheck.isInfinite(expr)
        ? expr
        : null;
  }

  /** Sorts spans, removes empty ones and merges those that touch. */
  private List<Span> ordered(List<Span> spans) {
    List<Span> sorted = new ArrayList<>();
    for (Span span : spans) {
      int width = compare(span.low, span.high);
      if (width > 0 || (width == 0 && !(span.lowClosed && span.highClosed))) {
        continue;
      }
      int at = 0;
      while (at < sorted.size() && compareLow(sorted.get(at), span) <= 0) {
        at++;
      }
      sorted.add(at, span);
    }
    List<Span> merged = new ArrayList<>();
    for (Span span : sorted) {
      if (!merged.isEmpty() && touch(merged.getLast(), span)) {
        Span last = merged.removeLast();
        int order = compare(last.high, span.high);
        boolean closed =
            order == 0
                ? last.highClosed || span.highClosed
                : order > 0 ? last.highClosed : span.highClosed;
        merged.add(new Span(last.low, last.lowClosed, order > 0 ? last.high : span.high, closed));
      } else {
        merged.add(span);
      }
    }
    return merged;
  }

  private int compareLow(Span a, Span b) {
    int order = compare(a.low, b.low);
    return order != 0 ? order : Boolean.compare(b.lowClosed, a.lowClosed);
  }

  private boolean touch(Span left, Span right) {
    int order = compare(left.high, right.low);
    return order > 0 || (order == 0 && (left.highClosed || right.lowClosed));
  }

  private int compare(Expr a, Expr b) {
    if (AnswerCheck.isInfinite(a) || AnswerCheck.isInfinite(b)) {
      return Integer.compare(infinity(a), infinity(b));
    }
    return equality.signum(Expr.minus(a, b));
  }

  private static int infinity(Expr expr) {
    return expr.equals(INFINITY) ? 1 : expr.equals(MINUS_INFINITY) ? -1 : 0;
  }
}
