package io.jackpot.answers;

import static io.jackpot.answers.AnswerToken.Kind.FUNCTION;
import static io.jackpot.answers.AnswerToken.Kind.NUMBER;
import static io.jackpot.answers.AnswerToken.Kind.SYMBOL;
import static io.jackpot.answers.AnswerToken.Kind.WORD;

import io.jackpot.answers.Answer.Value;
import io.jackpot.math.Expr;
import io.jackpot.math.Functions;
import io.jackpot.math.MathException;
import io.jackpot.math.Rational;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses sums, products, powers and functions by recursive descent. Subclasses parse brackets,
 * whose content need not be a scalar.
 */
abstract class ExprParser {
  private static final int DEEPEST = 60;
  private static final int MOST_MARKS = 8;
  private static final Expr PI = new Expr.Sym("pi");
  private static final Expr E = new Expr.Sym("e");
  private static final Set<String> IMPLICIT =
      Set.of("(", "[", "{", "frac", "binom", "sqrt", "⌊", "⌈");

  protected final AnswerCursor cursor;
  private final Set<String> numbers;
  private int depth;
  private int bars;
  private int functions;

  /**
   * @param numbers the names that are numbers before brackets, where others are functions
   */
  ExprParser(AnswerCursor cursor, Set<String> numbers) {
    this.cursor = cursor;
    this.numbers = numbers;
  }

  /** Parses brackets and their content; the opening bracket is the next token. */
  abstract Answer bracketed();

  /** Descends one level. */
  protected void enter() {
    if (++depth > DEEPEST) {
      throw new MathException("nested too deeply");
    }
  }

  protected void leave() {
    depth--;
  }

  static Expr scalar(Answer answer) {
    if (answer instanceof Value(Expr expr)) {
      return expr;
    }
    throw new MathException("arithmetic with what is no number");
  }

  Answer sum() {
    enter();
    List<Expr> terms = new ArrayList<>();
    @Nullable Answer only = null;
    do {
      String sign = sign();
      Answer term = term();
      if (sign.isEmpty() && terms.isEmpty() && !signFollows()) {
        only = term;
        break;
      }
      Expr expr = scalar(term);
      terms.add(
          switch (sign) {
            case "-" -> Expr.negate(expr);
            case "±", "∓" -> Expr.call(sign, expr);
            default -> expr;
          });
    } while (signFollows());
    leave();
    if (only != null) {
      return only;
    }
    return new Value(terms.size() == 1 ? terms.getFirst() : new Expr.Sum(terms));
  }

  private boolean signFollows() {
    AnswerToken now = cursor.now();
    return now.is("+") || now.is("-") || now.is("±") || now.is("∓");
  }

  private String sign() {
    if (!signFollows()) {
      return "";
    }
    String sign = cursor.next().text();
    // "+-" and the like: one more sign, as in 3 + -2.
    if (cursor.now().is("-") && !sign.equals("±")) {
      cursor.next();
      return sign.equals("-") ? "+" : "-";
    }
    return sign;
  }

  private Answer term() {
    Answer first = factor();
    if (!(first instanceof Value(Expr expr)) || !(operatorFollows() || factorFollows(expr))) {
      return first;
    }
    List<Expr> factors = new ArrayList<>();
    factors.add(expr);
    boolean fraction = false;
    while (operatorFollows() || factorFollows(factors.getLast())) {
      if (cursor.accept("*") || timesLetter()) {
        factors.add(signedFactor());
        fraction = false;
      } else if (cursor.accept("/")) {
        boolean numbers = cursor.now().is(NUMBER) && factors.getLast() instanceof Expr.Num;
        factors.add(new Expr.Power(signedFactor(), Expr.num(-1)));
        fraction = true;
        if (implicitFollows() && !(numbers && !cursor.now().is("("))) {
          throw new MathException("a/bc may be two things");
        }
      } else {
        if (fraction && cursor.now().is("(")) {
          throw new MathException("a/b(c) may be two things");
        }
        factors.add(scalar(factor()));
      }
    }
    return new Value(new Expr.Product(factors));
  }

