package io.jackpot.jinja;

import io.jackpot.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The filters, which follow {@code |}; the value before it is a filter's first argument. */
final class Filters {
  private interface FilterFunction {
    @Nullable Object apply(@Nullable Object value, CallArguments call);
  }

  private static final Map<String, FilterFunction> ALL = new LinkedHashMap<>();

  static {
    ALL.put(
        "trim", (v, c) -> Methods.strip(Values.text(v), c.string(0, "chars", null), true, true));
    ALL.put("upper", (v, c) -> Methods.upper(Values.text(v)));
    ALL.put("lower", (v, c) -> Methods.lower(Values.text(v)));
    ALL.put("capitalize", (v, c) -> Methods.capitalize(Values.text(v)));
    ALL.put("title", (v, c) -> Methods.title(Values.text(v)));
    ALL.put("string", (v, c) -> Values.text(v));
    ALL.put("safe", (v, c) -> v);
    ALL.put("length", (v, c) -> Values.length(v));
    ALL.put("count", (v, c) -> Values.length(v));
    ALL.put("default", Filters::otherwise);
    ALL.put("d", Filters::otherwise);
    ALL.put(
        "replace",
        (v, c) ->
            Methods.replace(
                Values.text(v), c.string(0, "old"), c.string(1, "new"), c.integer(2, "count", -1)));
    ALL.put("join", Filters::join);
    ALL.put("indent", Filters::indent);
    ALL.put("tojson", Filters::json);
    ALL.put("list", (v, c) -> Values.items(v));
    ALL.put("items", (v, c) -> v instanceof Map<?, ?> map ? Methods.pairs(map) : Values.items(v));
    ALL.put("dictsort", (v, c) -> sorted(dict(v), pair -> Access.item(pair, 0L), c));
    ALL.put("first", (v, c) -> ends(v, true));
    ALL.put("last", (v, c) -> ends(v, false));
    ALL.put("reverse", Filters::reverse);
    ALL.put(
        "sort", (v, c) -> sorted(Values.items(v), attribute(c.string(2, "attribute", null)), c));
    ALL.put("unique", Filters::unique);
    ALL.put("sum", Filters::sum);
    ALL.put("min", (v, c) -> extreme(v, -1));
    ALL.put("max", (v, c) -> extreme(v, 1));
    ALL.put("int", (v, c) -> integer(v, c.get(0, "default", 0L)));
    ALL.put("float", (v, c) -> real(v, c.get(0, "default", 0.0)));
    ALL.put("abs", (v, c) -> v instanceof Long n ? (Object) Math.absExact(n) : Math.abs(number(v)));
    ALL.put("round", (v, c) -> round(number(v), (int) c.integer(0, "precision", 0)));
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

  private static String join(@Nullable Object value, CallArguments call) {
    Function<@Nullable Object, @Nullable Object> part =
        attribute(call.string(1, "attribute", null));
    List<@Nullable Object> parts = new ArrayList<>();
    Values.items(value).forEach(item -> parts.add(part.apply(item)));
    return Methods.join(parts, Objects.requireNonNull(call.string(0, "d", "")));
  }

  private static String indent(@Nullable Object value, CallArguments call) {
    Object width = call.get(0, "width", 4L);
    String space =
        width instanceof String text ? text : " ".repeat((int) call.integer(0, "width", 4));
    boolean first = call.flag(1, "first", false);
    boolean blank = call.flag(2, "blank", false);
    StringBuilder indented = new StringBuilder();
    boolean head = true;
    for (String line : Values.text(value).split("\n", -1)) {
      indented.append(head ? "" : "\n");
      boolean moves = head ? first : blank || !line.isEmpty();
      indented.append(moves ? space : "").append(line);
      head = false;
    }
    return indented.toString();
  }

  private static String json(@Nullable Object value, CallArguments call) {
    Object indent = call.get(1, "indent", null);
    Object separators = call.get(2, "separators", null);
    boolean spread = indent != null;
    List<@Nullable Object> given = separators == null ? List.of() : Values.items(separators);
    return PythonText.json(
        value,
        new PythonText.Layout(
            spread ? Math.toIntExact(call.integer(1, "indent", 0)) : null,
            given.size() == 2 ? Values.text(given.get(0)) : spread ? "," : ", ",
            given.size() == 2 ? Values.text(given.get(1)) : ": ",
            call.flag(3, "sort_keys", false)));
  }

  private static List<@Nullable Object> dict(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return Methods.pairs(map);
    }
    throw new IllegalArgumentException(Values.kind(value) + ", expected a dict");
  }

  private static @Nullable Object ends(@Nullable Object value, boolean first) {
    List<@Nullable Object> items = Values.items(value);
    return items.isEmpty()
        ? new Undefined("an item of nothing")
        : first ? items.getFirst() : items.getLast();
  }

