package io.jackpot.jinja;

import io.jackpot.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters, which follow {@code |}; the value before it is a filter's first argument. */
final class Filters {
  private interface FilterFunction {
    @Nullable Object apply(@Nullable Object value, CallArguments call);
  }

  private static final Pattern PLACE = Pattern.compile("\\d{1,9}");
  private static final Pattern INTEGER = Pattern.compile("[-+]?\\d++");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(?:\\d++(?:\\.\\d*+)?+|\\.\\d++)(?:[eE][-+]?\\d++)?+");

  private static final Map<String, Double> NOT_FINITE =
      Map.of(
          "nan", Double.NaN,
          "inf", Double.POSITIVE_INFINITY,
          "-inf", Double.NEGATIVE_INFINITY,
          "infinity", Double.POSITIVE_INFINITY,
          "-infinity", Double.NEGATIVE_INFINITY);

  /** Work for rounding: a double may have a thousand digits. */
  private static final int ROUNDING = 10_000;

  /** Work for a digit of a number. */
  private static final int DIGIT = 4;

  /** A double has fewer digits before and behind the point. */
  private static final int MOST_DIGITS = 1100;

  private static final Map<String, FilterFunction> ALL = new LinkedHashMap<>();

  static {
    ALL.put("trim", (v, c) -> Methods.strip(text(v, c), c, true, true));
    ALL.put("upper", (v, c) -> Texts.upper(c.budget(), text(v, c)));
    ALL.put("lower", (v, c) -> Texts.lower(c.budget(), text(v, c)));
    ALL.put("capitalize", (v, c) -> Texts.capitalize(c.budget(), text(v, c)));
    ALL.put("title", (v, c) -> Texts.title(c.budget(), text(v, c)));
    ALL.put("string", (v, c) -> text(v, c));
    ALL.put("safe", (v, c) -> v);
    ALL.put("length", (v, c) -> Values.length(c.budget(), v));
    ALL.put("count", (v, c) -> Values.length(c.budget(), v));
    ALL.put("default", Filters::otherwise);
    ALL.put("d", Filters::otherwise);
    ALL.put("replace", (v, c) -> Methods.replace(text(v, c), c));
    ALL.put("join", Filters::join);
    ALL.put("indent", Filters::indent);
    ALL.put("tojson", Filters::json);
    ALL.put("list", (v, c) -> items(v, c));
    ALL.put(
        "items",
        (v, c) -> v instanceof Map<?, ?> map ? Methods.pairs(c.budget(), map) : items(v, c));
    ALL.put("dictsort", (v, c) -> sorted(dict(v, c), Path.of(c.budget(), "0"), c));
    ALL.put("first", (v, c) -> ends(v, c, true));
    ALL.put("last", (v, c) -> ends(v, c, false));
    ALL.put("reverse", Filters::reverse);
    ALL.put(
        "sort",
        (v, c) -> sorted(items(v, c), Path.of(c.budget(), c.string(2, "attribute", null)), c));
    ALL.put("unique", Filters::unique);
    ALL.put("sum", Filters::sum);
    ALL.put("min", (v, c) -> extreme(v, c, -1));
    ALL.put("max", (v, c) -> extreme(v, c, 1));
    ALL.put("int", (v, c) -> integer(v, c));
    ALL.put("float", (v, c) -> real(v, c));
    ALL.put("abs", (v, c) -> v instanceof Long n ? (Object) Math.absExact(n) : Math.abs(number(v)));
    ALL.put("round", (v, c) -> round(number(v), c));
    ALL.put("map", Filters::map);
    ALL.put("select", (v, c) -> select(v, c, null, true));
    ALL.put("reject", (v, c) -> select(v, c, null, false));
    ALL.put(
        "selectattr",
        (v, c) -> select(v, c.without(1, "selectattr"), c.string(0, "attribute"), true));
    ALL.put(
        "rejectattr",
        (v, c) -> select(v, c.without(1, "rejectattr"), c.string(0, "attribute"), false));
  }

