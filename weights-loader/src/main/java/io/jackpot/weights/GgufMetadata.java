package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the values of a GGUF file's metadata whose keys share a prefix.
 *
 * @param where the file, for messages
 */
record GgufMetadata(Map<String, Object> values, String prefix, String where) {
  boolean has(String key) {
    return values.containsKey(prefix + key);
  }

  String text(String key) {
    return value(key, String.class, "a text");
  }

  /**
   * @param name the key with its prefix
   */
  @Nullable String textOrNull(String name) {
    return values.get(name) instanceof String text ? text : null;
  }

  String[] texts(String key) {
    return value(key, String[].class, "a list of texts");
  }

  boolean flag(String key, boolean otherwise) {
    return has(key) ? value(key, Boolean.class, "true or false") : otherwise;
  }

  int number(String key) {
    long number = value(key, Long.class, "an integer");
    return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  int[] numbers(String key) {
    return switch (values.get(prefix + key)) {
      case int[] numbers -> numbers;
      case long[] numbers -> LongStream.of(numbers).mapToInt(n -> (int) n).toArray();
      case null, default -> throw expected(key, "a list of integers");
    };
  }

  float[] decimals(String key) {
    return value(key, float[].class, "a list of 32-bit decimals");
  }

  private <T> T value(String key, Class<T> type, String what) {
    Object value = values.get(prefix + key);
    if (!type.isInstance(value)) {
      throw expected(key, what);
    }
    return type.cast(value);
  }

  private InputException expected(String key, String what) {
    Object value = values.get(prefix + key);
    String found = value == null ? "nothing" : "a " + value.getClass().getSimpleName();
    return error(key, "found " + found + ", expected " + what);
  }

  InputException error(String key, String problem) {
    return new InputException(Json.oneLine(where + ": " + prefix + key + ": " + problem));
  }
}
