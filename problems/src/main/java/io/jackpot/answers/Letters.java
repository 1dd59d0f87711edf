package io.jackpot.answers;

import io.jackpot.answers.Answer.Choice;
import io.jackpot.answers.Answer.Value;
import io.jackpot.answers.Answer.Words;
import io.jackpot.math.Expr;
import io.jackpot.math.Expr.Sym;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Letters that are options of a problem, a name, or a product. */
final class Letters {
  private Letters() {}

  static @Nullable Character letter(Answer answer) {
    return switch (answer) {
      case Choice(char letter, Answer text) -> letter;
      case Value(Sym(String name)) when name.length() == 1 -> name.charAt(0);
      default -> null;
    };
  }

  /** The letters of several options in one word, where the other side lists them. */
  static List<Answer> options(List<Answer> items, List<Answer> others) {
    @Nullable String word = items.size() == 1 ? letters(items.getFirst()) : null;
    boolean listed =
        others.size() > 1
            && others.stream().allMatch(o -> o instanceof Value(Sym(String s)) && isOption(s));
    if (word == null || !listed || !word.chars().allMatch(c -> isOption(Character.toString(c)))) {
      return items;
    }
    return word.chars().mapToObj(c -> (Answer) new Value(new Sym(Character.toString(c)))).toList();
  }

  static boolean isOption(String letter) {
    return letter.length() == 1 && letter.charAt(0) >= 'A' && letter.charAt(0) <= 'J';
  }

  static @Nullable String letters(Answer answer) {
    return switch (answer) {
      case Words(String normal) -> normal.toUpperCase(Locale.ROOT);
      case Value(Expr expr) -> letters(expr);
      default -> null;
    };
  }

  static boolean sameLetters(Expr letters, String word) {
    return letters(letters).toLowerCase(Locale.ROOT).equals(word);
  }

  static String letters(Expr product) {
    StringBuilder name = new StringBuilder();
    if (product instanceof Expr.Product(List<Expr> factors)) {
      for (Expr factor : factors) {
        name.append(factor instanceof Sym(String symbol) ? symbol : "?");
      }
    }
    return name.toString();
  }
}