  private static Object reverse(@Nullable Object value, CallArguments call) {
    if (value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    List<@Nullable Object> items = Values.items(value);
    Collections.reverse(items);
    return items;
  }

  private static List<@Nullable Object> sorted(
      List<@Nullable Object> items,
      Function<@Nullable Object, @Nullable Object> key,
      CallArguments call) {
    boolean caseMatters = call.flag(1, "case_sensitive", false);
    Comparator<@Nullable Object> order =
        (a, b) ->
            Values.compare(
                comparable(key.apply(a), caseMatters), comparable(key.apply(b), caseMatters));
    items.sort(call.flag(0, "reverse", false) ? order.reversed() : order);
    return items;
  }

  private static @Nullable Object comparable(@Nullable Object value, boolean caseMatters) {
    return value instanceof String text && !caseMatters ? Methods.lower(text) : value;
  }

  private static List<@Nullable Object> unique(@Nullable Object value, CallArguments call) {
    boolean caseMatters = call.flag(0, "case_sensitive", false);
    List<@Nullable Object> kept = new ArrayList<>();
    List<@Nullable Object> known = new ArrayList<>();
    for (Object item : Values.items(value)) {
      Object key = comparable(item, caseMatters);
      if (!Values.contains(known, key)) {
        known.add(key);
        kept.add(item);
      }
    }
    return kept;
  }

  private static @Nullable Object sum(@Nullable Object value, CallArguments call) {
    Function<@Nullable Object, @Nullable Object> part =
        attribute(call.string(0, "attribute", null));
    Object sum = call.get(1, "start", 0L);
    for (Object item : Values.items(value)) {
      sum = Arithmetic.apply("+", sum, part.apply(item));
    }
    return sum;
  }

  private static @Nullable Object extreme(@Nullable Object value, int sign) {
    List<@Nullable Object> items = Values.items(value);
    if (items.isEmpty()) {
      return new Undefined("an item of nothing");
    }
    return Collections.max(
        items, (a, b) -> sign * Values.compare(comparable(a, false), comparable(b, false)));
  }

  private static double number(@Nullable Object value) {
    if (value != null && Values.isNumber(value)) {
      return Values.number(value);
    }
    throw new IllegalArgumentException(Values.kind(value) + ", expected a number");
  }

  private static @Nullable Object integer(@Nullable Object value, @Nullable Object otherwise) {
    try {
      return switch (value) {
        case Double number when Double.isFinite(number) ->
            (Object) new BigDecimal(number).longValue();
        case String text -> new BigDecimal(text.strip()).longValue();
        case null -> otherwise;
        default -> Objects.requireNonNullElse(Values.integer(value), 0L);
      };
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static @Nullable Object real(@Nullable Object value, @Nullable Object otherwise) {
    try {
      return value instanceof String text
          ? (Object) Double.valueOf(text.strip())
          : value != null && Values.isNumber(value) ? (Object) Values.number(value) : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static double round(double value, int precision) {
    return Double.isFinite(value)
        ? new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).doubleValue()
        : value;
  }

  private static Function<@Nullable Object, @Nullable Object> attribute(@Nullable String path) {
    return attribute(path, null);
  }

  /**
   * Reads the attribute that a path such as {@code a.b} names.
   *
   * @param path the path; null for the value itself
   * @param otherwise the value for a missing part; null to leave it undefined
   */
  private static Function<@Nullable Object, @Nullable Object> attribute(
      @Nullable String path, @Nullable Object otherwise) {
    return value -> {
      Object part = value;
      for (String name : path == null ? new String[0] : path.split("\\.")) {
        part = Access.item(part, name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name);
        part = part instanceof Undefined && otherwise != null ? otherwise : part;
      }
      return part;
    };
  }

  /** Maps items by the filter that the first argument names, or by {@code attribute='name'}. */
  private static List<@Nullable Object> map(@Nullable Object value, CallArguments call) {
    List<@Nullable Object> mapped = new ArrayList<>();
    String attribute = call.string(call.places().size(), "attribute", null);
    for (Object item : Values.items(value)) {
      if (attribute == null) {
        String filter = call.string(0, "filter");
        mapped.add(apply(filter, item, call.without(1, filter)));
      } else {
        mapped.add(attribute(attribute, call.named().get("default")).apply(item));
      }
    }
    return mapped;
  }

  /** Selects items by the test that the first argument names, or by their truth. */
  private static List<@Nullable Object> select(
      @Nullable Object value, CallArguments call, @Nullable String attribute, boolean wanted) {
    List<@Nullable Object> selected = new ArrayList<>();
    String test = call.string(0, "test", null);
    for (Object item : Values.items(value)) {
      Object part = attribute(attribute).apply(item);
      boolean holds =
          test == null ? Values.truth(part) : Tests.holds(test, part, call.without(1, test));
      if (holds == wanted) {
        selected.add(item);
      }
    }
    return selected;
  }
}
