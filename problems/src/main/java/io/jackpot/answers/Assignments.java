package io.jackpot.answers;

import io.jackpot.answers.Answer.Quantity;
import io.jackpot.answers.Answer.Ratio;
import io.jackpot.answers.Answer.Relation;
import io.jackpot.answers.Answer.Sequence;
import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sym;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Equations: assignments, which name a value as in x = 5, and other relations. */
final class Assignments {
  private final Equality equality;

  Assignments(Equality equality) {
    this.equality = equality;
  }

  /** Moves a name that stands alone on the right of an equation to the left. */
  static Answer oriented(Answer answer) {
    boolean swapped =
        answer instanceof Relation(List<Answer> sides, List<Character> signs)
            && sides.size() == 2
            && signs.getFirst() == '='
            && name(sides.getFirst()) == null
            && RealSets.variable(sides.getLast()) != null;
    return swapped
        ? new Relation(((Relation) answer).sides().reversed(), ((Relation) answer).signs())
        : answer;
  }

  /** Whether the relation is a name with its value, or a chain of equal numbers. */
  boolean isAssignment(Relation relation) {
    boolean equations = relation.signs().stream().allMatch(s -> s == '=' || s == '≈' || s == '∈');
    if (!equations
        || (relation.signs().contains('∈') && !isMembership(relation))
        || !areEqual(relation, name(relation) == null ? 0 : 1)) {
      return false;
    }
    return (name(relation) != null && !isAboutItself(relation))
        || relation.sides().stream()
            .allMatch(side -> side instanceof Value(Expr expr) && expr.isConstant());
  }

  /** Whether the relation says that a variable, or a tuple of variables, is in a set. */
  private static boolean isMembership(Relation relation) {
    Answer member = relation.sides().getFirst();
    Answer set = relation.sides().getLast();
    return relation.sides().size() == 2
        && (RealSets.variable(member) != null || member instanceof Sequence)
        && (set instanceof Answer.Braces
            || RealSets.isInterval(set)
            || (set instanceof Value(Sym(String name)) && name.startsWith(Lexicon.NUMBER_SET)));
  }

  /** Whether an equation names no value, as x = x², f(y) = x² or f(x) = x + f(1). */
  private static boolean isAboutItself(Relation relation) {
    if (!(relation.sides().getLast() instanceof Value(Expr value))) {
      return false;
    }
    Set<String> used = value.variables();
    return switch (relation.sides().getFirst()) {
      case Value(Sym(String name)) -> used.contains(name);
      case Value(Application(Expr function, Expr at)) ->
          (!used.isEmpty() && Collections.disjoint(used, at.variables()))
              || functions(value).contains(function);
      default -> false;
    };
  }

  /** The unknown functions in an expression. */
  private static Set<Expr> functions(Expr expr) {
    Set<Expr> functions = new HashSet<>();
    if (expr instanceof Application(Expr function, Expr at)) {
      functions.add(function);
    }
    expr.parts().forEach(part -> functions.addAll(functions(part)));
    return functions;
  }

  /**
   * Whether the sides from {@code first} on are equal, exactly or approximately as the signs say.
   */
  private boolean areEqual(Relation relation, int first) {
    for (int i = first; i + 1 < relation.sides().size(); i++) {
      if (!(relation.sides().get(i) instanceof Value(Expr left))
          || !(relation.sides().get(i + 1) instanceof Value(Expr right))) {
        return false;
      }
      boolean same =
          relation.signs().get(i) == '≈' ? close(left, right) : equality.equal(left, right);
      if (!same) {
        return false;
      }
    }
    return true;
  }

  /** Whether two numbers agree to a hundredth, so that no answer can name two different values. */
  private boolean close(Expr left, Expr right) {
    Expr off = Expr.call("abs", Expr.minus(left, right));
    return equality.signum(Expr.minus(Expr.product(Expr.num(100), off), Expr.call("abs", right)))
        <= 0;
  }

  /** The assigned value; the exact and the approximate one if the equation has both. */
  List<Answer> values(Relation relation) {
    int approximate = relation.signs().indexOf('≈');
    Answer last = relation.sides().getLast();
    return approximate <= 0 && name(relation) != null
        ? List.of(last)
        : approximate < 0 ? List.of(last) : List.of(relation.sides().get(approximate), last);
  }

  Answer value(Relation relation) {
    return values(relation).getFirst();
  }

  /**
   * The name on the left: a variable, a function of a variable or a tuple of variables; or null.
   */
  private static @Nullable String name(Relation relation) {
    return relation.sides().size() < 2 ? null : name(relation.sides().getFirst());
  }

  private static @Nullable String name(Answer side) {
    return switch (side) {
      case Value(Sym(String name)) -> name;
      case Value(Application(Sym(String function), Expr at))
          when at instanceof Sym || at.isConstant() ->
          function + "(" + (at instanceof Sym(String letter) ? letter : at) + ")";
      case Sequence(char open, List<Answer> items, char close)
          when items.stream().allMatch(i -> i instanceof Value(Sym s)) && isSorted(items) ->
          items.toString();
      case Ratio(List<Answer> parts)
          when parts.stream().allMatch(part -> part instanceof Value(Expr e) && isLetters(e))
              && isSorted(parts) ->
          parts.toString();
      default -> null;
    };
  }

  /** Whether an expression is a name of one or more letters, as AB. */
  private static boolean isLetters(Expr expr) {
    return expr instanceof Sym
        || (expr instanceof Product(List<Expr> factors)
            && factors.stream().allMatch(Sym.class::isInstance));
  }

