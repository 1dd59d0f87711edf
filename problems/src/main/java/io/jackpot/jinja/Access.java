package io.jackpot.jinja;

import io.jackpot.jinja.Values.Namespace;
import io.jackpot.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads parts of values: attributes, items and slices. */
final class Access {
  private Access() {}

  /** Reads {@code of.name}: a method if there is one, else the attribute or item of that name. */
  static @Nullable Object attribute(@Nullable Object of, String name) {
    Object method = Methods.of(of, name);
    return method != null ? method : named(of, name);
  }

  /** Reads {@code of[key]}: an item if there is one, else the attribute of that name. */
  static @Nullable Object item(@Nullable Object of, @Nullable Object key) {
    if (of instanceof Map<?, ?> map && map.containsKey(key)) {
      return map.get(key);
    }
    if (key instanceof String name) {
      return attribute(of, name);
    }
    Long place = Values.integer(key);
    if (place != null && of instanceof List<?> list) {
      long at = place < 0 ? place + list.size() : place;
      return at >= 0 && at < list.size() ? list.get((int) at) : missing(of, key);
    }
    if (place != null && of instanceof String text) {
      List<@Nullable Object> characters = Values.items(text);
      long at = place < 0 ? place + characters.size() : place;
      return at >= 0 && at < characters.size() ? characters.get((int) at) : missing(of, key);
    }
    return missing(of, key);
  }

  private static @Nullable Object named(@Nullable Object of, String name) {
    return switch (of) {
      case Map<?, ?> map when map.containsKey(name) -> map.get(name);
      case Namespace namespace when namespace.attributes().containsKey(name) ->
          namespace.attributes().get(name);
      case null, default -> missing(of, name);
    };
  }

  private static Undefined missing(@Nullable Object of, @Nullable Object key) {
    if (of instanceof Undefined undefined) {
      throw new IllegalArgumentException(undefined.what() + " is undefined");
    }
    return new Undefined(Values.text(key) + " of " + Values.kind(of));
  }

  /**
   * Reads {@code of[from:to:step]} as Python does.
   *
   * @throws IllegalArgumentException if {@code of} is neither text nor list, or the step is 0
   */
  static Object slice(
      @Nullable Object of, @Nullable Object from, @Nullable Object to, @Nullable Object step) {
    if (!(of instanceof String) && !(of instanceof List<?>)) {
      throw new IllegalArgumentException(
          Values.kind(of) + " has no parts from one place to another");
    }
    List<@Nullable Object> items = Values.items(of);
    long stride = step == null ? 1 : integer(step);
    if (stride == 0) {
      throw new IllegalArgumentException("a slice with step 0");
    }
    int size = items.size();
    long first = bound(from, size, stride > 0 ? 0 : size - 1, stride);
    long end = bound(to, size, stride > 0 ? size : -1, stride);
    List<@Nullable Object> cut = new ArrayList<>();
    for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
      cut.add(items.get((int) i));
    }
    return of instanceof String ? Methods.join(cut, "") : cut;
  }

  private static long bound(@Nullable Object bound, int size, long otherwise, long stride) {
    if (bound == null) {
      return otherwise;
    }
    long place = integer(bound);
    long lowest = stride > 0 ? 0 : -1;
    return Math.clamp(place < 0 ? place + size : place, lowest, stride > 0 ? size : size - 1L);
  }

  private static long integer(Object value) {
    Long number = Values.integer(value);
    if (number == null) {
      throw new IllegalArgumentException(
          "a slice with " + Values.kind(value) + ", expected an integer");
    }
    return number;
  }
}
