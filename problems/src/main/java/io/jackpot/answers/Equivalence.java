package io.jackpot.answers;

import io.jackpot.answers.Answer.Based;
import io.jackpot.answers.Answer.Braces;
import io.jackpot.answers.Answer.Choice;
import io.jackpot.answers.Answer.Clock;
import io.jackpot.answers.Answer.Joiner;
import io.jackpot.answers.Answer.Matrix;
import io.jackpot.answers.Answer.Quantity;
import io.jackpot.answers.Answer.Ratio;
import io.jackpot.answers.Answer.Relation;
import io.jackpot.answers.Answer.Residue;
import io.jackpot.answers.Answer.Sequence;
import io.jackpot.answers.Answer.Several;
import io.jackpot.answers.Answer.Union;
import io.jackpot.answers.Answer.Value;
import io.jackpot.answers.Answer.Words;
import io.jackpot.math.Budget;
import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Sym;
import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether an answer means the same as the gold answer. */
final class Equivalence {
  private static final Set<String> NOTHING =
      Set.of(
          "no solution",
          "no solutions",
          "no real solution",
          "no real solutions",
          "none",
          "empty set",
          "no such values exist",
          "there are no solutions",
          "there is no solution");
  private static final List<Set<String>> SYNONYMS =
      List.of(
          NOTHING,
          Set.of("dne", "does not exist", "limit does not exist"),
          Set.of("infinitely many", "infinitely many solutions", "infinite solutions", "infinite"));

  private final Equality equality;
  private final RealSets realSets;
  private final Assignments assignments;
  private final Notations notations;

  Equivalence(Budget budget) {
    equality = new Equality(budget);
    realSets = new RealSets(equality);
    assignments = new Assignments(equality);
    notations = new Notations(equality);
  }

  /**
   * Whether two answers mean the same.
   *
   * @throws MathException if it cannot be decided within the budget
   */
  boolean equivalent(Answer written, Answer given) {
    Answer gold = alone(written);
    Answer answer = alone(given);
    if (gold instanceof Choice || answer instanceof Choice) {
      return choice(gold, answer);
    }
    if (gold instanceof Sequence sequence
        && isArray(sequence)
        && answer instanceof Several(List<Answer> items, Joiner joiner)
        && joiner != Joiner.OR) {
      return sameInOrder(sequence.items(), items);
    }
    if (gold instanceof Relation != answer instanceof Relation) {
      @Nullable Answer unwrappedGold = assignedSet(gold);
      @Nullable Answer unwrapped = assignedSet(answer);
      if (unwrappedGold != null || unwrapped != null) {
        return equivalent(
            unwrappedGold == null ? gold : unwrappedGold, unwrapped == null ? answer : unwrapped);
      }
    }
    List<Answer> golds = Assignments.inOrder(items(gold));
    List<Answer> answers = Assignments.inOrder(items(answer));
    boolean lists = isList(gold) || isList(answer) || golds.size() > 1 || answers.size() > 1;
    if (lists && areJoinedAlike(gold, answer) && sameItems(gold, answer, golds, answers)) {
      return true;
    }
    if (RealSets.isRealSet(gold) || RealSets.isRealSet(answer)) {
      return sameRealSet(gold, answer);
    }
    return !lists && single(gold, answer);
  }

  /** Whether items in square brackets are a list of JSON: no interval is [4, 3] or [1, 2, 3]. */
  private boolean isArray(Sequence sequence) {
    List<Answer> items = sequence.items();
    return sequence.open() == '['
        && sequence.close() == ']'
        && (items.size() > 2
            || (items.getFirst() instanceof Value(Expr first)
                && items.getLast() instanceof Value(Expr last)
                && first.isConstant()
                && last.isConstant()
                && !AnswerCheck.isInfinite(first)
                && !AnswerCheck.isInfinite(last)
                && equality.signum(Expr.minus(first, last)) > 0));
  }

  /** The condition of a set that is not part of a list, else the answer itself. */
  private static Answer alone(Answer answer) {
    return answer instanceof Union(List<Answer> parts) && parts.size() == 1
        ? parts.getFirst()
        : answer;
  }

  private static List<Answer> items(Answer answer) {
    return Assignments.distributed(Signs.items(answer));
  }

