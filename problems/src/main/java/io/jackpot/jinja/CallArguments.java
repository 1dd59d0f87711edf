package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments that a function, a filter or a test is called with.
 *
 * @param budget what the callee may spend
 * @param name the name of the callee, for messages
 * @param places arguments by position
 * @param named arguments by name
 */
record CallArguments(
    Budget budget,
    String name,
    List<@Nullable Object> places,
    Map<String, @Nullable Object> named) {

  /** The argument at a position or under a name; {@code otherwise} if neither is given. */
  @Nullable Object get(int place, String parameter, @Nullable Object otherwise) {
    if (place < places.size()) {
      return places.get(place);
    }
    return named.containsKey(parameter) ? named.get(parameter) : otherwise;
  }

  /**
   * The argument at a position or under a name.
   *
   * @throws IllegalArgumentException if neither is given
   */
  @Nullable Object get(int place, String parameter) {
    if (place >= places.size() && !named.containsKey(parameter)) {
      throw new IllegalArgumentException(name + " needs an argument " + parameter);
    }
    return get(place, parameter, null);
  }

  /**
   * @throws IllegalArgumentException if the argument is missing or not a string
   */
  String string(int place, String parameter) {
    return string(get(place, parameter), parameter);
  }

  /** The string at a position or under a name; {@code otherwise} if neither is given. */
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
   * @throws IllegalArgumentException if the argument is not an integer
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

  /** The arguments after the first {@code count}, for the callee that those have named. */
  CallArguments without(int count, String calledName) {
    return new CallArguments(
        budget,
        calledName,
        new ArrayList<>(places.subList(Math.min(count, places.size()), places.size())),
        new LinkedHashMap<>(named));
  }
}