  /** Whether the names of coordinates are in order, as in (x, y). */
  private static boolean isSorted(List<Answer> names) {
    for (int i = 1; i < names.size(); i++) {
      if (names.get(i - 1).toString().compareTo(names.get(i).toString()) >= 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the relation gives the value of a quantity with a longer name, as m + n = 204 and |AB|
   * = 5 do. An equation for one variable, or of a curve in standard form, does not.
   */
  boolean isQuantity(Relation relation) {
    Answer last = relation.sides().getLast();
    Answer amount = last instanceof Quantity(Answer number, String unit) ? number : last;
    boolean named =
        relation.signs().stream().allMatch(s -> s == '=')
            && relation.sides().getFirst() instanceof Value(Expr left)
            && left.variables().size() + functions(left).size() > 1
            && !(left instanceof Product(List<Expr> factors)
                && factors.stream().anyMatch(Expr.Num.class::isInstance))
            && amount instanceof Value(Expr right)
            && right.isConstant()
            && equality.signum(right) != 0;
    return named && areEqual(relation, 1);
  }

  /**
   * Whether two assignments name the same variable; null if that cannot be said. A function of x
   * counts as y.
   */
  @Nullable Boolean sameVariable(Relation left, Relation right) {
    if (!isAssignment(left) || !isAssignment(right)) {
      return null;
    }
    if (isIdentity(left) != isIdentity(right)) {
      return false;
    }
    @Nullable String first = name(left);
    @Nullable String second = name(right);
    if (first == null || second == null || first.equals(second)) {
      return true;
    }
    // x_1 and x_2 are values of one x.
    if (first.startsWith(second + "_") || second.startsWith(first + "_")) {
      return true;
    }
    if (first.startsWith("label") || second.startsWith("label")) {
      return true;
    }
    boolean functions =
        (first.endsWith("(x)") && second.equals("y"))
            || (second.endsWith("(x)") && first.equals("y"));
    return functions ? true : null;
  }

  /** Whether all sides are the same expression, as in 0 = 0, which says nothing. */
  private static boolean isIdentity(Relation relation) {
    return relation.sides().stream().distinct().count() == 1;
  }

  /** Whether equations or inequalities are the same up to a factor. */
  boolean sameRelation(Relation left, Relation right) {
    if (left.signs().size() != 1 || right.signs().size() != 1) {
      return false;
    }
    @Nullable Expr first = difference(left);
    @Nullable Expr second = difference(right);
    char sign = direction(left);
    if (first == null || second == null || sign != direction(right)) {
      return false;
    }
    boolean equation = sign == '=' || sign == '≠';
    int ratio = equality.ratio(first, second, equation).signum();
    return equation ? ratio != 0 : ratio > 0;
  }

  private static char direction(Relation relation) {
    char sign = relation.signs().getFirst();
    return sign == '>' ? '<' : sign == '≥' ? '≤' : sign;
  }

  /** The smaller side minus the larger one; null for other relations. */
  private static @Nullable Expr difference(Relation relation) {
    char sign = relation.signs().getFirst();
    if (!(relation.sides().getFirst() instanceof Value(Expr left))
        || !(relation.sides().getLast() instanceof Value(Expr right))
        || sign == '∈'
        || sign == '≈') {
      return null;
    }
    return sign == '>' || sign == '≥' ? Expr.minus(right, left) : Expr.minus(left, right);
  }

  /**
   * The items of a list, each with what stands left of the equals sign before it: −x = 0, 1 is −x =
   * 0 and −x = 1.
   */
  static List<Answer> distributed(List<Answer> items) {
    List<Answer> distributed = new ArrayList<>();
    @Nullable Answer left = null;
    for (Answer item : items) {
      if (item instanceof Relation(List<Answer> sides, List<Character> signs)) {
        boolean named = sides.size() == 2 && signs.getFirst() == '=';
        left = named && sides.getFirst() instanceof Value ? sides.getFirst() : null;
      }
      distributed.add(
          left != null && item instanceof Value
              ? new Relation(List.of(left, item), List.of('='))
              : item);
    }
    return distributed;
  }

  /**
   * Whether two lists are to be compared in order because one of them names its values and the
   * other does not: x = 3, y = 4 is 3, 4 and not 4, 3.
   */
  static boolean isOrdered(List<Answer> golds, List<Answer> answers) {
    boolean leftNamed = golds.size() > 1 && countNames(golds) == golds.size();
    boolean rightNamed = answers.size() > 1 && countNames(answers) == answers.size();
    return leftNamed != rightNamed && countNames(leftNamed ? answers : golds) == 0;
  }

  /** The coordinates of a point, or the items of a list. */
  static List<Answer> positions(List<Answer> items) {
    if (items.size() != 1) {
      return items;
    }
    Answer only =
        items.getFirst() instanceof Relation relation
            ? relation.sides().getLast()
            : items.getFirst();
    return only instanceof Sequence(char open, List<Answer> inside, char close)
            && open == '('
            && close == ')'
        ? inside
        : items;
  }

  /** Whether the items are values of different names, as in x = 2 or y = 5. */
  static boolean haveSeveralNames(List<Answer> items) {
    return countNames(items) > 1;
  }

  /** The items sorted by name, if all have different names. */
  static List<Answer> inOrder(List<Answer> items) {
    return countNames(items) == items.size()
        ? items.stream().sorted(Comparator.comparing(Assignments::letter)).toList()
        : items;
  }

  private static long countNames(List<Answer> items) {
    return items.stream().map(Assignments::letter).filter(l -> !l.isEmpty()).distinct().count();
  }

  /** The name that an item assigns, without index; empty if there is none. */
  private static String letter(Answer item) {
    boolean scalar =
        item instanceof Relation(List<Answer> sides, List<Character> signs)
            && sides.getFirst() instanceof Value;
    @Nullable String name = scalar ? name((Relation) item) : null;
    return name == null ? "" : name.replaceFirst("_.*", "");
  }
}
