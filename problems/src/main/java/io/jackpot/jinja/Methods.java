package io.jackpot.jinja;

import io.jackpot.jinja.Values.Function;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings, dicts and lists, without those that change their object. */
final class Methods {
  private interface OfString {
    @Nullable Object call(String self, CallArguments call);
  }

  private interface OfDict {
    @Nullable Object call(Map<?, ?> self, CallArguments call);
  }

  private interface OfList {
    @Nullable Object call(List<?> self, CallArguments call);
  }

  /** Whether a text has a part at one of its ends. */
  private interface AtEnd {
    boolean has(Budget budget, String text, String part);
  }

  private static final Map<String, OfString> STRING =
      Map.ofEntries(
          Map.entry("strip", (s, c) -> strip(s, c, true, true)),
          Map.entry("lstrip", (s, c) -> strip(s, c, true, false)),
          Map.entry("rstrip", (s, c) -> strip(s, c, false, true)),
          Map.entry(
              "split",
              (s, c) ->
                  Texts.split(
                      c.budget(), s, c.string(0, "sep", null), c.integer(1, "maxsplit", -1))),
          Map.entry(
              "rsplit",
              (s, c) ->
                  Texts.splitFromEnd(
                      c.budget(), s, c.string(0, "sep"), c.integer(1, "maxsplit", -1))),
          Map.entry("splitlines", (s, c) -> Texts.lines(c.budget(), s)),
          Map.entry("startswith", (s, c) -> anyOf(s, c, Texts::startsWith)),
          Map.entry("endswith", (s, c) -> anyOf(s, c, Texts::endsWith)),
          Map.entry("upper", (s, c) -> Texts.upper(c.budget(), s)),
          Map.entry("lower", (s, c) -> Texts.lower(c.budget(), s)),
          Map.entry("title", (s, c) -> Texts.title(c.budget(), s)),
          Map.entry("capitalize", (s, c) -> Texts.capitalize(c.budget(), s)),
          Map.entry("replace", Methods::replace),
          Map.entry("removeprefix", (s, c) -> removePrefix(s, c.string(0, "prefix"), c.budget())),
          Map.entry("removesuffix", (s, c) -> removeSuffix(s, c.string(0, "suffix"), c.budget())),
          Map.entry("find", (s, c) -> Texts.first(c.budget(), s, c.string(0, "sub"))),
          Map.entry("rfind", (s, c) -> Texts.last(c.budget(), s, c.string(0, "sub"))),
          Map.entry("count", (s, c) -> Texts.count(c.budget(), s, c.string(0, "sub"))),
          Map.entry(
              "join",
              (s, c) -> Texts.join(c.budget(), Values.items(c.budget(), c.get(0, "iterable")), s)),
          Map.entry("isdigit", (s, c) -> Texts.every(c.budget(), s, Character::isDigit)),
          Map.entry("isalpha", (s, c) -> Texts.every(c.budget(), s, Character::isLetter)),
          Map.entry("isspace", (s, c) -> Texts.every(c.budget(), s, Texts::isSpace)),
          Map.entry(
              "isupper",
              (s, c) ->
                  !s.equals(Texts.lower(c.budget(), s)) && s.equals(Texts.upper(c.budget(), s))),
          Map.entry(
              "islower",
              (s, c) ->
                  !s.equals(Texts.upper(c.budget(), s)) && s.equals(Texts.lower(c.budget(), s))));

  private static final Map<String, OfDict> DICT =
      Map.of(
          "items", (d, c) -> pairs(c.budget(), d),
          "keys", (d, c) -> Values.copy(c.budget(), d.keySet()),
          "values", (d, c) -> Values.copy(c.budget(), d.values()),
          "get",
              (d, c) ->
                  Values.has(c.budget(), d, c.get(0, "key"))
                      ? d.get(c.get(0, "key"))
                      : c.get(1, "default", null));

  private static final Map<String, OfList> LIST =
      Map.of(
          "index", (l, c) -> index(l, c),
          "count", (l, c) -> count(l, c));

  private Methods() {}

  /** The method of that name, bound to {@code self}; null if there is none. */
  static @Nullable Function of(@Nullable Object self, String name) {
    return switch (self) {
      case String text when STRING.containsKey(name) ->
          call -> Objects.requireNonNull(STRING.get(name)).call(text, call);
      case Map<?, ?> map when DICT.containsKey(name) ->
          call -> Objects.requireNonNull(DICT.get(name)).call(map, call);
      case List<?> list when LIST.containsKey(name) ->
          call -> Objects.requireNonNull(LIST.get(name)).call(list, call);
      case null, default -> null;
    };
  }

  static List<@Nullable Object> pairs(Budget budget, Map<?, ?> dict) {
    budget.dict(dict.size());
    List<@Nullable Object> pairs = new ArrayList<>(dict.size());
    dict.forEach((key, value) -> {
      List<@Nullable Object> pair = new ArrayList<>(2);
      pair.add(key);
      pair.add(value);
      pairs.add(pair);
    });
    return pairs;
  }

  static String strip(String text, CallArguments call, boolean left, boolean right) {
    return Texts.strip(call.budget(), text, call.string(0, "chars", null), left, right);
  }

  static String replace(String text, CallArguments call) {
    return Texts.replace(
        call.budget(),
        text,
        call.string(0, "old"),
        call.string(1, "new"),
        call.integer(2, "count", -1));
  }

  /** Whether an end of the text is the argument, or any text in it if it is a list. */
  private static boolean anyOf(String text, CallArguments call, AtEnd end) {
    if (call.get(0, "part") instanceof Collection<?> parts) {
      for (Object item : parts) {
        call.budget().items(1);
        if (item instanceof String part && end.has(call.budget(), text, part)) {
          return true;
        }
      }
      return false;
    }
    return end.has(call.budget(), text, call.string(0, "part"));
  }

  private static String removePrefix(String text, String prefix, Budget budget) {
    return Texts.startsWith(budget, text, prefix)
        ? Texts.part(budget, text, prefix.length(), text.length())
        : text;
  }

  private static String removeSuffix(String text, String suffix, Budget budget) {
    return Texts.endsWith(budget, text, suffix)
        ? Texts.part(budget, text, 0, text.length() - suffix.length())
        : text;
  }

  private static long index(List<?> list, CallArguments call) {
    for (int i = 0; i < list.size(); i++) {
      if (Values.equal(call.budget(), list.get(i), call.get(0, "value"))) {
        return i;
      }
    }
    throw new IllegalArgumentException("index: the list does not have it");
  }

  private static long count(List<?> list, CallArguments call) {
    long count = 0;
    for (Object item : list) {
      count += Values.equal(call.budget(), item, call.get(0, "value")) ? 1 : 0;
    }
    return count;
  }
}