  private Filters() {}

  /**
   * Applies a filter.
   *
   * @throws IllegalArgumentException if there is no such filter, or it does not accept the value
   */
  static @Nullable Object apply(String name, @Nullable Object value, CallArguments call) {
    call.budget().step();
    FilterFunction filter = ALL.get(name);
    if (filter == null) {
      throw new IllegalArgumentException(
          "the filter "
              + name
              + " is not supported, expected one of "
              + String.join(", ", ALL.keySet()));
    }
    return filter.apply(value, call);
  }

  private static @Nullable Object otherwise(@Nullable Object value, CallArguments call) {
    boolean missing =
        value instanceof Undefined || (call.flag(1, "boolean", false) && !Values.truth(value));
    return missing ? call.get(0, "default_value", "") : value;
  }

  private static String text(@Nullable Object value, CallArguments call) {
    return Values.text(call.budget(), value);
  }

  private static List<@Nullable Object> items(@Nullable Object value, CallArguments call) {
    return Values.items(call.budget(), value);
  }

  private static String join(@Nullable Object value, CallArguments call) {
    Path path = Path.of(call.budget(), call.string(1, "attribute", null));
    List<@Nullable Object> parts = items(value, call);
    parts.replaceAll(part -> path.of(call.budget(), part, null));
    return Texts.join(call.budget(), parts, Objects.requireNonNull(call.string(0, "d", "")));
  }

  private static String indent(@Nullable Object value, CallArguments call) {
    Object width = call.get(0, "width", 4L);
    String space = width instanceof String text ? text : " ";
    long times = width instanceof String ? 1 : call.integer(0, "width", 4);
    boolean first = call.flag(1, "first", false);
    boolean blank = call.flag(2, "blank", false);
    BoundedText indented = new BoundedText(call.budget());
    boolean head = true;
    for (Object item : Texts.split(call.budget(), text(value, call), "\n", -1)) {
      String line = text(item, call);
      indented.append(head ? "" : "\n");
      boolean moves = head ? first : blank || !line.isEmpty();
      indented.repeat(space, moves ? times : 0).append(line);
      head = false;
    }
    return indented.toString();
  }

  private static String json(@Nullable Object value, CallArguments call) {
    boolean spread = call.get(1, "indent", null) != null;
    Object separators = call.get(2, "separators", null);
    List<@Nullable Object> given = separators == null ? List.of() : items(separators, call);
    return PythonText.json(
        call.budget(),
        value,
        new PythonText.Layout(
            spread ? (Long) call.integer(1, "indent", 0) : null,
            given.size() == 2 ? text(given.get(0), call) : spread ? "," : ", ",
            given.size() == 2 ? text(given.get(1), call) : ": ",
            call.flag(3, "sort_keys", false)));
  }

  private static List<@Nullable Object> dict(@Nullable Object value, CallArguments call) {
    if (value instanceof Map<?, ?> map) {
      return Methods.pairs(call.budget(), map);
    }
    throw new IllegalArgumentException(Values.kind(value) + ", expected a dict");
  }

  private static @Nullable Object ends(@Nullable Object value, CallArguments call, boolean first) {
    if (value instanceof List<?> list && !list.isEmpty()) {
      return first ? list.getFirst() : list.getLast();
    }
    List<@Nullable Object> items = items(value, call);
    return items.isEmpty()
        ? new Undefined("an item of nothing")
        : first ? items.getFirst() : items.getLast();
  }

  private static Object reverse(@Nullable Object value, CallArguments call) {
    if (value instanceof String text) {
      return Texts.reverse(call.budget(), text);
    }
    List<@Nullable Object> items = items(value, call);
    Collections.reverse(items);
    return items;
  }

  /** An item and what it is sorted by. */
  private record Sorted(@Nullable Object key, @Nullable Object item) {}