  /**
   * Whether a number follows a factor that cannot end in one: a power, a root, a factorial, π or a
   * bracket with a variable, as in 3!4!, 2^6 3^5 and π 20.
   */
  private boolean factorFollows(Expr last) {
    return cursor.now().is(NUMBER)
        && !cursor.ahead(1).is("/")
        && switch (last) {
          case Expr.Call(String function, List<Expr> at) -> function.equals("factorial");
          case Expr.Power(Expr base, Expr exponent) -> !Expr.num(-1).equals(exponent);
          case Expr.Sum sum -> !sum.isConstant();
          default -> last.equals(PI) && cursor.now().spaced();
        };
  }

  private Expr signedFactor() {
    return cursor.accept("-") ? Expr.negate(scalar(factor())) : scalar(factor());
  }

  private boolean operatorFollows() {
    if (cursor.now().is("/") && cursor.ahead(1).is(WORD)) {
      return false; // A unit: 5/day.
    }
    return cursor.now().is("*") || cursor.now().is("/") || implicitFollows() || isTimesLetter();
  }

  /** Whether the next token is an x between numbers, as in 3 x 10^8. */
  private boolean isTimesLetter() {
    AnswerToken next = cursor.ahead(1);
    return cursor.now().is(SYMBOL)
        && cursor.now().text().equals("x")
        && next.is(NUMBER)
        && (next.text().equals("10") || (cursor.now().spaced() && next.spaced()));
  }

  private boolean timesLetter() {
    if (!isTimesLetter()) {
      return false;
    }
    cursor.next();
    return true;
  }

  private boolean implicitFollows() {
    AnswerToken now = cursor.now();
    if (UnitParser.isFraction(cursor)) {
      return false;
    }
    if (now.is("(") && (cursor.ahead(1).is("mod") || cursor.ahead(1).is(WORD))) {
      return false;
    }
    return now.is(SYMBOL)
        || now.is(FUNCTION)
        || (now.is(AnswerToken.Kind.SIGN) && IMPLICIT.contains(now.text()))
        || now.text().startsWith("accent ")
        || (now.is("|") && bars == 0);
  }

  /** Parses a primary with its powers and factorials, or the value of an unknown function. */
  private Answer factor() {
    AnswerToken now = cursor.now();
    boolean name = now.is(SYMBOL) || now.is("{") || now.text().startsWith("accent ");
    Answer base = marked();
    while (name && base instanceof Value(Expr function) && isApplied(function)) {
      enter();
      base = marks(new Value(new Expr.Application(function, scalar(primary()))));
      leave();
    }
    return base;
  }

  /** Whether a name, or a power of one, is a function and its argument in brackets follows. */
  private boolean isApplied(Expr function) {
    Expr name = function instanceof Expr.Power(Expr base, Expr exponent) ? base : function;
    return name instanceof Expr.Sym(String letter)
        && !numbers.contains(letter)
        && !Expr.CONSTANTS.contains(letter)
        && (cursor.now().is("(") || cursor.now().is("[") || cursor.isGroupOfBrackets())
        && implicitFollows();
  }

  /** Parses a primary with its powers and factorials. */
  private Answer marked() {
    enter();
    Answer marked = marks(primary());
    leave();
    return marked;
  }

  private Answer marks(Answer primary) {
    Answer base = primary;
    for (int marks = 0; ; marks++) {
      if (marks > MOST_MARKS) {
        throw new MathException("nested too deeply");
      }
      if (cursor.accept("!")) {
        base = new Value(Expr.call("factorial", scalar(base)));
      } else if (functions > 0 && cursor.accept("°")) {
        base = new Value(Expr.product(scalar(base), PI, new Expr.Num(Rational.of(1, 180))));
      } else if (cursor.accept("^")) {
        base = new Value(new Expr.Power(scalar(base), exponent()));
      } else {
        return base;
      }
    }
  }

