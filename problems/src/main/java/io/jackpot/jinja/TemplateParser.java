package io.jackpot.jinja;

import io.jackpot.jinja.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses a template into statements, by recursive descent. */
final class TemplateParser {
  private final TemplateCursor cursor;
  private final TemplateExpressionParser expressions;

  private TemplateParser(TemplateCursor cursor) {
    this.cursor = cursor;
    expressions = new TemplateExpressionParser(cursor);
  }

  /**
   * @throws TemplateException if the source is not a template, or uses what the subset lacks
   */
  static List<TemplateStatement> parse(String source) {
    TemplateCursor cursor = new TemplateCursor(TemplateLexer.tokens(source));
    return new TemplateParser(cursor).body(Set.of());
  }

  /** Reads statements up to a block with one of the names {@code ends}; that block stays unread. */
  private List<TemplateStatement> body(Set<String> ends) {
    cursor.enter();
    List<TemplateStatement> body = new ArrayList<>();
    while (true) {
      TemplateToken token = cursor.peek();
      switch (token.kind()) {
        case DATA -> {
          cursor.next();
          body.add(new TemplateStatement.Data(token.text()));
        }
        case OUTPUT_BEGIN -> {
          cursor.next();
          body.add(new TemplateStatement.Output(expressions.tuple()));
          cursor.expect(Kind.OUTPUT_END, "}}");
        }
        case END -> {
          if (!ends.isEmpty()) {
            throw token.error("ends where " + String.join(" or ", ends) + " is expected");
          }
          cursor.leave();
          return body;
        }
        default -> {
          TemplateToken name = cursor.second();
          if (ends.contains(name.text())) {
            cursor.leave();
            return body;
          }
          cursor.next();
          body.add(statement(cursor.next()));
        }
      }
    }
  }

  private TemplateStatement statement(TemplateToken name) {
    return switch (name.text()) {
      case "for" -> loop(name);
      case "if" -> condition();
      case "set" -> set(name);
      case "macro" -> macro();
      case "break" -> simple(new TemplateStatement.Break());
      case "continue" -> simple(new TemplateStatement.Continue());
      case "generation" -> {
        cursor.endBlock();
        yield new TemplateStatement.Generation(closed("endgeneration"));
      }
      default ->
          throw name.error(
              name.shown()
                  + " is not supported, expected one of for, if, set, macro, break, continue, generation, raw");
    };
  }

  private TemplateStatement simple(TemplateStatement statement) {
    cursor.endBlock();
    return statement;
  }

  /** Reads a body and the block that ends it. */
  private List<TemplateStatement> closed(String end) {
    List<TemplateStatement> body = body(Set.of(end));
    endOf(end);
    return body;
  }

  private void endOf(String end) {
    cursor.next();
    cursor.next();
    if (end.equals("endmacro") && cursor.peek().kind() == Kind.NAME) {
      cursor.next();
    }
    cursor.endBlock();
  }

  private TemplateStatement loop(TemplateToken start) {
    List<String> targets = names();
    cursor.expectName("in");
    TemplateExpression items = expressions.tupleWithoutConditions();
    TemplateExpression condition = cursor.takeName("if") ? expressions.expression() : null;
    if (cursor.peek().isName("recursive")) {
      throw cursor.peek().error("recursive loops are not supported");
    }
    cursor.endBlock();
    List<TemplateStatement> body = body(Set.of("else", "endfor"));
    List<TemplateStatement> otherwise = List.of();
    if (cursor.second().isName("else")) {
      endOf("else");
      otherwise = body(Set.of("endfor"));
    }
    endOf("endfor");
    return new TemplateStatement.For(targets, items, condition, body, otherwise, start.line());
  }

  private TemplateStatement condition() {
    TemplateExpression condition = expressions.tuple();
    cursor.endBlock();
    List<TemplateStatement> then = body(Set.of("elif", "else", "endif"));
    cursor.next();
    TemplateToken kind = cursor.next();
    if (kind.text().equals("elif")) {
      cursor.enter();
      TemplateStatement other = condition();
      cursor.leave();
      return new TemplateStatement.If(condition, then, List.of(other));
    }
    cursor.endBlock();
    return new TemplateStatement.If(
        condition, then, kind.text().equals("else") ? closed("endif") : List.of());
  }

  private TemplateStatement set(TemplateToken start) {
    List<String> targets = names();
    String attribute = null;
    if (targets.size() == 1 && cursor.takeOperator(".")) {
      attribute = cursor.name();
    }
    if (cursor.takeOperator("=")) {
      TemplateExpression value = expressions.tuple();
      cursor.endBlock();
      return new TemplateStatement.Set(targets, attribute, value, start.line());
    }
    if (targets.size() > 1 || attribute != null || cursor.peek().kind() != Kind.BLOCK_END) {
      throw cursor.unexpected("= in set");
    }
    cursor.endBlock();
    return new TemplateStatement.SetBlock(targets.getFirst(), closed("endset"));
  }

  private TemplateStatement macro() {
    String name = cursor.name();
    List<String> parameters = new ArrayList<>();
    List<TemplateExpression> defaults = new ArrayList<>();
    cursor.expectOperator("(");
    while (!cursor.takeOperator(")")) {
      parameters.add(cursor.name());
      if (cursor.takeOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw cursor.peek().error("a parameter without default behind one with a default");
      }
      if (!cursor.takeOperator(",") && !cursor.peek().isOperator(")")) {
        throw cursor.unexpected(", or )");
      }
    }
    cursor.endBlock();
    return new TemplateStatement.Macro(name, parameters, defaults, closed("endmacro"));
  }

  private List<String> names() {
    boolean bracket = cursor.takeOperator("(");
    List<String> names = new ArrayList<>(List.of(cursor.name()));
    while (cursor.takeOperator(",")) {
      names.add(cursor.name());
    }
    if (bracket) {
      cursor.expectOperator(")");
    }
    return names;
  }
}