  private static List<@Nullable Object> sorted(
      List<@Nullable Object> items, Path path, CallArguments call) {
    boolean caseMatters = call.flag(1, "case_sensitive", false);
    call.budget().objects(items.size());
    List<Sorted> sorted = new ArrayList<>(items.size());
    for (Object item : items) {
      Object key = comparable(path.of(call.budget(), item, null), call, caseMatters);
      sorted.add(new Sorted(key, item));
    }
    Comparator<Sorted> order = (a, b) -> Values.compare(call.budget(), a.key, b.key);
    sorted.sort(call.flag(0, "reverse", false) ? order.reversed() : order);
    for (int i = 0; i < items.size(); i++) {
      items.set(i, sorted.get(i).item);
    }
    return items;
  }

  private static @Nullable Object comparable(
      @Nullable Object value, CallArguments call, boolean caseMatters) {
    return value instanceof String text && !caseMatters ? Texts.lower(call.budget(), text) : value;
  }

  private static List<@Nullable Object> unique(@Nullable Object value, CallArguments call) {
    boolean caseMatters = call.flag(0, "case_sensitive", false);
    List<@Nullable Object> kept = new ArrayList<>();
    Set<@Nullable Object> known = new HashSet<>();
    List<@Nullable Object> others = new ArrayList<>();
    for (Object item : items(value, call)) {
      Object key = hashed(comparable(item, call, caseMatters));
      call.budget().dict(1);
      if (key instanceof String text) {
        call.budget().characters(2L * text.length());
      }
      boolean isNew =
          Values.isKey(key) ? known.add(key) : !Values.contains(call.budget(), others, key);
      if (isNew && !Values.isKey(key)) {
        others.add(key);
      }
      if (isNew) {
        kept.add(item);
      }
    }
    return kept;
  }

  /** The value that stands for all that are equal to it. */
  private static @Nullable Object hashed(@Nullable Object value) {
    if (value instanceof Boolean) {
      return Values.integer(value);
    }
    return value instanceof Double real && real == Math.rint(real) && Math.abs(real) < 1L << 53
        ? (Object) real.longValue()
        : value;
  }

  private static @Nullable Object sum(@Nullable Object value, CallArguments call) {
    Path path = Path.of(call.budget(), call.string(0, "attribute", null));
    Object sum = call.get(1, "start", 0L);
    for (Object item : items(value, call)) {
      sum = Arithmetic.apply(call.budget(), "+", sum, path.of(call.budget(), item, null));
    }
    return sum;
  }

  private static @Nullable Object extreme(@Nullable Object value, CallArguments call, int sign) {
    List<@Nullable Object> items = items(value, call);
    if (items.isEmpty()) {
      return new Undefined("an item of nothing");
    }
    Object extreme = items.getFirst();
    Object best = comparable(extreme, call, false);
    for (Object item : items.subList(1, items.size())) {
      Object key = comparable(item, call, false);
      if (sign * Values.compare(call.budget(), key, best) > 0) {
        extreme = item;
        best = key;
      }
    }
    return extreme;
  }

  private static double number(@Nullable Object value) {
    if (value != null && Values.isNumber(value)) {
      return Values.number(value);
    }
    throw new IllegalArgumentException(Values.kind(value) + ", expected a number");
  }

  private static @Nullable Object integer(@Nullable Object value, CallArguments call) {
    Object otherwise = call.get(0, "default", 0L);
    if (value instanceof String text) {
      String plain = Texts.strip(call.budget(), text, null, true, true);
      if (INTEGER.matcher(plain).matches()) {
        try {
          return Long.valueOf(plain);
        } catch (NumberFormatException e) {
          throw new ArithmeticException("int: " + Values.shown(plain) + " is too large");
        }
      }
    }
    Object number = value instanceof String ? real(value, call, null) : value;
    if (number instanceof Double real) {
      if (Math.abs(real) >= 0x1p63) {
        throw new ArithmeticException("int: " + real + " is too large");
      }
      return Double.isNaN(real) ? otherwise : (Object) real.longValue();
    }
    Long integer = Values.integer(number);
    return integer == null ? otherwise : integer;
  }

