package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function, a filter or a test is called with.
 *
 * @param name of what is called, for messages
 * @param places arguments by place
 * @param named arguments by name
 */
record Call(String name, List<@Nullable Object> places, Map<String, @Nullable Object> named) {

  /** The argument at a place or under a name; {@code otherwise} where there is neither. */
  @Nullable Object get(int place, String parameter, @Nullable Object otherwise) {
    if (place < places.size()) {
      return places.get(place);
    }
    return named.containsKey(parameter) ? named.get(parameter) : otherwise;
  }

  /**
   * @throws IllegalArgumentException if it is not given
   */
  @Nullable Object get(int place, String parameter) {
    if (place >= places.size() && !named.containsKey(parameter)) {
      throw new IllegalArgumentException(name + " needs an argument " + parameter);
    }
    return get(place, parameter, null);
  }

  /**
   * @throws IllegalArgumentException if it is no string
   */
  String string(int place, String parameter) {
    return string(get(place, parameter), parameter);
  }

  /** The string at a place; {@code otherwise} where there is none. */
  @Nullable String string(int place, String parameter, @Nullable String otherwise) {
    Object value = get(place, parameter, otherwise);
    return value == null ? null : string(value, parameter);
  }

  private String string(@Nullable Object value, String parameter) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(
        name + ": " + parameter + " is " + Values.kind(value) + ", expected a string");
  }

  /**
   * @throws IllegalArgumentException if it is no integer
   */
  long integer(int place, String parameter, long otherwise) {
    Object value = get(place, parameter, otherwise);
    Long number = Values.integer(value);
    if (number == null) {
      throw new IllegalArgumentException(
          name + ": " + parameter + " is " + Values.kind(value) + ", expected an integer");
    }
    return number;
  }

  boolean flag(int place, String parameter, boolean otherwise) {
    return Values.truth(get(place, parameter, otherwise));
  }

  /** The rest of a call whose first arguments say what is to be called. */
  Call without(int count, String calledName) {
    return new Call(
        calledName,
        new ArrayList<>(places.subList(Math.min(count, places.size()), places.size())),
        new LinkedHashMap<>(named));
  }

  /** With another value in front. */
  Call on(@Nullable Object value) {
    List<@Nullable Object> all = new ArrayList<>();
    all.add(value);
    all.addAll(places);
    return new Call(name, all, named);
  }
}
