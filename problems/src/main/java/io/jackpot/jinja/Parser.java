package io.jackpot.jinja;

import io.jackpot.jinja.Expr.Arguments;
import io.jackpot.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tokens to statements and expressions, by recursive descent. */
final class Parser {
  /** Of brackets, operators and blocks within each other: far below what a stack holds. */
  private static final int DEEPEST = 200;

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  private final List<Token> tokens;
  private int at;
  private int depth;

  private Parser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * @throws TemplateException if the source is no template, or has what the subset has not
   */
  static List<Statement> parse(String source) {
    Parser parser = new Parser(Lexer.tokens(source));
    return parser.body(Set.of());
  }

  // Statements

  /** Statements up to a block of one of the names, which is still to be read. */
  private List<Statement> body(Set<String> ends) {
    deeper();
    List<Statement> body = new ArrayList<>();
    while (true) {
      Token token = peek();
      switch (token.kind()) {
        case DATA -> {
          next();
          body.add(new Statement.Data(token.text()));
        }
        case OUTPUT_BEGIN -> {
          next();
          body.add(new Statement.Output(tuple()));
          expect(Kind.OUTPUT_END, "}}");
        }
        case END -> {
          if (!ends.isEmpty()) {
            throw error(token, "ends where " + String.join(" or ", ends) + " is expected");
          }
          depth--;
          return body;
        }
        default -> {
          Token name = tokens.get(at + 1);
          if (ends.contains(name.text())) {
            depth--;
            return body;
          }
          next();
          body.add(statement(next()));
        }
      }
    }
  }

  private Statement statement(Token name) {
    return switch (name.text()) {
      case "for" -> loop(name);
      case "if" -> condition();
      case "set" -> set(name);
      case "macro" -> macro();
      case "break" -> simple(new Statement.Break());
      case "continue" -> simple(new Statement.Continue());
      case "generation" -> {
        endBlock();
        yield new Statement.Body(closed("endgeneration"));
      }
      default ->
          throw error(
              name,
              name.shown()
                  + " is not supported, expected one of for, if, set, macro, break, continue, generation, raw");
    };
  }

  private Statement simple(Statement statement) {
    endBlock();
    return statement;
  }

  /** A body with the block that ends it. */
  private List<Statement> closed(String end) {
    List<Statement> body = body(Set.of(end));
    endOf(end);
    return body;
  }

  private void endOf(String end) {
    next();
    next();
    if (end.equals("endmacro") && peek().kind() == Kind.NAME) {
      next();
    }
    endBlock();
  }

  private Statement loop(Token start) {
    List<String> targets = names();
    expectName("in");
    Expr items = tuple(false);
    Expr condition = takeName("if") ? expression() : null;
    if (peek().isName("recursive")) {
      throw error(peek(), "recursive loops are not supported");
    }
    endBlock();
    List<Statement> body = body(Set.of("else", "endfor"));
    List<Statement> otherwise = List.of();
    if (tokens.get(at + 1).isName("else")) {
      endOf("else");
      otherwise = body(Set.of("endfor"));
    }
    endOf("endfor");
    return new Statement.For(targets, items, condition, body, otherwise, start.line());
  }

  private Statement condition() {
    Expr condition = tuple();
    endBlock();
    List<Statement> then = body(Set.of("elif", "else", "endif"));
    next();
    Token kind = next();
    if (kind.text().equals("elif")) {
      deeper();
      Statement other = condition();
      depth--;
      return new Statement.If(condition, then, List.of(other));
    }
    endBlock();
    return new Statement.If(
        condition, then, kind.text().equals("else") ? closed("endif") : List.of());
  }

  private Statement set(Token start) {
    List<String> targets = names();
    String attribute = null;
    if (targets.size() == 1 && takeOperator(".")) {
      attribute = name();
    }
    if (takeOperator("=")) {
      Expr value = tuple();
      endBlock();
      return new Statement.Set(targets, attribute, value, start.line());
    }
    if (targets.size() > 1 || attribute != null || peek().kind() != Kind.BLOCK_END) {
      throw error(peek(), "found " + peek().shown() + ", expected = in set");
    }
    endBlock();
    return new Statement.SetBlock(targets.getFirst(), closed("endset"));
  }

  private Statement macro() {
    String name = name();
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    expectOperator("(");
    while (!takeOperator(")")) {
      parameters.add(name());
      if (takeOperator("=")) {
        defaults.add(expression());
      } else if (!defaults.isEmpty()) {
        throw error(peek(), "a parameter without default behind one with a default");
      }
      if (!takeOperator(",") && !peek().isOperator(")")) {
        throw error(peek(), "found " + peek().shown() + ", expected , or )");
      }
    }
    endBlock();
    return new Statement.Macro(name, parameters, defaults, closed("endmacro"));
  }

