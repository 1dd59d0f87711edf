package io.jackpot.answers;

import static io.jackpot.answers.AnswerToken.Kind.END;
import static io.jackpot.answers.AnswerToken.Kind.SYMBOL;
import static io.jackpot.answers.AnswerToken.Kind.WORD;

import io.jackpot.answers.Answer.Braces;
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
import io.jackpot.answers.Answer.Without;
import io.jackpot.math.Expr;
import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Parses the tokens of an answer: lists, relations, sets, intervals, matrices and quantities. */
final class AnswerParser extends ExprParser {
  private static final String RELATIONS = "=<>≤≥≠≈∈≡";
  private static final int LONGEST_UNIT = 6;
  private static final Set<String> MATRICES =
      Set.of("pmatrix", "bmatrix", "Bmatrix", "matrix", "smallmatrix", "array");
  private static final Set<String> NO_LABEL =
      Lexicon.words(
          "not no never if unless wrong incorrect cannot without let suppose assume since when",
          "where because given for try but false half twice thrice double triple quarter third",
          "minus plus times");
  private static final Map<String, Joiner> JOINERS =
      Map.of("and", Joiner.AND, "or", Joiner.OR, "∧", Joiner.AND, "∨", Joiner.OR);
  private static final Set<String> HEDGES = Set.of("approximately", "about", "roughly", "around");

  private int noRelations;

  private AnswerParser(AnswerCursor cursor, Set<String> numbers) {
    super(cursor, numbers);
  }

  /**
   * @param numbers the names that are numbers before brackets, where others are functions
   * @throws MathException if the text is not a mathematical answer
   */
  static Answer parse(String text, Set<String> numbers) {
    AnswerParser parser = new AnswerParser(new AnswerCursor(AnswerLexer.tokens(text)), numbers);
    Answer answer = parser.list();
    parser.cursor.accept("\\\\"); // The end of a line.
    if (!parser.cursor.now().is(END)) {
      throw new MathException("'" + parser.cursor.now().text() + "' after an answer");
    }
    return answer;
  }

  private Answer list() {
    enter();
    List<Answer> items = new ArrayList<>();
    Joiner joiner = Joiner.COMMA;
    boolean logical = false;
    boolean more;
    do {
      items.add(relation());
      more = false;
      if (cursor.accept(",") || cursor.accept(";")) {
        more = true;
      }
      boolean logic = cursor.now().is("∧") || cursor.now().is("∨");
      logical |= logic;
      if (logic || cursor.now().is("and") || cursor.now().is("or")) {
        Joiner word = Objects.requireNonNull(JOINERS.get(cursor.next().text()));
        if (joiner != Joiner.COMMA && joiner != word) {
          throw new MathException("'and' beside 'or'");
        }
        joiner = word;
        more = true;
      }
    } while (more);
    leave();
    if (logical && !items.stream().allMatch(AnswerParser::isProposition)) {
      throw new MathException("a formula of logic");
    }
    return items.size() == 1 ? items.getFirst() : new Several(named(items), joiner);
  }

  /** Gives all items the name of the first if only that has one, as in x = 1, 2. */
  private static List<Answer> named(List<Answer> items) {
    boolean shared =
        items.getFirst() instanceof Relation(List<Answer> sides, List<Character> signs)
            && signs.equals(List.of('='))
            && sides.getFirst() instanceof Value(Expr.Sym name)
            && items.stream().skip(1).allMatch(Value.class::isInstance);
    if (!shared) {
      return items;
    }
    Answer name = ((Relation) items.getFirst()).sides().getFirst();
    return items.stream()
        .map(item -> item instanceof Value ? new Relation(List.of(name, item), List.of('=')) : item)
        .toList();
  }

  /** Whether an item is an equation or an inequality, or several of them. */
  private static boolean isProposition(Answer item) {
    return item instanceof Relation
        || (item instanceof Several(List<Answer> items, Joiner joiner)
            && items.stream().allMatch(AnswerParser::isProposition));
  }

  private Answer relation() {
    if (cursor.now().is("=") || cursor.now().is("≈")) {
      cursor.next();
    }
    while (cursor.now().is(WORD) && HEDGES.contains(cursor.now().text())) {
      cursor.next();
    }
    List<Answer> sides = new ArrayList<>();
    List<Character> signs = new ArrayList<>();
    if (cursor.now().is(WORD)) {
      sides.add(new Value(new Expr.Sym(label())));
      signs.add('=');
    }
    sides.add(union());
    while (noRelations == 0
        && cursor.now().is(AnswerToken.Kind.SIGN)
        && cursor.now().text().length() == 1
        && RELATIONS.contains(cursor.now().text())) {
      char sign = cursor.next().text().charAt(0);
      signs.add(sign == '≡' ? '=' : sign);
      sides.add(union());
    }
    return signs.isEmpty() ? sides.getFirst() : new Relation(sides, signs);
  }

