package io.jackpot.jinja;

import io.jackpot.jinja.Values.Loop;
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
  static @Nullable Object attribute(Budget budget, @Nullable Object of, String name) {
    Object method = Methods.of(of, name);
    return method != null ? method : named(budget, of, name);
  }

  /** Reads {@code of[key]}: an item if there is one, else the attribute of that name. */
  static @Nullable Object item(Budget budget, @Nullable Object of, @Nullable Object key) {
    if (of instanceof Map<?, ?> map && Values.has(budget, map, key)) {
      return map.get(key);
    }
    if (key instanceof String name) {
      return attribute(budget, of, name);
    }
    Long place = Values.integer(key);
    if (place == null || !(of instanceof List<?> || of instanceof String)) {
      return missing(of, key);
    }
    long size = Values.length(budget, of);
    long at = place < 0 ? place + size : place;
    if (at < 0 || at >= size) {
      return missing(of, key);
    }
    if (of instanceof String text) {
      budget.text(2);
      return Character.toString(text.codePointAt(offset(budget, text, size, at)));
    }
    return ((List<?>) of).get((int) at);
  }

  /** The index in UTF-16 units of a place in a text of {@code size} characters. */
  private static int offset(Budget budget, String text, long size, long place) {
    if (size == text.length()) {
      return (int) place;
    }
    budget.characters(4 * place);
    return text.offsetByCodePoints(0, (int) place);
  }

  private static @Nullable Object named(Budget budget, @Nullable Object of, String name) {
    return switch (of) {
      case Map<?, ?> map when Values.has(budget, map, name) -> map.get(name);
      case Namespace namespace when Values.has(budget, namespace.attributes(), name) ->
          namespace.attributes().get(name);
      case Loop loop -> loop.attribute(name);
      case null, default -> missing(of, name);
    };
  }

  private static Undefined missing(@Nullable Object of, @Nullable Object key) {
    if (of instanceof Undefined undefined) {
      throw new IllegalArgumentException(undefined.what() + " is undefined");
    }
    return new Undefined(Values.shown(key) + " of " + Values.kind(of));
  }

  /**
   * Reads {@code of[from:to:step]} as Python does.
   *
   * @throws IllegalArgumentException if {@code of} is neither text nor list, or the step is 0
   */
  static Object slice(
      Budget budget,
      @Nullable Object of,
      @Nullable Object from,
      @Nullable Object to,
      @Nullable Object step) {
    if (!(of instanceof String) && !(of instanceof List<?>)) {
      throw new IllegalArgumentException(
          Values.kind(of) + " has no parts from one place to another");
    }
    long stride = step == null ? 1 : integer(step);
    if (stride == 0) {
      throw new IllegalArgumentException("a slice with step 0");
    }
    int size = (int) Values.length(budget, of);
    long first = bound(from, size, stride > 0 ? 0 : size - 1, stride);
    long end = bound(to, size, stride > 0 ? size : -1, stride);
    if (of instanceof String text && stride == 1) {
      return Texts.part(
          budget,
          text,
          offset(budget, text, size, first),
          offset(budget, text, size, Math.max(first, end)));
    }
    long count = Math.max(0, Math.ceilDiv(end - first, stride));
    if (of instanceof List<?> list) {
      budget.list(count);
      List<@Nullable Object> cut = new ArrayList<>((int) count);
      for (long i = 0; i < count; i++) {
        cut.add(list.get((int) (first + i * stride)));
      }
      return cut;
    }
    budget.text(2L * size);
    int[] points = ((String) of).codePoints().toArray();
    BoundedText cut = new BoundedText(budget);
    for (long i = 0; i < count; i++) {
      cut.appendCodePoint(points[(int) (first + i * stride)]);
    }
    return cut.toString();
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
