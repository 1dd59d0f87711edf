package io.jackpot.jinja;

import io.jackpot.jinja.TemplateExpression.Arguments;
import io.jackpot.jinja.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Parses expressions by recursive descent, from the operators that bind least. */
final class TemplateExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  /** The operators of arithmetic, from those that bind least; each level is left-associative. */
  private static final List<Set<String>> ARITHMETIC =
      List.of(Set.of("+", "-"), Set.of("~"), Set.of("*", "/", "//", "%"), Set.of("**"));

  /** Names that may follow a test without being its argument. */
  private static final Set<String> NO_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "not", "in");

  private final TemplateCursor cursor;

  TemplateExpressionParser(TemplateCursor cursor) {
    this.cursor = cursor;
  }

  /** Reads an expression; several separated by commas are a list. */
  TemplateExpression tuple() {
    return tuple(this::expression);
  }

  /** Reads as {@link #tuple}, but leaves an {@code if} that follows unread. */
  TemplateExpression tupleWithoutConditions() {
    return tuple(this::or);
  }

  private TemplateExpression tuple(Supplier<TemplateExpression> item) {
    TemplateToken start = cursor.peek();
    TemplateExpression first = item.get();
    if (!cursor.peek().isOperator(",")) {
      return first;
    }
    List<TemplateExpression> items = new ArrayList<>(List.of(first));
    while (cursor.takeOperator(",")) {
      items.add(item.get());
    }
    return new TemplateExpression.ListOf(items, start.line());
  }

  TemplateExpression expression() {
    cursor.enter();
    TemplateExpression then = or();
    while (cursor.peek().isName("if")) {
      int line = cursor.next().line();
      TemplateExpression condition = or();
      TemplateExpression otherwise = cursor.takeName("else") ? expression() : null;
      then = new TemplateExpression.Conditional(condition, then, otherwise, line);
    }
    cursor.leave();
    return then;
  }

  private TemplateExpression or() {
    TemplateExpression left = and();
    while (cursor.peek().isName("or")) {
      int line = cursor.next().line();
      left = new TemplateExpression.Binary("or", left, and(), line);
    }
    return left;
  }

  private TemplateExpression and() {
    TemplateExpression left = not();
    while (cursor.peek().isName("and")) {
      int line = cursor.next().line();
      left = new TemplateExpression.Binary("and", left, not(), line);
    }
    return left;
  }

  private TemplateExpression not() {
    if (!cursor.peek().isName("not")) {
      return comparison();
    }
    cursor.enter();
    int line = cursor.next().line();
    TemplateExpression negated = new TemplateExpression.Unary("not", not(), line);
    cursor.leave();
    return negated;
  }

  /** Reads comparisons; a chain such as {@code 1 < x < 5} holds if each of them does. */
  private TemplateExpression comparison() {
    TemplateExpression left = arithmetic(0);
    TemplateExpression all = null;
    while (true) {
      TemplateToken token = cursor.peek();
      String operator;
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operator = cursor.next().text();
      } else if (cursor.takeName("in")) {
        operator = "in";
      } else if (token.isName("not") && cursor.second().isName("in")) {
        cursor.next();
        cursor.next();
        operator = "not in";
      } else {
        return all == null ? left : all;
      }
      TemplateExpression right = arithmetic(0);
      TemplateExpression one = new TemplateExpression.Binary(operator, left, right, token.line());
      all = all == null ? one : new TemplateExpression.Binary("and", all, one, token.line());
      left = right;
    }
  }

  private TemplateExpression arithmetic(int level) {
    if (level == ARITHMETIC.size()) {
      return unary(true);
    }
    TemplateExpression left = arithmetic(level + 1);
    while (cursor.peek().kind() == Kind.OPERATOR
        && ARITHMETIC.get(level).contains(cursor.peek().text())) {
      TemplateToken operator = cursor.next();
      left =
          new TemplateExpression.Binary(
              operator.text(), left, arithmetic(level + 1), operator.line());
    }
    return left;
  }

  private TemplateExpression unary(boolean withFilters) {
    TemplateExpression value;
    if (cursor.peek().isOperator("-") || cursor.peek().isOperator("+")) {
      cursor.enter();
      TemplateToken sign = cursor.next();
      value = new TemplateExpression.Unary(sign.text(), unary(false), sign.line());
      cursor.leave();
    } else {
      value = primary();
    }
    value = postfix(value);
    return withFilters ? filtersAndTests(value) : value;
  }

  private TemplateExpression primary() {
    TemplateToken token = cursor.next();
    return switch (token.kind()) {
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (cursor.peek().kind() == Kind.STRING) {
          text.append(cursor.next().text());
        }
        yield new TemplateExpression.Literal(text.toString(), token.line());
      }
      case INTEGER -> {
        try {
          yield new TemplateExpression.Literal(Long.valueOf(token.text()), token.line());
        } catch (NumberFormatException e) {
          throw token.error(token.shown() + " is too large");
        }
      }
      case FLOAT -> new TemplateExpression.Literal(Double.valueOf(token.text()), token.line());
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> new TemplateExpression.Literal(true, token.line());
            case "false", "False" -> new TemplateExpression.Literal(false, token.line());
            case "none", "None" -> new TemplateExpression.Literal(null, token.line());
            default -> new TemplateExpression.Name(token.text(), token.line());
          };
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> bracket(token);
            case "[" -> new TemplateExpression.ListOf(items("]"), token.line());
            case "{" -> dict(token);
            default -> throw token.error(token.shown() + " where a value is expected");
          };
      default -> throw token.error(token.shown() + " where a value is expected");
    };
  }

  private TemplateExpression bracket(TemplateToken start) {
    if (cursor.takeOperator(")")) {
      return new TemplateExpression.ListOf(List.of(), start.line());
    }
    TemplateExpression first = expression();
    if (cursor.takeOperator(")")) {
      return first;
    }
    cursor.expectOperator(",");
    List<TemplateExpression> items = new ArrayList<>(List.of(first));
    items.addAll(items(")"));
    return new TemplateExpression.ListOf(items, start.line());
  }

  private List<TemplateExpression> items(String end) {
    List<TemplateExpression> items = new ArrayList<>();
    while (!cursor.takeOperator(end)) {
      items.add(expression());
      if (!cursor.peek().isOperator(end)) {
        cursor.expectOperator(",");
      }
    }
    return items;
  }

  private TemplateExpression dict(TemplateToken start) {
    List<TemplateExpression> keys = new ArrayList<>();
    List<TemplateExpression> values = new ArrayList<>();
    while (!cursor.takeOperator("}")) {
      keys.add(expression());
      cursor.expectOperator(":");
      values.add(expression());
      if (!cursor.peek().isOperator("}")) {
        cursor.expectOperator(",");
      }
    }
    return new TemplateExpression.DictOf(keys, values, start.line());
  }

  private TemplateExpression postfix(TemplateExpression start) {
    TemplateExpression value = start;
    while (true) {
      TemplateToken token = cursor.peek();
      if (cursor.takeOperator(".")) {
        value =
            cursor.peek().kind() == Kind.INTEGER
                ? new TemplateExpression.Item(value, primary(), token.line())
                : new TemplateExpression.Attribute(value, cursor.name(), token.line());
      } else if (cursor.takeOperator("[")) {
        value = subscript(value, token.line());
      } else if (token.isOperator("(")) {
        value = new TemplateExpression.Invocation(value, arguments(), token.line());
      } else {
        return value;
      }
    }
  }

  private TemplateExpression subscript(TemplateExpression of, int line) {
    TemplateExpression from = cursor.peek().isOperator(":") ? null : expression();
    if (cursor.takeOperator("]")) {
      return new TemplateExpression.Item(
          of, from == null ? new TemplateExpression.Literal(null, line) : from, line);
    }
    cursor.expectOperator(":");
    TemplateExpression to =
        cursor.peek().isOperator(":") || cursor.peek().isOperator("]") ? null : expression();
    TemplateExpression step =
        cursor.takeOperator(":") && !cursor.peek().isOperator("]") ? expression() : null;
    cursor.expectOperator("]");
    return new TemplateExpression.Slice(of, from, to, step, line);
  }

  private Arguments arguments() {
    List<TemplateExpression> places = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<TemplateExpression> named = new ArrayList<>();
    cursor.expectOperator("(");
    while (!cursor.takeOperator(")")) {
      if (cursor.peek().kind() == Kind.NAME && cursor.second().isOperator("=")) {
        names.add(cursor.name());
        cursor.next();
        named.add(expression());
      } else {
        places.add(expression());
      }
      if (!cursor.peek().isOperator(")")) {
        cursor.expectOperator(",");
      }
    }
    return new Arguments(places, names, named);
  }

  private TemplateExpression filtersAndTests(TemplateExpression start) {
    TemplateExpression value = start;
    while (true) {
      TemplateToken token = cursor.peek();
      if (cursor.takeOperator("|")) {
        String name = cursor.name();
        value =
            new TemplateExpression.Filtered(
                value,
                name,
                cursor.peek().isOperator("(") ? arguments() : Arguments.NONE,
                token.line());
      } else if (cursor.takeName("is")) {
        value = test(value, token.line());
      } else if (token.isOperator("(")) {
        value = new TemplateExpression.Invocation(value, arguments(), token.line());
      } else {
        return value;
      }
    }
  }

  private TemplateExpression test(TemplateExpression of, int line) {
    boolean negated = cursor.takeName("not");
    TemplateToken token = cursor.next();
    if (token.kind() != Kind.NAME) {
      throw token.error("found " + token.shown() + ", expected the name of a test");
    }
    Arguments arguments = Arguments.NONE;
    TemplateToken after = cursor.peek();
    boolean single =
        after.kind() == Kind.STRING
            || after.kind() == Kind.INTEGER
            || after.kind() == Kind.FLOAT
            || after.isOperator("[")
            || (after.kind() == Kind.NAME && !NO_ARGUMENT.contains(after.text()));
    if (after.isOperator("(")) {
      arguments = arguments();
    } else if (single) {
      arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of());
    }
    TemplateExpression test = new TemplateExpression.Tested(of, token.text(), arguments, line);
    return negated ? new TemplateExpression.Unary("not", test, line) : test;
  }
}
