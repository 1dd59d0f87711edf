package io.jackpot.jinja;

import io.jackpot.jinja.TemplateToken.Kind;
import java.util.List;

/** The tokens of a template, the place of the next one, and the depth of nesting. */
final class TemplateCursor {
  /** The limit for nested brackets, operators and blocks: far below the stack's size. */
  private static final int DEEPEST = 200;

  private final List<TemplateToken> tokens;
  private int at;
  private int depth;

  TemplateCursor(List<TemplateToken> tokens) {
    this.tokens = tokens;
  }

  TemplateToken peek() {
    return tokens.get(at);
  }

  /** The token after the next one; only valid before the end. */
  TemplateToken second() {
    return tokens.get(at + 1);
  }

  TemplateToken next() {
    TemplateToken token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean takeOperator(String operator) {
    return take(peek().isOperator(operator));
  }

  boolean takeName(String name) {
    return take(peek().isName(name));
  }

  private boolean take(boolean found) {
    at += found ? 1 : 0;
    return found;
  }

  String name() {
    return expect(Kind.NAME, "a name").text();
  }

  void expectName(String name) {
    if (!takeName(name)) {
      throw unexpected(name);
    }
  }

  void expectOperator(String operator) {
    if (!takeOperator(operator)) {
      throw unexpected(operator);
    }
  }

  void endBlock() {
    expect(Kind.BLOCK_END, "%}");
  }

  TemplateToken expect(Kind kind, String expected) {
    if (peek().kind() != kind) {
      throw unexpected(expected);
    }
    return next();
  }

  /** Descends one level. */
  void enter() {
    if (++depth > DEEPEST) {
      throw peek().error("nested more than " + DEEPEST + " deep");
    }
  }

  /** Returns to the level above. */
  void leave() {
    depth--;
  }

  /** The error for a next token other than {@code expected}. */
  TemplateException unexpected(String expected) {
    return peek().error("found " + peek().shown() + ", expected " + expected);
  }
}