  /** The set in braces that is assigned to a name, or null. */
  private @Nullable Answer assignedSet(Answer answer) {
    return answer instanceof Relation relation
            && relation.sides().getLast() instanceof Braces
            && assignments.isAssignment(relation)
        ? assignments.value(relation)
        : null;
  }

  /**
   * Whether the separators of two answers mean the same: "and" differs from "or" between
   * inequalities, and "or" from a comma between values of different names.
   */
  private static boolean areJoinedAlike(Answer gold, Answer answer) {
    Joiner left = joiner(gold);
    Joiner right = joiner(answer);
    if (left == right || (left != Joiner.OR && right != Joiner.OR)) {
      return true;
    }
    List<Answer> items = Signs.items(left == Joiner.OR ? gold : answer);
    boolean inequalities = items.stream().allMatch(RealSets::isRealSet);
    return !Assignments.haveSeveralNames(items)
        && !(inequalities && (left == Joiner.AND || right == Joiner.AND));
  }

  private static Joiner joiner(Answer answer) {
    return answer instanceof Several(List<Answer> items, Joiner joiner) ? joiner : Joiner.COMMA;
  }

  private static boolean isList(Answer answer) {
    return answer instanceof Several || answer instanceof Braces;
  }

  /** Whether items are the same in any order; repetitions count between two lists only. */
  private boolean sameItems(Answer gold, Answer answer, List<Answer> golds, List<Answer> answers) {
    if (answer instanceof Words(String normal)) {
      return golds.isEmpty() && NOTHING.contains(normal);
    }
    if (gold instanceof Words(String normal)) {
      return answers.isEmpty() && NOTHING.contains(normal);
    }
    if (Assignments.isOrdered(golds, answers)) {
      return sameInOrder(Assignments.positions(golds), Assignments.positions(answers));
    }
    List<Answer> left = options(golds, answers);
    List<Answer> right = new ArrayList<>(options(answers, golds));
    if (!(gold instanceof Several && answer instanceof Several)) {
      left = distinct(left);
      right = distinct(right);
    }
    if (left.size() != right.size()) {
      return false;
    }
    for (Answer item : left) {
      int at = 0;
      while (at < right.size() && !single(item, right.get(at))) {
        at++;
      }
      if (at == right.size()) {
        return false;
      }
      right.remove(at);
    }
    return true;
  }

  private List<Answer> distinct(List<Answer> items) {
    List<Answer> distinct = new ArrayList<>();
    for (Answer item : items) {
      if (distinct.stream().noneMatch(known -> single(known, item))) {
        distinct.add(item);
      }
    }
    return distinct;
  }

