package io.jackpot.answers;

import static io.jackpot.answers.Token.Kind.SYMBOL;

import io.jackpot.math.Expr;
import io.jackpot.math.MathException;

/** Names with indices and marks over them. */
final class SymbolNames {
  private SymbolNames() {}

  /** The text of a group or of one token, as part of a name. */
  static String name(Cursor cursor) {
    if (!cursor.accept("{")) {
      Token token = cursor.next();
      if (token.is(Token.Kind.SIGN) || token.is(Token.Kind.END)) {
        throw new MathException("a name is missing");
      }
      return token.text();
    }
    StringBuilder name = new StringBuilder();
    while (!cursor.accept("}")) {
      if (cursor.now().is(Token.Kind.END) || cursor.now().is("{")) {
        throw new MathException("a brace is missing");
      }
      name.append(cursor.next().text());
    }
    return name.toString();
  }

  static Expr accent(Cursor cursor) {
    String accent = cursor.next().text().substring("accent ".length());
    String name = name(cursor);
    while (accent.equals("angle") || accent.equals("triangle")) {
      if (!cursor.now().is(SYMBOL)) {
        break;
      }
      name += cursor.next().text();
    }
    return new Expr.Sym(accent + " " + name);
  }
}