  private Expr exponent() {
    if (cursor.accept("-")) {
      return Expr.negate(scalar(marked()));
    }
    cursor.accept("+");
    return scalar(marked());
  }

  private Answer primary() {
    AnswerToken token = cursor.now();
    return switch (token.kind()) {
      case NUMBER -> new Value(number());
      case SYMBOL -> new Value(symbol());
      case FUNCTION -> new Value(function());
      case SIGN -> sign(token.text());
      case WORD, END -> throw new MathException("'" + token.text() + "' where a number should be");
    };
  }

  private Answer sign(String sign) {
    if (sign.startsWith("accent ")) {
      return new Value(accent());
    }
    return switch (sign) {
      case "frac" -> new Value(fraction());
      case "binom" -> {
        cursor.next();
        yield new Value(Expr.call("binom", argument(), argument()));
      }
      case "sqrt" -> new Value(root());
      case "|" -> {
        cursor.next();
        bars++;
        Expr inside = scalar(sum());
        bars--;
        cursor.expect("|");
        yield new Value(Expr.call("abs", inside));
      }
      case "⌊" -> new Value(rounded("floor", "⌋"));
      case "⌈" -> new Value(rounded("ceil", "⌉"));
      default -> {
        int outside = bars;
        bars = 0;
        Answer answer = bracketed();
        bars = outside;
        yield answer;
      }
    };
  }

  private Expr rounded(String function, String close) {
    cursor.next();
    Expr inside = scalar(sum());
    cursor.expect(close);
    return Expr.call(function, inside);
  }

  private Expr number() {
    AnswerToken token = cursor.next();
    Expr number = Literals.literal(token.text());
    boolean whole = Literals.isWhole(token);
    AnswerToken now = cursor.now();
    if (whole && now.is(NUMBER) && now.spaced() && cursor.ahead(1).is("/")) {
      AnswerToken denominator = cursor.ahead(2);
      if (Literals.isWhole(now) && Literals.isWhole(denominator)) {
        cursor.skip(3);
        return Literals.mixed(
            number, Literals.literal(now.text()), Literals.literal(denominator.text()));
      }
    }
    if (whole && now.is("frac") && Literals.isFraction(cursor)) {
      Expr fraction = fraction();
      Expr.Product parts = (Expr.Product) fraction;
      Expr.Power under = (Expr.Power) parts.factors().getLast();
      return Literals.mixed(number, parts.factors().getFirst(), under.base());
    }
    return number;
  }

  private Expr symbol() {
    String name = cursor.next().text();
    if (name.equals("C")
        && cursor.now().is("(")
        && cursor.ahead(1).is(NUMBER)
        && cursor.ahead(2).is(",")) {
      return binary("binom");
    }
    while (cursor.now().is("_") || cursor.now().is("'")) {
      name += cursor.next().text().equals("'") ? "'" : "_" + name();
    }
    return new Expr.Sym(name);
  }

  /** Parses a group or one token as a part of a name. */
  private String name() {
    if (!cursor.accept("{")) {
      AnswerToken token = cursor.next();
      if (token.is(AnswerToken.Kind.SIGN) || token.is(AnswerToken.Kind.END)) {
        throw new MathException("a name is missing");
      }
      return token.text();
    }
    StringBuilder name = new StringBuilder();
    while (!cursor.accept("}")) {
      if (cursor.now().is(AnswerToken.Kind.END) || cursor.now().is("{")) {
        throw new MathException("a brace is missing");
      }
      name.append(cursor.next().text());
    }
    return name.toString();
  }

