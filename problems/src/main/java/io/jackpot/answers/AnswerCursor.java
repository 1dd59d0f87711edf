package io.jackpot.answers;

import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;

/** The tokens of an answer, and the place of the next one. */
final class AnswerCursor {
  private final List<AnswerToken> tokens;
  private int at;

  AnswerCursor(List<AnswerToken> tokens) {
    this.tokens = withoutEmptyGroups(tokens);
  }

  /** Removes empty braces, and replaces raised degree signs by plain ones. */
  private static List<AnswerToken> withoutEmptyGroups(List<AnswerToken> tokens) {
    List<AnswerToken> kept = new ArrayList<>();
    for (AnswerToken token : tokens) {
      int size = kept.size();
      if (token.is("}") && size > 0 && kept.getLast().is("{")) {
        kept.removeLast();
      } else if (token.is("}")
          && size > 2
          && kept.get(size - 1).is("°")
          && kept.get(size - 2).is("{")
          && kept.get(size - 3).is("^")) {
        kept.subList(size - 3, size).clear();
        kept.add(new AnswerToken(AnswerToken.Kind.SIGN, "°", false));
      } else if (token.is("°") && size > 0 && kept.getLast().is("^")) {
        kept.set(size - 1, token);
      } else {
        kept.add(token);
      }
    }
    return kept;
  }

  AnswerToken now() {
    return tokens.get(at);
  }

  AnswerToken ahead(int steps) {
    return tokens.get(Math.min(at + steps, tokens.size() - 1));
  }

  /** Whether braces around nothing but a pair of brackets follow. */
  boolean isGroupOfBrackets() {
    int braces = 0;
    while (ahead(braces).is("{")) {
      braces++;
    }
    if (braces == 0 || !(ahead(braces).is("(") || ahead(braces).is("["))) {
      return false;
    }
    int open = 1;
    int at = braces + 1;
    while (open > 0 && !ahead(at).is(AnswerToken.Kind.END)) {
      AnswerToken token = ahead(at++);
      open += token.is("(") || token.is("[") ? 1 : token.is(")") || token.is("]") ? -1 : 0;
    }
    return ahead(at).is("}");
  }

  AnswerToken before() {
    return tokens.get(at - 1);
  }

  AnswerToken next() {
    AnswerToken token = tokens.get(at);
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

  /** Takes the first digit of the next token, a number. */
  String takeDigit() {
    AnswerToken token = now();
    if (token.text().length() > 1) {
      tokens.set(at, new AnswerToken(AnswerToken.Kind.NUMBER, token.text().substring(1), false));
    } else {
      at++;
    }
    return token.text().substring(0, 1);
  }
}