  private boolean sameInOrder(List<Answer> golds, List<Answer> answers) {
    if (golds.size() != answers.size()) {
      return false;
    }
    for (int i = 0; i < golds.size(); i++) {
      if (!equivalent(golds.get(i), answers.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean sameRealSet(Answer gold, Answer answer) {
    if (gold instanceof Sequence && answer instanceof Sequence) {
      return single(gold, answer);
    }
    if (gold instanceof Relation left
        && answer instanceof Relation right
        && assignments.sameRelation(left, right)) {
      return true;
    }
    return realSets.equal(gold, answer);
  }

  private boolean single(Answer gold, Answer answer) {
    if (gold instanceof Union || answer instanceof Union) {
      return sameRealSet(alone(gold), alone(answer));
    }
    if (gold instanceof Relation || answer instanceof Relation) {
      return related(gold, answer);
    }
    if (gold instanceof Quantity || answer instanceof Quantity) {
      return sameQuantity(gold, answer);
    }
    return switch (gold) {
      case Value(Expr expr) -> sameValue(expr, answer);
      case Sequence sequence -> sameSequence(sequence, answer);
      case Matrix matrix -> sameMatrix(matrix, answer);
      case Ratio ratio -> notations.sameRatio(ratio, answer);
      case Residue(Expr value, Expr modulus) ->
          answer instanceof Residue(Expr other, Expr otherModulus)
              && notations.sameResidue(value, modulus, other, otherModulus);
      case Based based -> notations.sameBased(based, answer);
      case Clock clock -> notations.sameClock(clock, answer);
      case Words words -> sameWords(words, answer);
      default -> isList(gold) && isList(answer) && equivalent(gold, answer);
    };
  }

  private boolean related(Answer written, Answer given) {
    Answer gold = Assignments.oriented(written);
    Answer answer = Assignments.oriented(given);
    if (gold instanceof Relation left && answer instanceof Relation right) {
      @Nullable Boolean assigned = assignments.sameVariable(left, right);
      if (assigned != null) {
        return assigned && equivalent(assignments.value(left), assignments.value(right));
      }
      return assignments.sameRelation(left, right);
    }
    boolean isGold = gold instanceof Relation;
    Relation relation = (Relation) (isGold ? gold : answer);
    if (!isGold && assignments.isQuantity(relation)) {
      return equivalent(gold, relation.sides().getLast());
    }
    return assignments.isAssignment(relation)
        && assignments.values(relation).stream()
            .anyMatch(value -> isGold ? equivalent(value, answer) : equivalent(gold, value));
  }

  private boolean sameValue(Expr gold, Answer answer) {
    return switch (answer) {
      case Value(Expr expr) -> sameNumber(gold, expr) || isOmittedUnit(gold, expr);
      case Words(String normal) -> isWord(gold, normal);
      case Ratio ratio -> notations.sameRatio(ratio, new Value(gold));
      case Based based -> notations.sameBased(gold, based);
      case Clock clock -> notations.sameClock(clock, new Value(gold));
      default -> false;
    };
  }

  private boolean sameNumber(Expr gold, Expr answer) {
    if (AnswerCheck.isInfinite(gold) || AnswerCheck.isInfinite(answer)) {
      return gold.equals(answer);
    }
    return equality.equal(gold, answer);
  }

  /**
   * Whether one expression is the other times letters that are units. In a gold answer a single
   * letter is more likely a variable: 5m requires an m, 5 m/s does not require m/s.
   */
  private boolean isOmittedUnit(Expr gold, Expr answer) {
    @Nullable Quantity quantity = Units.quantity(answer);
    Expr number = gold;
    if (quantity == null) {
      quantity = Units.quantity(gold);
      number = answer;
      if (quantity == null || quantity.unit().indexOf('/') < 0) {
        return false;
      }
    }
    return number.isConstant()
        && quantity.amount() instanceof Value(Expr amount)
        && equality.equal(number, amount);
  }

  /** Whether quantities are the same; a unit may be omitted, but not replaced by another one. */
  private boolean sameQuantity(Answer gold, Answer answer) {
    Answer left = asQuantity(gold);
    Answer right = asQuantity(answer);
    if (left instanceof Quantity(Answer amount, String unit)
        && right instanceof Quantity(Answer other, String otherUnit)) {
      return sameUnit(unit, otherUnit) && equivalent(amount, other);
    }
    return left instanceof Quantity(Answer amount, String unit)
        ? equivalent(amount, right)
        : right instanceof Quantity(Answer other, String unit2) && equivalent(left, other);
  }

  /** Whether units are the same; a price may omit the thing that it is for. */
  private static boolean sameUnit(String unit, String other) {
    String longer = unit.length() > other.length() ? unit : other;
    String shorter = unit.length() > other.length() ? other : unit;
    return longer.equals(shorter) || (shorter.length() == 1 && longer.startsWith(shorter + " /"));
  }

  private static Answer asQuantity(Answer answer) {
    @Nullable Quantity letters = answer instanceof Value(Expr expr) ? Units.quantity(expr) : null;
    return letters == null ? answer : letters;
  }

  private boolean sameSequence(Sequence gold, Answer answer) {
    if (answer instanceof Matrix matrix) {
      return isVector(gold) && sameInOrder(gold.items(), vector(matrix));
    }
    if (!(answer instanceof Sequence other) || gold.items().size() != other.items().size()) {
      return false;
    }
    // Two items in square brackets are an interval; three or more are a list, whatever the
    // brackets.
    boolean pair = gold.items().size() == 2;
    boolean angled = gold.open() == '<' || other.open() == '<';
    boolean sameBrackets = gold.open() == other.open() && gold.close() == other.close();
    boolean vectors = angled && isVector(gold) && isVector(other);
    return (!pair || sameBrackets || vectors) && sameInOrder(gold.items(), other.items());
  }

  private static boolean isVector(Sequence sequence) {
    return sequence.open() == '<'
        || (sequence.open() == '(' && sequence.close() == ')')
        || sequence.items().size() > 2;
  }

  private static List<Answer> vector(Matrix matrix) {
    if (matrix.rows().size() == 1) {
      return matrix.rows().getFirst();
    }
    boolean column = matrix.rows().getFirst().size() == 1;
    return column ? matrix.rows().stream().map(List::getFirst).toList() : List.of();
  }

  private boolean sameMatrix(Matrix gold, Answer answer) {
    if (answer instanceof Sequence sequence) {
      return isVector(sequence) && sameInOrder(vector(gold), sequence.items());
    }
    if (!(answer instanceof Matrix other) || gold.rows().size() != other.rows().size()) {
      // A matrix of one entry may be written as a number.
      return answer instanceof Value
          && vector(gold).size() == 1
          && equivalent(vector(gold).getFirst(), answer);
    }
    for (int i = 0; i < gold.rows().size(); i++) {
      if (!sameInOrder(gold.rows().get(i), other.rows().get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean sameWords(Words gold, Answer answer) {
    return switch (answer) {
      case Words words ->
          words.equals(gold)
              || SYNONYMS.stream()
                  .anyMatch(s -> s.contains(words.normal()) && s.contains(gold.normal()));
      case Value(Expr expr) -> isWord(expr, gold.normal());
      default -> false;
    };
  }

  /** Compares options by letter, or by text if one answer has no letter. */
  private boolean choice(Answer gold, Answer answer) {
    @Nullable Character left = letter(gold);
    @Nullable Character right = letter(answer);
    if (left != null && right != null) {
      // A lower-case c may choose option C; other letters keep their case.
      return gold instanceof Choice
          ? left.equals(Character.toUpperCase(right))
          : left.equals(right);
    }
    @Nullable Answer goldText = gold instanceof Choice(char letter, Answer text) ? text : gold;
    @Nullable Answer text = answer instanceof Choice(char letter2, Answer text2) ? text2 : answer;
    return goldText != null && text != null && equivalent(goldText, text);
  }

  private static @Nullable Character letter(Answer answer) {
    return switch (answer) {
      case Choice(char letter, Answer text) -> letter;
      case Value(Sym(String name)) when name.length() == 1 -> name.charAt(0);
      default -> null;
    };
  }

  /** The letters of options that one item joins in a word, if the other side lists them. */
  private static List<Answer> options(List<Answer> items, List<Answer> others) {
    @Nullable String word = items.size() == 1 ? letters(items.getFirst()) : null;
    boolean listed =
        others.size() > 1
            && others.stream().allMatch(o -> o instanceof Value(Sym(String s)) && isOption(s));
    if (word == null || !listed || !word.chars().allMatch(c -> isOption(Character.toString(c)))) {
      return items;
    }
    return word.chars().mapToObj(c -> (Answer) new Value(new Sym(Character.toString(c)))).toList();
  }

  private static boolean isOption(String letter) {
    return letter.length() == 1 && letter.charAt(0) >= 'A' && letter.charAt(0) <= 'J';
  }

  private static @Nullable String letters(Answer answer) {
    return switch (answer) {
      case Words(String normal) -> normal.toUpperCase(Locale.ROOT);
      case Value(Expr expr) -> letters(expr);
      default -> null;
    };
  }

  /** The symbols of a product, joined; empty for other expressions. */
  private static String letters(Expr expr) {
    StringBuilder name = new StringBuilder();
    if (expr instanceof Expr.Product(List<Expr> factors)) {
      factors.forEach(factor -> name.append(factor instanceof Sym(String s) ? s : "?"));
    }
    return name.toString();
  }

  /** Whether letters without spaces spell a product, as aab does a²b. */
  private boolean isWord(Expr product, String word) {
    return letters(product).toLowerCase(Locale.ROOT).equals(word)
        || (spells(product, word) && equality.equal(product, new Expr.Product(symbols(word))));
  }

  /**
   * Whether an expression is a product with a power, and all letters of a word are its variables.
   */
  static boolean spells(Expr expr, String word) {
    return letters(expr).contains("?")
        && word.chars().allMatch(c -> expr.variables().contains(Character.toString(c)));
  }

  private static List<Expr> symbols(String word) {
    return word.chars().mapToObj(c -> (Expr) new Sym(Character.toString(c))).toList();
  }
}
