package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values as Python has them: null (None), Boolean, Long, Double, String, List, Map with keys of any
 * of these, {@link Namespace}, {@link Function} and {@link Undefined}.
 */
final class Values {
  /** Characters of a text that a template may make. */
  static final int LONGEST = 1 << 24;

  /** Items of a list that a template may make. */
  static final int MOST_ITEMS = 1 << 20;

  private Values() {}

  /** What a name stands for that nothing has been set to. */
  record Undefined(String what) {}

  /** What {@code namespace(…)} makes: attributes that loops can set. */
  record Namespace(Map<String, @Nullable Object> attributes) {}

  /** Something that can be called. */
  interface Function {
    @Nullable Object call(Call call);
  }

  static boolean truth(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean bool -> bool;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case Collection<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Undefined undefined -> false;
      default -> true;
    };
  }

  /** As {@code str} gives it; what is undefined is nothing. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> "";
      case null, default -> PythonText.repr(value);
    };
  }

  /** 1, 1.0 and true are equal. */
  static boolean equal(@Nullable Object a, @Nullable Object b) {
    if (isNumber(a) && isNumber(b)) {
      return compare(Objects.requireNonNull(a), Objects.requireNonNull(b)) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if (x.size() != y.size()) {
        return false;
      }
      for (int i = 0; i < x.size(); i++) {
        if (!equal(x.get(i), y.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(e -> y.containsKey(e.getKey()) && equal(e.getValue(), y.get(e.getKey())));
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return Objects.equals(a, b);
  }

  static boolean isNumber(@Nullable Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  /** An integer, true and false being 1 and 0. */
  static @Nullable Long integer(@Nullable Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean bool -> bool ? 1L : 0L;
      case null, default -> null;
    };
  }

  static double number(Object value) {
    Long integer = integer(value);
    return integer != null ? integer : (Double) value;
  }

  /**
   * @throws IllegalArgumentException if the two have no order
   */
  static int compare(@Nullable Object a, @Nullable Object b) {
    Long x = integer(a);
    Long y = integer(b);
    if (x != null && y != null) {
      return x.compareTo(y);
    }
    if (a != null && b != null && isNumber(a) && isNumber(b)) {
      double left = number(a);
      double right = number(b);
      return left < right ? -1 : left == right ? 0 : 1;
    }
    if (a instanceof String left && b instanceof String right) {
      return left.compareTo(right);
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
        if (!equal(left.get(i), right.get(i))) {
          return compare(left.get(i), right.get(i));
        }
      }
      return Integer.compare(left.size(), right.size());
    }
    throw new IllegalArgumentException(kind(a) + " and " + kind(b) + " have no order");
  }

  /**
   * What a loop goes through: a list's elements, a text's characters, a map's keys.
   *
   * @throws IllegalArgumentException if it is nothing of the kind
   */
  static List<@Nullable Object> items(@Nullable Object value) {
    return switch (value) {
      case Collection<?> list -> new ArrayList<>(list);
      case Map<?, ?> map -> new ArrayList<>(map.keySet());
      case String text -> new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
      case Undefined undefined -> new ArrayList<>();
      case null, default -> throw new IllegalArgumentException(kind(value) + " has no items");
    };
  }

  static boolean contains(@Nullable Object container, @Nullable Object item) {
    return switch (container) {
      case String text when item instanceof String part -> text.contains(part);
      case Collection<?> list -> list.stream().anyMatch(element -> equal(element, item));
      case Map<?, ?> map -> map.containsKey(item);
      case Undefined undefined -> false;
      case null, default ->
          throw new IllegalArgumentException(
              kind(item) + " cannot be looked for in " + kind(container));
    };
  }

  static long length(@Nullable Object value) {
    return switch (value) {
      case String text -> text.codePointCount(0, text.length());
      case Collection<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case Undefined undefined -> 0;
      case null, default -> throw new IllegalArgumentException(kind(value) + " has no length");
    };
  }

  /** What a value is, for messages. */
  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "none";
      case Boolean bool -> "a boolean";
      case Long number -> "an integer";
      case Double number -> "a float";
      case String text -> "a string";
      case Collection<?> list -> "a list";
      case Map<?, ?> map -> "a dict";
      case Namespace namespace -> "a namespace";
      case Undefined undefined -> undefined.what() + ", which is undefined,";
      default -> "a function";
    };
  }
}