  private List<String> names() {
    boolean bracket = takeOperator("(");
    List<String> names = new ArrayList<>(List.of(name()));
    while (takeOperator(",")) {
      names.add(name());
    }
    if (bracket) {
      expectOperator(")");
    }
    return names;
  }

  // Expressions, from what binds least

  private Expr tuple() {
    return tuple(true);
  }

  /** Expressions between commas are a list. */
  private Expr tuple(boolean conditional) {
    Token start = peek();
    Expr first = conditional ? expression() : or();
    if (!peek().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (takeOperator(",")) {
      items.add(conditional ? expression() : or());
    }
    return new Expr.ListOf(items, start.line());
  }

  private Expr expression() {
    deeper();
    Expr then = or();
    while (peek().isName("if")) {
      int line = next().line();
      Expr condition = or();
      Expr otherwise = takeName("else") ? expression() : null;
      then = new Expr.Conditional(condition, then, otherwise, line);
    }
    depth--;
    return then;
  }

  private Expr or() {
    Expr left = and();
    while (peek().isName("or")) {
      int line = next().line();
      left = new Expr.Binary("or", left, and(), line);
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (peek().isName("and")) {
      int line = next().line();
      left = new Expr.Binary("and", left, not(), line);
    }
    return left;
  }

  private Expr not() {
    if (!peek().isName("not")) {
      return comparison();
    }
    deeper();
    int line = next().line();
    Expr negated = new Expr.Unary("not", not(), line);
    depth--;
    return negated;
  }

  /** A chain, as in {@code 1 < x < 5}, holds where each of its comparisons does. */
  private Expr comparison() {
    Expr left = sum();
    Expr all = null;
    while (true) {
      Token token = peek();
      String operator;
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operator = next().text();
      } else if (takeName("in")) {
        operator = "in";
      } else if (token.isName("not") && tokens.get(at + 1).isName("in")) {
        next();
        next();
        operator = "not in";
      } else {
        return all == null ? left : all;
      }
      Expr right = sum();
      Expr one = new Expr.Binary(operator, left, right, token.line());
      all = all == null ? one : new Expr.Binary("and", all, one, token.line());
      left = right;
    }
  }

  private Expr sum() {
    Expr left = concatenation();
    while (peek().isOperator("+") || peek().isOperator("-")) {
      Token operator = next();
      left = new Expr.Binary(operator.text(), left, concatenation(), operator.line());
    }
    return left;
  }

  private Expr concatenation() {
    Expr left = product();
    while (peek().isOperator("~")) {
      int line = next().line();
      left = new Expr.Binary("~", left, product(), line);
    }
    return left;
  }

  private Expr product() {
    Expr left = power();
    while (peek().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(peek().text())) {
      Token operator = next();
      left = new Expr.Binary(operator.text(), left, power(), operator.line());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (peek().isOperator("**")) {
      int line = next().line();
      left = new Expr.Binary("**", left, unary(true), line);
    }
    return left;
  }

  private Expr unary(boolean withFilters) {
    Expr value;
    if (peek().isOperator("-") || peek().isOperator("+")) {
      deeper();
      Token sign = next();
      value = new Expr.Unary(sign.text(), unary(false), sign.line());
      depth--;
    } else {
      value = primary();
    }
    value = postfix(value);
    return withFilters ? filtersAndTests(value) : value;
  }

  private Expr primary() {
    Token token = next();
    return switch (token.kind()) {
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) {
          text.append(next().text());
        }
        yield new Expr.Literal(text.toString(), token.line());
      }
      case INTEGER -> {
        BigInteger number = new BigInteger(token.text());
        if (number.bitLength() > 63) {
          throw error(token, token.shown() + " is too large");
        }
        yield new Expr.Literal(number.longValue(), token.line());
      }
      case FLOAT -> new Expr.Literal(Double.valueOf(token.text()), token.line());
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true, token.line());
            case "false", "False" -> new Expr.Literal(false, token.line());
            case "none", "None" -> new Expr.Literal(null, token.line());
            default -> new Expr.Name(token.text(), token.line());
          };
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> bracket(token);
            case "[" -> new Expr.ListOf(items("]"), token.line());
            case "{" -> dict(token);
            default -> throw error(token, token.shown() + " where a value is expected");
          };
      default -> throw error(token, token.shown() + " where a value is expected");
    };
  }

  private Expr bracket(Token start) {
    if (takeOperator(")")) {
      return new Expr.ListOf(List.of(), start.line());
    }
    Expr first = expression();
    if (takeOperator(")")) {
      return first;
    }
    expectOperator(",");
    List<Expr> items = new ArrayList<>(List.of(first));
    items.addAll(items(")"));
    return new Expr.ListOf(items, start.line());
  }

  private List<Expr> items(String end) {
    List<Expr> items = new ArrayList<>();
    while (!takeOperator(end)) {
      items.add(expression());
      if (!peek().isOperator(end)) {
        expectOperator(",");
      }
    }
    return items;
  }

  private Expr dict(Token start) {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!takeOperator("}")) {
      keys.add(expression());
      expectOperator(":");
      values.add(expression());
      if (!peek().isOperator("}")) {
        expectOperator(",");
      }
    }
    return new Expr.DictOf(keys, values, start.line());
  }

  private Expr postfix(Expr start) {
    Expr value = start;
    while (true) {
      Token token = peek();
      if (takeOperator(".")) {
        value =
            peek().kind() == Kind.INTEGER
                ? new Expr.Item(value, primary(), token.line())
                : new Expr.Attribute(value, name(), token.line());
      } else if (takeOperator("[")) {
        value = subscript(value, token.line());
      } else if (token.isOperator("(")) {
        value = new Expr.Call(value, arguments(), token.line());
      } else {
        return value;
      }
    }
  }

  private Expr subscript(Expr of, int line) {
    Expr from = peek().isOperator(":") ? null : expression();
    if (takeOperator("]")) {
      return new Expr.Item(of, from == null ? new Expr.Literal(null, line) : from, line);
    }
    expectOperator(":");
    Expr to = peek().isOperator(":") || peek().isOperator("]") ? null : expression();
    Expr step = takeOperator(":") && !peek().isOperator("]") ? expression() : null;
    expectOperator("]");
    return new Expr.Slice(of, from, to, step, line);
  }

  private Arguments arguments() {
    List<Expr> places = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Expr> named = new ArrayList<>();
    expectOperator("(");
    while (!takeOperator(")")) {
      if (peek().kind() == Kind.NAME && tokens.get(at + 1).isOperator("=")) {
        names.add(name());
        next();
        named.add(expression());
      } else {
        places.add(expression());
      }
      if (!peek().isOperator(")")) {
        expectOperator(",");
      }
    }
    return new Arguments(places, names, named);
  }

  private Expr filtersAndTests(Expr start) {
    Expr value = start;
    while (true) {
      Token token = peek();
      if (takeOperator("|")) {
        String name = name();
        value =
            new Expr.Filter(
                value, name, peek().isOperator("(") ? arguments() : Arguments.NONE, token.line());
      } else if (takeName("is")) {
        value = test(value, token.line());
      } else if (token.isOperator("(")) {
        value = new Expr.Call(value, arguments(), token.line());
      } else {
        return value;
      }
    }
  }

  private Expr test(Expr of, int line) {
    boolean negated = takeName("not");
    Token token = next();
    if (token.kind() != Kind.NAME) {
      throw error(token, "found " + token.shown() + ", expected the name of a test");
    }
    Arguments arguments = Arguments.NONE;
    Token after = peek();
    boolean single =
        after.kind() == Kind.STRING
            || after.kind() == Kind.INTEGER
            || after.kind() == Kind.FLOAT
            || after.isOperator("[")
            || (after.kind() == Kind.NAME
                && !Set.of("else", "or", "and", "is", "if", "not", "in").contains(after.text()));
    if (after.isOperator("(")) {
      arguments = arguments();
    } else if (single) {
      arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of());
    }
    Expr test = new Expr.Test(of, token.text(), arguments, line);
    return negated ? new Expr.Unary("not", test, line) : test;
  }

  // Tokens

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  private boolean takeOperator(String operator) {
    boolean found = peek().isOperator(operator);
    at += found ? 1 : 0;
    return found;
  }

  private boolean takeName(String name) {
    boolean found = peek().isName(name);
    at += found ? 1 : 0;
    return found;
  }

  private String name() {
    return expect(Kind.NAME, "a name").text();
  }

  private void expectName(String name) {
    if (!takeName(name)) {
      throw error(peek(), "found " + peek().shown() + ", expected " + name);
    }
  }

  private void expectOperator(String operator) {
    if (!takeOperator(operator)) {
      throw error(peek(), "found " + peek().shown() + ", expected " + operator);
    }
  }

  private void endBlock() {
    expect(Kind.BLOCK_END, "%}");
  }

  private Token expect(Kind kind, String what) {
    if (peek().kind() != kind) {
      throw error(peek(), "found " + peek().shown() + ", expected " + what);
    }
    return next();
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw error(peek(), "nested more than " + DEEPEST + " deep");
    }
  }

  private static TemplateException error(Token token, String message) {
    return new TemplateException(token.line(), message);
  }
}
