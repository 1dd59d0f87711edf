package io.jackpot.jinja;

import io.jackpot.jinja.Values.Function;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
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

  private static final Map<String, OfString> STRING =
      Map.ofEntries(
          Map.entry("strip", (s, c) -> strip(s, c.string(0, "chars", null), true, true)),
          Map.entry("lstrip", (s, c) -> strip(s, c.string(0, "chars", null), true, false)),
          Map.entry("rstrip", (s, c) -> strip(s, c.string(0, "chars", null), false, true)),
          Map.entry(
              "split", (s, c) -> split(s, c.string(0, "sep", null), c.integer(1, "maxsplit", -1))),
          Map.entry("rsplit", Methods::rsplit),
          Map.entry("splitlines", (s, c) -> new ArrayList<>(s.lines().toList())),
          Map.entry("startswith", (s, c) -> anyOf(c, s::startsWith)),
          Map.entry("endswith", (s, c) -> anyOf(c, s::endsWith)),
          Map.entry("upper", (s, c) -> upper(s)),
          Map.entry("lower", (s, c) -> lower(s)),
          Map.entry("title", (s, c) -> title(s)),
          Map.entry("capitalize", (s, c) -> capitalize(s)),
          Map.entry(
              "replace",
              (s, c) ->
                  replace(s, c.string(0, "old"), c.string(1, "new"), c.integer(2, "count", -1))),
          Map.entry("removeprefix", (s, c) -> removePrefix(s, c.string(0, "prefix"))),
          Map.entry("removesuffix", (s, c) -> removeSuffix(s, c.string(0, "suffix"))),
          Map.entry("find", (s, c) -> place(s, s.indexOf(c.string(0, "sub")))),
          Map.entry("rfind", (s, c) -> place(s, s.lastIndexOf(c.string(0, "sub")))),
          Map.entry("count", (s, c) -> count(s, c.string(0, "sub"))),
          Map.entry("join", (s, c) -> join(c.get(0, "iterable"), s)),
          Map.entry("isdigit", (s, c) -> every(s, Character::isDigit)),
          Map.entry("isalpha", (s, c) -> every(s, Character::isLetter)),
          Map.entry("isspace", (s, c) -> every(s, Methods::isSpace)),
          Map.entry("isupper", (s, c) -> !s.equals(lower(s)) && s.equals(upper(s))),
          Map.entry("islower", (s, c) -> !s.equals(upper(s)) && s.equals(lower(s))));

  private static final Map<String, OfDict> DICT =
      Map.of(
          "items", (d, c) -> pairs(d),
          "keys", (d, c) -> new ArrayList<>(d.keySet()),
          "values", (d, c) -> new ArrayList<>(d.values()),
          "get",
              (d, c) ->
                  d.containsKey(c.get(0, "key"))
                      ? d.get(c.get(0, "key"))
                      : c.get(1, "default", null));

  private static final Map<String, OfList> LIST =
      Map.of(
          "index", (l, c) -> index(l, c.get(0, "value")),
          "count", (l, c) -> l.stream().filter(e -> Values.equal(e, c.get(0, "value"))).count());

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

  static List<@Nullable Object> pairs(Map<?, ?> dict) {
    List<@Nullable Object> pairs = new ArrayList<>();
    dict.forEach((key, value) -> {
      List<@Nullable Object> pair = new ArrayList<>();
      pair.add(key);
      pair.add(value);
      pairs.add(pair);
    });
    return pairs;
  }

  /** Whether Python's strip removes the character. */
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 28 && c <= 32)
        || c == 0x85
        || c == 0xa0
        || Character.isSpaceChar(c);
  }

  static String strip(String text, @Nullable String chars, boolean left, boolean right) {
    IntPredicate goes = chars == null ? Methods::isSpace : c -> chars.indexOf(c) >= 0;
    int from = 0;
    int to = text.length();
    while (left && from < to && goes.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && goes.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private static List<@Nullable Object> split(String text, @Nullable String separator, long most) {
    List<@Nullable Object> parts = new ArrayList<>();
    if (separator != null) {
      if (separator.isEmpty()) {
        throw new IllegalArgumentException("split: an empty separator");
      }
      int from = 0;
      for (int at = text.indexOf(separator);
          at >= 0 && (most < 0 || parts.size() < most);
          at = text.indexOf(separator, from)) {
        parts.add(text.substring(from, at));
        from = at + separator.length();
      }
      parts.add(text.substring(from));
      return parts;
    }
    String rest = strip(text, null, true, false);
    while (!rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !isSpace(rest.codePointAt(end))) {
        end += Character.charCount(rest.codePointAt(end));
      }
      if (most >= 0 && parts.size() == most) {
        parts.add(rest);
        return parts;
      }
      parts.add(rest.substring(0, end));
      rest = strip(rest.substring(end), null, true, false);
    }
    return parts;
  }

  private static List<@Nullable Object> rsplit(String text, CallArguments call) {
    String separator = call.string(0, "sep");
    long most = call.integer(1, "maxsplit", -1);
    List<@Nullable Object> parts = split(text, separator, -1);
    if (most >= 0 && parts.size() > most + 1) {
      int first = parts.size() - (int) most;
      String head =
          parts.subList(0, first).stream().map(Values::text).collect(Collectors.joining(separator));
      List<@Nullable Object> tail = new ArrayList<>(parts.subList(first, parts.size()));
      tail.addFirst(head);
      return tail;
    }
    return parts;
  }

  /** Whether the test holds for the argument, or for any text in it if it is a list. */
  private static boolean anyOf(CallArguments call, java.util.function.Predicate<String> holds) {
    Object part = call.get(0, "part");
    if (part instanceof Collection<?> parts) {
      return parts.stream().anyMatch(p -> p instanceof String text && holds.test(text));
    }
    return holds.test(call.string(0, "part"));
  }

  static String upper(String text) {
    return text.toUpperCase(java.util.Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  /** Converts the first letter of each word to title case, the others to lower case. */
  static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inside = false;
    for (int c : text.codePoints().toArray()) {
      title.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inside = Character.isLetter(c);
    }
    return title.toString();
  }

  static String capitalize(String text) {
    int first = text.isEmpty() ? 0 : text.offsetByCodePoints(0, 1);
    return upper(text.substring(0, first)) + lower(text.substring(first));
  }

  static String replace(String text, String old, String with, long most) {
    StringBuilder replaced = new StringBuilder();
    int from = 0;
    long left = most < 0 ? Long.MAX_VALUE : most;
    for (int at = text.indexOf(old); at >= 0 && left > 0 && at <= text.length(); left--) {
      replaced.append(text, from, at).append(with);
      from = at + old.length();
      Values.bounded(replaced);
      if (old.isEmpty()) {
        if (at == text.length()) {
          break;
        }
        replaced.append(text.charAt(at));
        from = at + 1;
      }
      at = text.indexOf(old, from);
    }
    return replaced.append(text, Math.min(from, text.length()), text.length()).toString();
  }

  private static String removePrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String removeSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  /** The index in characters of an index in UTF-16 units. */
  private static long place(String text, int at) {
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static long count(String text, String part) {
    return part.isEmpty() ? Values.length(text) + 1 : split(text, part, -1).size() - 1L;
  }

  static String join(@Nullable Object items, String separator) {
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object item : Values.items(items)) {
      joined.append(first ? "" : separator).append(Values.text(item));
      first = false;
      Values.bounded(joined);
    }
    return joined.toString();
  }

  private static boolean every(String text, IntPredicate holds) {
    return !text.isEmpty() && text.codePoints().allMatch(holds);
  }

  private static long index(List<?> list, @Nullable Object value) {
    for (int i = 0; i < list.size(); i++) {
      if (Values.equal(list.get(i), value)) {
        return i;
      }
    }
    throw new IllegalArgumentException("index: the list does not have it");
  }
}
