package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Typed access to the fields of a JSON object. A field that is missing and one that is {@code null}
 * are the same.
 *
 * @param file where the object comes from, for messages
 * @param object its fields
 */
record JsonFields(Path file, JsonNode object) {

  boolean isNull(String key) {
    JsonNode node = object.path(key);
    return node.isMissingNode() || node.isNull();
  }

  /**
   * @param whenAbsent null where the field has to be there
   * @throws InputException if it is no integer
   */
  int integer(String key, @Nullable Integer whenAbsent) {
    if (isNull(key) && whenAbsent != null) {
      return whenAbsent;
    }
    JsonNode node = object.path(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw bad(key, "an integer");
    }
    return node.intValue();
  }

  /**
   * @param whenAbsent null where the field has to be there
   * @throws InputException if it is no finite number
   */
  double number(String key, @Nullable Double whenAbsent) {
    if (isNull(key) && whenAbsent != null) {
      return whenAbsent;
    }
    JsonNode node = object.path(key);
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw bad(key, "a number");
    }
    return node.doubleValue();
  }

  /**
   * @throws InputException if it is no string
   */
  String text(String key, String whenAbsent) {
    JsonNode node = object.path(key);
    if (isNull(key)) {
      return whenAbsent;
    }
    if (!node.isString()) {
      throw bad(key, "a string");
    }
    return node.stringValue();
  }

  /**
   * @throws InputException if it is neither true nor false
   */
  boolean flag(String key, boolean whenAbsent) {
    JsonNode node = object.path(key);
    if (isNull(key)) {
      return whenAbsent;
    }
    if (!node.isBoolean()) {
      throw bad(key, "true or false");
    }
    return node.booleanValue();
  }

  /** What is wrong with a field. */
  InputException bad(String key, String expected) {
    String found = isNull(key) ? "missing" : "found " + object.path(key);
    return new InputException(
        Json.oneLine(file + ": " + key + ": " + found + ", expected " + expected));
  }
}
