package io.jackpot.audit;

import io.jackpot.input.InputException;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * A line of {@code tokens.jsonl}.
 *
 * @param where file and line, for messages
 */
record LoggedToken(String where, JsonNode line) {

  /** An object within it. */
  LoggedToken part(String key) {
    return new LoggedToken(where + ": " + key, line.path(key));
  }

  boolean has(String key) {
    return line.has(key);
  }

  /**
   * @throws InputException if it is no finite number
   */
  double number(String key) {
    JsonNode value = line.path(key);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(key, value, "a number");
    }
    return value.doubleValue();
  }

  /**
   * @throws InputException if it is no whole number from 0 on
   */
  int count(String key) {
    JsonNode value = line.path(key);
    if (!value.isInt() || value.intValue() < 0) {
      throw wrong(key, value, "a whole number from 0 on");
    }
    return value.intValue();
  }

  /**
   * @throws InputException if it is no text
   */
  String text(String key) {
    JsonNode value = line.path(key);
    if (!value.isString()) {
      throw wrong(key, value, "text");
    }
    return value.stringValue();
  }

  /**
   * @throws InputException if it is neither true nor false
   */
  boolean flag(String key) {
    JsonNode value = line.path(key);
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.booleanValue();
  }

  /**
   * Ids of a vocabulary.
   *
   * @throws InputException if they are none
   */
  int[] ids(String key, int vocabulary) {
    JsonNode value = line.path(key);
    int[] ids = value.values().stream().mapToInt(id -> id.isInt() ? id.intValue() : -1).toArray();
    if (!value.isArray() || Arrays.stream(ids).anyMatch(id -> id < 0 || id >= vocabulary)) {
      throw wrong(key, value, "ids below " + vocabulary);
    }
    return ids;
  }

  /**
   * @throws InputException if they are not {@code count} numbers
   */
  double[] numbers(String key, int count) {
    JsonNode value = line.path(key);
    boolean all = value.isArray() && value.values().stream().allMatch(JsonNode::isNumber);
    if (!all || value.size() != count) {
      throw wrong(key, value, count + " numbers");
    }
    return value.values().stream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  private InputException wrong(String key, JsonNode found, String expected) {
    String shown = found.isMissingNode() ? "nothing" : found.toString();
    return new InputException(where + ": " + key + ": found " + shown + ", expected " + expected);
  }

  InputException wrong(String key, String expected) {
    return wrong(key, line.path(key), expected);
  }
}
