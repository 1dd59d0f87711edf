package io.jackpot.tokenizer;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The sets that {@code \p{…}}, {@code [:…:]} and {@code \w} name in a regular expression. */
final class UnicodeProperties {
  private static final Map<String, CodePoints> KNOWN = new ConcurrentHashMap<>();

  /** General categories by number, see {@link Character#getType}; none has number 17. */
  private static final String[] CATEGORIES =
      ("cn lu ll lt lm lo mn me mc nd nl no zs zl zp cc cf - co cs pd ps pe pc po sm sc sk so pi"
              + " pf")
          .split(" ");

  private static final Map<String, String> LONG_NAMES =
      Map.ofEntries(
          Map.entry("letter", "l"),
          Map.entry("uppercaseletter", "lu"),
          Map.entry("lowercaseletter", "ll"),
          Map.entry("titlecaseletter", "lt"),
          Map.entry("casedletter", "lc"),
          Map.entry("modifierletter", "lm"),
          Map.entry("otherletter", "lo"),
          Map.entry("mark", "m"),
          Map.entry("combiningmark", "m"),
          Map.entry("nonspacingmark", "mn"),
          Map.entry("spacingmark", "mc"),
          Map.entry("enclosingmark", "me"),
          Map.entry("number", "n"),
          Map.entry("decimalnumber", "nd"),
          Map.entry("letternumber", "nl"),
          Map.entry("othernumber", "no"),
          Map.entry("punctuation", "p"),
          Map.entry("connectorpunctuation", "pc"),
          Map.entry("dashpunctuation", "pd"),
          Map.entry("openpunctuation", "ps"),
          Map.entry("closepunctuation", "pe"),
          Map.entry("initialpunctuation", "pi"),
          Map.entry("finalpunctuation", "pf"),
          Map.entry("otherpunctuation", "po"),
          Map.entry("symbol", "s"),
          Map.entry("mathsymbol", "sm"),
          Map.entry("currencysymbol", "sc"),
          Map.entry("modifiersymbol", "sk"),
          Map.entry("othersymbol", "so"),
          Map.entry("separator", "z"),
          Map.entry("spaceseparator", "zs"),
          Map.entry("lineseparator", "zl"),
          Map.entry("paragraphseparator", "zp"),
          Map.entry("other", "c"),
          Map.entry("control", "cc"),
          Map.entry("format", "cf"),
          Map.entry("surrogate", "cs"),
          Map.entry("privateuse", "co"),
          Map.entry("unassigned", "cn"));

  private UnicodeProperties() {}

  /**
   * @param name a general category, a script, or a property, in any case, with or without spaces,
   *     hyphens and underscores
   * @return null if it is not known
   */
  static @Nullable CodePoints find(String name) {
    String plain = name.replaceAll("[ _-]", "").toLowerCase(Locale.ROOT);
    CodePoints found = KNOWN.get(plain);
    if (found == null) {
      IntPredicate predicate = predicate(plain);
      if (predicate == null) {
        return null;
      }
      found = CodePoints.where(predicate);
      KNOWN.put(plain, found);
    }
    return found;
  }

  /** The same for a name that is known. */
  static CodePoints get(String name) {
    CodePoints found = find(name);
    if (found == null) {
      throw new IllegalArgumentException(name);
    }
    return found;
  }

  private static @Nullable IntPredicate predicate(String name) {
    String category = LONG_NAMES.getOrDefault(name, name);
    if (category.equals("lc")) {
      return c -> isType(c, "lu") || isType(c, "ll") || isType(c, "lt");
    }
    if (category.length() <= 2 && !category.startsWith("-")) {
      for (String known : CATEGORIES) {
        if (known.startsWith(category)) {
          return c -> isType(c, category);
        }
      }
    }
    return switch (name) {
      case "any" -> c -> true;
      case "ascii" -> c -> c < 128;
      case "assigned" -> c -> !isType(c, "cn");
      case "alphabetic", "alpha" -> Character::isAlphabetic;
      case "alnum" -> c -> Character.isAlphabetic(c) || isType(c, "nd");
      case "uppercase", "upper" -> Character::isUpperCase;
      case "lowercase", "lower" -> Character::isLowerCase;
      case "digit" -> c -> isType(c, "nd");
      case "xdigit" -> c -> c < 128 && Character.digit(c, 16) >= 0;
      case "cntrl" -> c -> isType(c, "cc");
      case "punct" -> c -> isType(c, "p");
      case "punctorsymbol" -> c -> isType(c, "p") || isType(c, "s");
      case "space", "whitespace" -> UnicodeProperties::isWhitespace;
      case "blank" -> c -> c == '\t' || isType(c, "zs");
      case "graph" -> c -> isGraphic(c) && !isWhitespace(c);
      case "print" -> c -> isGraphic(c) && (!isWhitespace(c) || isType(c, "zs"));
      case "word" -> UnicodeProperties::isWordPart;
      case "ideographic" -> Character::isIdeographic;
      case "emoji" -> Character::isEmoji;
      case "emojipresentation" -> Character::isEmojiPresentation;
      case "extendedpictographic" -> Character::isExtendedPictographic;
      default -> script(name);
    };
  }

  private static @Nullable IntPredicate script(String name) {
    for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
      if (script.name().replace("_", "").toLowerCase(Locale.ROOT).equals(name)) {
        return c -> Character.UnicodeScript.of(c) == script;
      }
    }
    return null;
  }

  /**
   * @param category one of Unicode's, or the letter that several begin with, in lower case
   */
  static boolean isType(int c, String category) {
    return CATEGORIES[Character.getType(c)].startsWith(category);
  }

  /** Unicode's property White_Space. */
  static boolean isWhitespace(int c) {
    return c >= 9 && c <= 13 || c == 0x85 || isType(c, "z");
  }

  /** What {@code \w} is in a class, and outside of one but for a few. */
  static boolean isWordPart(int c) {
    return Character.isAlphabetic(c) || isType(c, "m") || isType(c, "nd") || isType(c, "pc");
  }

  private static boolean isGraphic(int c) {
    return !isType(c, "cc") && !isType(c, "cs") && !isType(c, "cn");
  }
}