  private static @Nullable Object real(@Nullable Object value, CallArguments call) {
    return real(value, call, call.get(0, "default", 0.0));
  }

  private static @Nullable Object real(
      @Nullable Object value, CallArguments call, @Nullable Object otherwise) {
    if (value instanceof String text) {
      String plain = Texts.strip(call.budget(), text, null, true, true);
      call.budget().characters(DIGIT * (long) plain.length());
      return REAL.matcher(plain).matches()
          ? (Object) Double.valueOf(plain)
          : notFinite(plain.length() > 9 ? "" : plain.toLowerCase(Locale.ROOT), otherwise);
    }
    return value != null && Values.isNumber(value) ? (Object) Values.number(value) : otherwise;
  }

  private static @Nullable Object notFinite(String text, @Nullable Object otherwise) {
    return NOT_FINITE.containsKey(text) ? (Object) NOT_FINITE.get(text) : otherwise;
  }

  /** Rounds a decimal to the nearest number with some digits behind the point, or before it. */
  private static double round(double value, CallArguments call) {
    long precision = call.integer(0, "precision", 0);
    call.budget().characters(ROUNDING);
    if (!Double.isFinite(value) || precision > MOST_DIGITS) {
      return value;
    }
    int scale = (int) Math.max(precision, -MOST_DIGITS);
    return new BigDecimal(value).setScale(scale, RoundingMode.HALF_EVEN).doubleValue();
  }

  /** Maps items by the filter that the first argument names, or by {@code attribute='name'}. */
  private static List<@Nullable Object> map(@Nullable Object value, CallArguments call) {
    List<@Nullable Object> mapped = items(value, call);
    String attribute = call.string(call.places().size(), "attribute", null);
    if (attribute == null) {
      String filter = call.string(0, "filter");
      CallArguments arguments = call.without(1, filter);
      mapped.replaceAll(item -> apply(filter, item, arguments));
    } else {
      Path path = Path.of(call.budget(), attribute);
      mapped.replaceAll(item -> path.of(call.budget(), item, call.named().get("default")));
    }
    return mapped;
  }

  /** Selects items by the test that the first argument names, or by their truth. */
  private static List<@Nullable Object> select(
      @Nullable Object value, CallArguments call, @Nullable String attribute, boolean wanted) {
    List<@Nullable Object> selected = items(value, call);
    Path path = Path.of(call.budget(), attribute);
    String test = call.string(0, "test", null);
    CallArguments arguments = call.without(1, test == null ? "" : test);
    selected.removeIf(item -> {
      Object part = path.of(call.budget(), item, null);
      boolean holds = test == null ? Values.truth(part) : Tests.holds(test, part, arguments);
      return holds != wanted;
    });
    return selected;
  }

  /** The way to a part of a value, such as {@code a.b}; empty for the value itself. */
  private record Path(List<Object> keys) {
    static Path of(Budget budget, @Nullable String path) {
      List<Object> keys = new ArrayList<>();
      if (path != null) {
        for (Object part : Texts.split(budget, path, ".", -1)) {
          budget.step();
          String name = (String) Objects.requireNonNull(part);
          keys.add(PLACE.matcher(name).matches() ? (Object) Long.valueOf(name) : name);
        }
      }
      return new Path(keys);
    }

    /**
     * Reads the part.
     *
     * @param otherwise the value for a missing part; null to leave it undefined
     */
    @Nullable Object of(Budget budget, @Nullable Object value, @Nullable Object otherwise) {
      Object part = value;
      for (Object key : keys) {
        budget.step();
        part = Access.item(budget, part, key);
        part = part instanceof Undefined && otherwise != null ? otherwise : part;
      }
      return part;
    }
  }
}