  /** Reads words up to and with an equals sign or a colon. */
  private String label() {
    StringBuilder label = new StringBuilder("label");
    for (int words = 0; cursor.now().is(WORD) || cursor.now().is(SYMBOL); words++) {
      if (words > LONGEST_UNIT) {
        break;
      }
      String word = cursor.next().text();
      if (NO_LABEL.contains(word.toLowerCase(Locale.ROOT))) {
        throw new MathException("a condition or a denial");
      }
      label.append(' ').append(word);
    }
    if (!cursor.accept("=")) {
      cursor.expect(":");
    }
    return label.toString();
  }

  private Answer union() {
    Answer first = ratio();
    if (cursor.accept("∖")) {
      return new Without(first, ratio());
    }
    List<Answer> parts = new ArrayList<>(List.of(first));
    while (cursor.accept("∪") || letterUnion(first)) {
      parts.add(ratio());
    }
    return parts.size() == 1 ? first : new Union(parts);
  }

  /** Takes a capital U after an interval, if there is one. */
  private boolean letterUnion(Answer first) {
    boolean union =
        first instanceof Sequence && cursor.now().is(SYMBOL) && cursor.now().text().equals("U");
    if (union) {
      cursor.next();
    }
    return union;
  }

  private Answer ratio() {
    Answer first = quantity();
    if (noRelations > 0 || !isRatioSign()) {
      return first;
    }
    List<Answer> parts = new ArrayList<>(List.of(first));
    while (isRatioSign()) {
      cursor.next();
      parts.add(quantity());
    }
    return new Ratio(parts);
  }

  /** Whether the next token is a colon, or "to" as in 3 to 2. */
  private boolean isRatioSign() {
    return cursor.now().is(":") || (cursor.now().is(WORD) && cursor.now().text().equals("to"));
  }

  private Answer quantity() {
    boolean negative = cursor.now().is("-") && UnitParser.isCurrency(cursor.ahead(1));
    if (negative) {
      cursor.next();
    }
    String currency = UnitParser.isCurrency(cursor.now()) ? cursor.next().text() : "";
    Answer amount = sum();
    if (negative) {
      amount = new Value(Expr.negate(scalar(amount)));
    }
    if (cursor.now().is("mod") || (cursor.now().is("(") && cursor.ahead(1).is("mod"))) {
      boolean bracket = cursor.accept("(");
      cursor.next();
      Expr modulus = scalar(sum());
      if (bracket) {
        cursor.expect(")");
      }
      return new Residue(scalar(amount), modulus);
    }
    while (cursor.now().is(WORD) && Units.isScale(cursor.now().text())) {
      String scale = cursor.next().text().toLowerCase(Locale.ROOT);
      amount =
          new Value(Expr.product(scalar(amount), Expr.num(Units.SCALES.getOrDefault(scale, 1L))));
    }
    boolean named = cursor.now().is(WORD) && Units.isUnit(cursor.now().text());
    String unit = named || hasNumber(amount) ? UnitParser.unit(cursor) : "";
    if (currency.isEmpty()) {
      return unit.isEmpty() ? amount : new Quantity(amount, unit);
    }
    boolean same = unit.isEmpty() || unit.equals(currency);
    return new Quantity(amount, same ? currency : currency + " " + unit);
  }

  /** Whether a unit may follow, as it may not follow the letter in "a circle". */
  private static boolean hasNumber(Answer amount) {
    return !(amount instanceof Value(Expr expr)) || hasNumber(expr);
  }

  private static boolean hasNumber(Expr expr) {
    return expr instanceof Expr.Num
        || expr.equals(new Expr.Sym("pi"))
        || expr.parts().stream().anyMatch(AnswerParser::hasNumber);
  }

  @Override
  Answer bracketed() {
    enter();
    int outside = noRelations;
    noRelations = 0;
    String open = cursor.next().text();
    Answer answer =
        switch (open) {
          case "(", "[" -> round(open.charAt(0));
          case "{" -> group();
          case "\\{" -> set();
          case "⟨", "<" -> angled(open.equals("<") ? ">" : "⟩");
          case "∅" -> new Braces(List.of());
          default -> {
            if (open.startsWith("begin ")) {
              yield matrix(open.substring("begin ".length()));
            }
            throw new MathException("'" + open + "' where an answer should be");
          }
        };
    noRelations = outside;
    leave();
    return answer;
  }