  /** Parses a name with a mark over it. */
  private Expr accent() {
    String accent = cursor.next().text().substring("accent ".length());
    String name = name();
    while (accent.equals("angle") || accent.equals("triangle")) {
      if (!cursor.now().is(SYMBOL)) {
        break;
      }
      name += cursor.next().text();
    }
    return new Expr.Sym(accent + " " + name);
  }

  private Expr fraction() {
    cursor.next();
    Expr numerator = argument();
    return Expr.divide(numerator, argument());
  }

  /** Parses the argument of a command: a group, one digit or one primary. */
  private Expr argument() {
    if (cursor.now().is(NUMBER)) {
      if (!Literals.isWhole(cursor.now())) {
        throw new MathException("a decimal as an argument without braces");
      }
      return Literals.literal(cursor.takeDigit());
    }
    enter();
    Expr argument = scalar(primary());
    leave();
    return argument;
  }

  private Expr root() {
    cursor.next();
    Expr index = Expr.num(2);
    if (cursor.accept("[")) {
      index = scalar(sum());
      cursor.expect("]");
    }
    Expr radicand;
    if (cursor.now().is(NUMBER)) {
      // In TeX \sqrt12 is the root of 1 followed by 2, but that is never meant.
      radicand = Literals.literal(cursor.next().text());
    } else {
      radicand = argument();
    }
    return new Expr.Power(radicand, Expr.divide(Expr.num(1), index));
  }

  /** Parses a function of two arguments, or of more if their order does not matter. */
  private Expr binary(String name) {
    boolean braces = cursor.accept("\\{");
    if (!braces) {
      cursor.expect("(");
    }
    Expr value = scalar(sum());
    int count = 1;
    for (; cursor.accept(","); count++) {
      value = Expr.call(name, value, scalar(sum()));
    }
    cursor.expect(braces ? "\\}" : ")");
    if (count == 1 || (count > 2 && name.equals("binom"))) {
      throw new MathException(name + " of " + count + " arguments");
    }
    return value;
  }

  private Expr function() {
    String name = cursor.next().text();
    Expr base = E;
    boolean based = name.equals("log") && cursor.accept("_");
    if (based) {
      base = argumentOrNumber();
    }
    @Nullable Expr power = cursor.accept("^") ? exponent() : null;
    if (Expr.num(-1).equals(power)) {
      name = inverse(name);
      power = null;
    }
    functions++;
    Expr value;
    if (Functions.exists(name, 2)) {
      value = binary(name);
    } else {
      Expr at = functionArgument();
      value =
          switch (name) {
            case "exp" -> new Expr.Power(E, at);
            case "lg" -> Expr.divide(Expr.call("ln", at), Expr.call("ln", Expr.num(10)));
            case "log" ->
                based
                    ? Expr.divide(Expr.call("ln", at), Expr.call("ln", base))
                    : Expr.call("log", at);
            default -> Expr.call(name, at);
          };
    }
    functions--;
    return power == null ? value : new Expr.Power(value, power);
  }

  private static String inverse(String name) {
    if (name.equals("sin") || name.equals("cos") || name.equals("tan")) {
      return "arc" + name;
    }
    throw new MathException(name + "^-1 may be two things");
  }

  private Expr argumentOrNumber() {
    return cursor.now().is(NUMBER) ? Literals.literal(cursor.next().text()) : argument();
  }

  /** Parses parentheses, or all factors up to a sign, another function or a parenthesis. */
  private Expr functionArgument() {
    if (cursor.now().is("(") || cursor.now().is("{") || cursor.now().is("[")) {
      return scalar(primary());
    }
    List<Expr> factors = new ArrayList<>();
    factors.add(scalar(factor()));
    while (implicitFollows() && !cursor.now().is(FUNCTION) && !cursor.now().is("(")) {
      factors.add(scalar(factor()));
    }
    if (cursor.now().is("/")) {
      throw new MathException("a function of a/b without parentheses may be two things");
    }
    return factors.size() == 1 ? factors.getFirst() : new Expr.Product(factors);
  }
}
