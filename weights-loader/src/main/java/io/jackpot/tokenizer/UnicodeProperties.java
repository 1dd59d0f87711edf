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

  private static final int MARK = types("m");
  private static final int NUMBER = types("n");
  private static final int DIGIT = types("nd");
  private static final int PUNCTUATION = types("p");
  private static final int SYMBOL = types("s");
  private static final int SEPARATOR = types("z");
  private static final int SPACE = types("zs");
  private static final int CONTROL = types("cc");
  private static final int CASED_LETTER = types("lu") | types("ll") | types("lt");
  private static final int WORD = MARK | DIGIT | types("pc");
  private static final int INVISIBLE = CONTROL | types("cs") | types("cn");

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

  /** {@link #find} for a known name. */
  static CodePoints get(String name) {
    CodePoints found = find(name);
    if (found == null) {
      throw new IllegalArgumentException(name);
    }
    return found;
  }

  private static @Nullable IntPredicate predicate(String name) {
    String category = LONG_NAMES.getOrDefault(name, name);
    int types = category.equals("lc") ? CASED_LETTER : types(category);
    if (types != 0 && !category.isEmpty() && !category.equals("-")) {
      return c -> isType(c, types);
    }
    return switch (name) {
      case "any" -> c -> true;
      case "ascii" -> c -> c < 128;
      case "assigned" -> Character::isDefined;
      case "alphabetic", "alpha" -> Character::isAlphabetic;
      case "alnum" -> c -> Character.isAlphabetic(c) || isType(c, DIGIT);
      case "uppercase", "upper" -> Character::isUpperCase;
      case "lowercase", "lower" -> Character::isLowerCase;
      case "digit" -> c -> isType(c, DIGIT);
      case "xdigit" -> c -> c < 128 && Character.digit(c, 16) >= 0;
      case "cntrl" -> c -> isType(c, CONTROL);
      case "punct" -> c -> isType(c, PUNCTUATION);
      case "punctorsymbol" -> c -> isType(c, PUNCTUATION | SYMBOL);
      case "space", "whitespace" -> UnicodeProperties::isWhitespace;
      case "blank" -> c -> c == '\t' || isType(c, SPACE);
      case "graph" -> c -> isGraphic(c) && !isWhitespace(c);
      case "print" -> c -> isGraphic(c) && (!isWhitespace(c) || isType(c, SPACE));
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
        return c -> Scripts.ORDINALS[c] == script.ordinal();
      }
    }
    return null;
  }

  /**
   * The general categories, as bits by their numbers, that have a name or begin with a letter.
   *
   * @param category in lower case
   */
  private static int types(String category) {
    int types = 0;
    for (int type = 0; type < CATEGORIES.length; type++) {
      types |= CATEGORIES[type].startsWith(category) ? 1 << type : 0;
    }
    return types;
  }

  private static boolean isType(int c, int types) {
    return (types >>> Character.getType(c) & 1) != 0;
  }

  static boolean isMark(int c) {
    return isType(c, MARK);
  }

  static boolean isNumber(int c) {
    return isType(c, NUMBER);
  }

  static boolean isPunctuation(int c) {
    return isType(c, PUNCTUATION);
  }

  /** Unicode's property White_Space. */
  static boolean isWhitespace(int c) {
    return c >= 9 && c <= 13 || c == 0x85 || isType(c, SEPARATOR);
  }

  /** {@code \w} inside a class; {@link RegexParser#WORD} is {@code \w} outside. */
  static boolean isWordPart(int c) {
    return Character.isAlphabetic(c) || isType(c, WORD);
  }

  private static boolean isGraphic(int c) {
    return !isType(c, INVISIBLE);
  }

  /** The script of each code point: the JDK searches for it. */
  private static final class Scripts {
    private static final short[] ORDINALS = new short[Character.MAX_CODE_POINT + 1];

    static {
      for (int c = 0; c < ORDINALS.length; c++) {
        ORDINALS[c] = (short) Character.UnicodeScript.of(c).ordinal();
      }
    }

    private Scripts() {}
  }

  /** Punctuation as defined by Unicode 8, and the symbols of ASCII. */
  static final class Punctuation {
    /** Classified otherwise by Unicode 8. */
    private static final CodePoints LATER =
        CodePoints.parse(
            "61D 9FD A76 C77 C84 1B4E-1B4F 1B7D-1B7F 2E43-2E4F 2E52-2E5D 10D6E 10EAD 10F55-10F59"
                + " 10F86-10F89 113D4-113D5 113D7-113D8 1144B-1144F 1145A-1145B 1145D 11660-1166C"
                + " 116B9 1183B 11944-11946 119E2 11A3F-11A46 11A9A-11A9C 11A9E-11AA2 11B00-11B09"
                + " 11BE1 11C41-11C45 11C70-11C71 11EF7-11EF8 11F43-11F4F 11FFF 12FF1-12FF2"
                + " 16D6D-16D6F 16E97-16E9A 16FE2 1E5FF 1E95E-1E95F");

    static final CodePoints SET =
        CodePoints.where(c ->
            c < 128
                ? isPunctuation(c) || "$+<=>^`|~".indexOf(c) >= 0
                : c == 0x166D || c == 0x111C9 || (isPunctuation(c) && !LATER.contains(c)));

    private Punctuation() {}
  }
}
