package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of templates, with Python's semantics: null (None), Boolean, Long, Double, String,
 * List, Map with keys that are none of the two, {@link Namespace}, {@link Loop}, {@link Function}
 * and {@link Undefined}. Lists and maps never change, so only a namespace can contain itself.
 */
final class Values {
  /** The most characters of a foreign text in a message. */
  private static final int SHOWN = 60;

  private Values() {}

  /**
   * The value of a name or an attribute that was never set.
   *
   * @param what the name, for messages
   */
  record Undefined(String what) {}

  /** The result of {@code namespace(…)}: attributes that loops can set. It equals only itself. */
  static final class Namespace {
    private final Map<String, @Nullable Object> attributes;

    Namespace(Map<String, @Nullable Object> attributes) {
      this.attributes = attributes;
    }

    Map<String, @Nullable Object> attributes() {
      return attributes;
    }
  }

  /**
   * The variable {@code loop}.
   *
   * @param items all that the loop visits
   * @param at the index of the item that it visits now
   */
  record Loop(List<@Nullable Object> items, int at) {
    @Nullable Object attribute(String name) {
      int size = items.size();
      return switch (name) {
        case "index" -> at + 1L;
        case "index0" -> (long) at;
        case "revindex" -> (long) size - at;
        case "revindex0" -> size - at - 1L;
        case "first" -> at == 0;
        case "last" -> at == size - 1;
        case "length" -> (long) size;
        case "depth" -> 1L;
        case "depth0" -> 0L;
        case "previtem" -> at > 0 ? items.get(at - 1) : new Undefined("loop.previtem");
        case "nextitem" -> at < size - 1 ? items.get(at + 1) : new Undefined("loop.nextitem");
        case "cycle" -> (Function) call -> call.places().get(at % call.places().size());
        default -> new Undefined(shown(name) + " of loop");
      };
    }
  }

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
  static String text(Budget budget, @Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> "";
      case null, default -> PythonText.repr(budget, value);
    };
  }

  /** Whether two values are equal; 1, 1.0 and true are. */
  static boolean equal(Budget budget, @Nullable Object a, @Nullable Object b) {
    budget.items(2);
    if (isNumber(a) && isNumber(b)) {
      return compare(budget, a, b) == 0;
    }
    if (a instanceof String x && b instanceof String y) {
      budget.characters(x.length() == y.length() ? x.length() : 0);
      return x.equals(y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if (x.size() != y.size()) {
        return false;
      }
      budget.enter();
      for (int i = 0; i < x.size(); i++) {
        if (!equal(budget, x.get(i), y.get(i))) {
          budget.leave();
          return false;
        }
      }
      budget.leave();
      return true;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size() && equalEntries(budget, x, y);
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return Objects.equals(a, b);
  }

  private static boolean equalEntries(Budget budget, Map<?, ?> x, Map<?, ?> y) {
    budget.enter();
    for (Map.Entry<?, ?> entry : x.entrySet()) {
      Object key = entry.getKey();
      if (!has(budget, y, key) || !equal(budget, entry.getValue(), y.get(key))) {
        budget.leave();
        return false;
      }
    }
    budget.leave();
    return true;
  }

  /** Whether a map has a key; a list or a map never is one. */
  static boolean has(Budget budget, Map<?, ?> map, @Nullable Object key) {
    budget.items(1);
    if (key instanceof String text) {
      budget.characters(2L * text.length());
    }
    return isKey(key) && map.containsKey(key);
  }

  /** Whether a value can be the key of a dict. */
  static boolean isKey(@Nullable Object value) {
    return !(value instanceof Collection<?> || value instanceof Map<?, ?>);
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
  static int compare(Budget budget, @Nullable Object a, @Nullable Object b) {
    budget.items(2);
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
      budget.characters(Math.min(left.length(), right.length()));
      return left.compareTo(right);
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
        if (!equal(budget, left.get(i), right.get(i))) {
          budget.enter();
          int order = compare(budget, left.get(i), right.get(i));
          budget.leave();
          return order;
        }
      }
      return Integer.compare(left.size(), right.size());
    }
    throw new IllegalArgumentException(kind(a) + " and " + kind(b) + " have no order");
  }

  /**
   * The items that a loop visits, in a new list: a list's elements, a text's characters or a map's
   * keys.
   *
   * @throws IllegalArgumentException if the value has no items
   */
  static List<@Nullable Object> items(Budget budget, @Nullable Object value) {
    return switch (value) {
      case Collection<?> list -> copy(budget, list);
      case Map<?, ?> map -> copy(budget, map.keySet());
      case String text -> Texts.characters(budget, text);
      case Undefined undefined -> new ArrayList<>();
      case null, default -> throw new IllegalArgumentException(kind(value) + " has no items");
    };
  }

  static List<@Nullable Object> copy(Budget budget, Collection<?> list) {
    budget.list(list.size());
    return new ArrayList<>(list);
  }

  static boolean contains(Budget budget, @Nullable Object container, @Nullable Object item) {
    return switch (container) {
      case String text when item instanceof String part -> Texts.contains(budget, text, part);
      case Collection<?> list -> {
        for (Object element : list) {
          if (equal(budget, element, item)) {
            yield true;
          }
        }
        yield false;
      }
      case Map<?, ?> map -> has(budget, map, item);
      case Undefined undefined -> false;
      case null, default ->
          throw new IllegalArgumentException(
              kind(item) + " cannot be looked for in " + kind(container));
    };
  }

  static long length(Budget budget, @Nullable Object value) {
    return switch (value) {
      case String text -> Texts.length(budget, text);
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
      case Loop loop -> "a loop";
      case Undefined undefined -> undefined.what() + ", which is undefined,";
      default -> "a function";
    };
  }

  /** A key, for messages. */
  static String shown(@Nullable Object key) {
    return switch (key) {
      case String text when text.length() > SHOWN -> text.substring(0, SHOWN) + "…";
      case String text -> text;
      case Long number -> number.toString();
      case null, default -> kind(key);
    };
  }
}
