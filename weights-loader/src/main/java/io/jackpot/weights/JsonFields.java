package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The keys of an object of {@code config.json}, each with the type it has to have. A key that is
 * null counts as absent.
 *
 * @param prefix where the object is in the file, for messages: empty or a path that ends in a dot
 */
record JsonFields(Path file, String prefix, JsonNode node) {

  JsonNode child(String key) {
    return node.path(key);
  }

  JsonFields object(String key) {
    return new JsonFields(file, prefix + key + ".", node.path(key));
  }

  /** Whether the key is there, be it with null. */
  boolean has(String key) {
    return node.has(key);
  }

  boolean isNull(String key) {
    return isNull(node.path(key));
  }

  private static boolean isNull(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  int integer(String key, @Nullable Integer whenAbsent) {
    JsonNode value = node.path(key);
    if (isNull(value) && whenAbsent != null) {
      return whenAbsent;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw bad(key, "an integer");
    }
    return value.intValue();
  }

  double number(String key, @Nullable Number whenAbsent) {
    JsonNode value = node.path(key);
    if (isNull(value) && whenAbsent != null) {
      return whenAbsent.doubleValue();
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw bad(key, "a number");
    }
    return value.doubleValue();
  }

  String text(String key, String whenAbsent) {
    JsonNode value = node.path(key);
    if (isNull(value)) {
      return whenAbsent;
    }
    if (!value.isString()) {
      throw bad(key, "a string");
    }
    return value.stringValue();
  }

  boolean flag(String key) {
    return flag(key, false);
  }

  boolean flag(String key, boolean whenAbsent) {
    JsonNode value = node.path(key);
    if (isNull(value)) {
      return whenAbsent;
    }
    if (!value.isBoolean()) {
      throw bad(key, "true or false");
    }
    return value.booleanValue();
  }

  InputException bad(String key, String expected) {
    JsonNode value = node.path(key);
    String found = isNull(value) ? "missing" : "found " + value;
    return new InputException(
        Json.oneLine(file + ": " + prefix + key + ": " + found + ", expected " + expected));
  }
}
