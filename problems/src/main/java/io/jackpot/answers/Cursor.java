package io.jackpot.answers;

import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;

/** The tokens of an answer and a place among them. */
final class Cursor {
  private final List<Token> tokens;
  private int at;

  Cursor(List<Token> tokens) {
    this.tokens = withoutEmptyGroups(tokens);
  }

  /** Without empty braces, and with degrees that stand on the line. */
  private static List<Token> withoutEmptyGroups(List<Token> tokens) {
    List<Token> kept = new ArrayList<>();
    for (Token token : tokens) {
      int size = kept.size();
      if (token.is("}") && size > 0 && kept.getLast().is("{")) {
        kept.removeLast();
      } else if (token.is("}")
          && size > 2
          && kept.get(size - 1).is("°")
          && kept.get(size - 2).is("{")
          && kept.get(size - 3).is("^")) {
        kept.subList(size - 3, size).clear();
        kept.add(new Token(Token.Kind.SIGN, "°", false));
      } else if (token.is("°") && size > 0 && kept.getLast().is("^")) {
        kept.set(size - 1, token);
      } else {
        kept.add(token);
      }
    }
    return kept;
  }

  Token now() {
    return tokens.get(at);
  }

  Token ahead(int steps) {
    return tokens.get(Math.min(at + steps, tokens.size() - 1));
  }

  Token before() {
    return tokens.get(at - 1);
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  void skip(int steps) {
    at = Math.min(at + steps, tokens.size() - 1);
  }

  boolean accept(String sign) {
    if (now().is(sign)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(String sign) {
    if (!accept(sign)) {
      throw new MathException("found '" + now().text() + "', expected '" + sign + "'");
    }
  }

  /** Takes the first digit of the number that stands here. */
  String takeDigit() {
    Token token = now();
    if (token.text().length() > 1) {
      tokens.set(at, new Token(Token.Kind.NUMBER, token.text().substring(1), false));
    } else {
      at++;
    }
    return token.text().substring(0, 1);
  }
}
