package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of templates, with Python's semantics: null (None), Boolean, Long, Double, String,
 * List, Map with keys of any of these, {@link Namespace}, {@link Function} and {@link Undefined}.
 */
final class Values {
  /** The most characters of a text that a template may make. */
  static final int LONGEST = 1 << 24;

  /** The most items of a list that a template may make. */
  static final int MOST_ITEMS = 1 << 20;

  private Values() {}

  /**
   * Returns the text.
   *
   * @throws IllegalArgumentException if it is longer than a template may make it
   */
  static <T extends CharSequence> T bounded(T text) {
    if (text.length() > LONGEST) {
      throw tooLong("text");
    }
    return text;
  }

  /** The error for a text, or JSON, of more than {@link #LONGEST} characters. */
  static IllegalArgumentException tooLong(String what) {
    return new IllegalArgumentException(what + " of more than " + LONGEST + " characters");
  }

  /**
   * The value of a name or an attribute that was never set.
   *
   * @param what the name, for messages
   */
  record Undefined(String what) {}

  /** The result of {@code namespace(…)}: attributes that loops can set. */
  record Namespace(Map<String, @Nullable Object> attributes) {}

  /** A value that can be called. */
  interface Function {
    @Nullable Object call(CallArguments call);
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

  /** The text that {@code str} returns; empty for an undefined value. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> "";
      case null, default -> PythonText.repr(value);
    };
  }

  /** Whether two values are equal; 1, 1.0 and true are. */
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

  /** The integer that a value is, with 1 and 0 for true and false; null for other values. */
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
   * Compares two values as {@link Comparable#compareTo} does.
   *
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
   * The items that a loop visits: a list's elements, a text's characters or a map's keys.
   *
   * @throws IllegalArgumentException if the value has no items
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

  /** The kind of a value, for messages. */
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