  private Answer round(char open) {
    Answer inside = list();
    char close = cursor.accept("]") ? ']' : ')';
    if (close == ')') {
      cursor.expect(")");
    }
    // (1 or 2) is two values in brackets, not a point.
    List<Answer> items =
        inside instanceof Several(List<Answer> all, Joiner joiner) && joiner == Joiner.COMMA
            ? all
            : List.of();
    if (items.size() != 2 && (open == '(') != (close == ')')) {
      throw new MathException("brackets that do not match");
    }
    if (!items.isEmpty()) {
      return open == '[' && items.stream().allMatch(AnswerParser::isRow)
          ? new Matrix(rows(items))
          : new Sequence(open, items, close);
    }
    return inside;
  }

  private static boolean isRow(Answer answer) {
    return answer instanceof Sequence(char open, List<Answer> items, char close)
        && open == '['
        && close == ']';
  }

  private static List<List<Answer>> rows(List<Answer> sequences) {
    List<List<Answer>> rows = sequences.stream().map(row -> ((Sequence) row).items()).toList();
    if (rows.stream().anyMatch(row -> row.size() != rows.getFirst().size())) {
      throw new MathException("rows of different lengths");
    }
    return rows;
  }

  /** Reads braces: a set if they contain several items, else a group. */
  private Answer group() {
    Answer inside = list();
    cursor.expect("}");
    return inside instanceof Several(List<Answer> items, Joiner joiner)
        ? new Braces(items)
        : inside;
  }

  private Answer set() {
    if (cursor.accept("\\}")) {
      return new Braces(List.of());
    }
    noRelations++;
    boolean builder =
        cursor.now().is(SYMBOL) && (isBar(1) || (cursor.ahead(1).is("∈") && isBar(3)));
    noRelations--;
    if (builder) {
      Expr variable = new Expr.Sym(cursor.now().text());
      cursor.skip(cursor.ahead(1).is("∈") ? 4 : 2);
      Answer condition = list();
      cursor.expect("\\}");
      if (namesAnother(variable, condition)) {
        throw new MathException("a set of the solutions of a condition on something else");
      }
      return RealSets.isRealSet(condition) ? new Union(List.of(condition)) : condition;
    }
    Answer inside = list();
    cursor.expect("\\}");
    return new Braces(
        inside instanceof Several(List<Answer> items, Joiner joiner) ? items : List.of(inside));
  }

  /** Whether a condition is an equation for a name or a function's value, not for the variable. */
  private static boolean namesAnother(Expr variable, Answer condition) {
    return switch (condition) {
      case Several(List<Answer> items, Joiner joiner) ->
          items.stream().anyMatch(item -> namesAnother(variable, item));
      case Relation(List<Answer> sides, List<Character> signs) ->
          !sides.contains(new Value(variable))
              && sides.stream()
                  .anyMatch(side ->
                      side instanceof Value(Expr expr)
                          && (expr instanceof Expr.Sym || expr instanceof Expr.Application));
      default -> false;
    };
  }

  private boolean isBar(int ahead) {
    return cursor.ahead(ahead).is("|") || cursor.ahead(ahead).is(":");
  }

  private Answer angled(String close) {
    noRelations++;
    List<Answer> items = new ArrayList<>();
    do {
      items.add(sum());
    } while (cursor.accept(","));
    noRelations--;
    cursor.expect(close);
    return new Sequence('<', items, '>');
  }

  private Answer matrix(String name) {
    if (!MATRICES.contains(name)) {
      throw new MathException(name + ": unknown");
    }
    if (name.equals("array") && cursor.accept("{")) {
      while (!cursor.accept("}")) {
        if (cursor.next().is(END)) {
          throw new MathException("a brace is missing");
        }
      }
    }
    String end = "end " + name;
    List<List<Answer>> rows = new ArrayList<>();
    while (!cursor.accept(end)) {
      List<Answer> row = new ArrayList<>();
      do {
        row.add(sum());
      } while (cursor.accept("&"));
      rows.add(row);
      if (!cursor.now().is(end)) {
        cursor.expect("\\\\");
      }
      if (row.size() != rows.getFirst().size()) {
        throw new MathException("rows of different lengths");
      }
    }
    if (rows.isEmpty()) {
      throw new MathException("an empty matrix");
    }
    return new Matrix(rows);
  }
}
