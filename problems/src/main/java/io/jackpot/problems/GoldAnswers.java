package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Reads gold answers as data sets store them.
 *
 * <ul>
 *   <li>A text, a number (with its digits as written), true or false.
 *   <li>A list of these: one answer if all are equal as mathematics, otherwise all of them, joined
 *       by commas. Where a set means alternatives that differ, a response with one of them is not
 *       credited, since a set that means all of them looks the same.
 *   <li>An object with one field, which holds the answer.
 *   <li>JSON inside of a text, or a list of one text as Python prints it ({@code ['72']}): an
 *       object with one field, a list of one element, or a list with texts. A list of several
 *       numbers is left as it is written: {@code [0, 4]} is an interval.
 *   <li>Nothing: a missing field, null or NaN give an empty text, which no verifier can read.
 * </ul>
 */
final class GoldAnswers {
  private static final Verifier EQUALITY = new MathVerifier();

  /** A list of one text, as Python prints it. */
  private static final Pattern PYTHON = Pattern.compile("\\s*\\[\\s*'([^']+)'\\s*,?\\s*\\]\\s*");

  private GoldAnswers() {}

  /**
   * The text of a gold answer.
   *
   * @param where the row, for messages
   * @param field the field that holds the answer, for messages
   * @throws InputException if it is an object of several fields
   */
  static String read(String where, String field, @Nullable JsonNode answer) {
    if (answer == null || InputLines.isNothing(answer)) {
      return "";
    }
    if (answer.isArray()) {
      return list(answer.valueStream().map(element -> read(where, field, element)).toList());
    }
    if (answer.isObject()) {
      if (answer.size() == 1) {
        return read(where, field, answer.iterator().next());
      }
      throw new InputException(
          "%s: \"%s\": %s, expected a string or a number; name the field within it, as in --answer-field %s.%s"
              .formatted(
                  where,
                  field,
                  InputLines.quote(answer.toString()),
                  field,
                  answer.isEmpty() ? "value" : answer.propertyNames().iterator().next()));
    }
    if (answer.isNumber()) {
      return Objects.requireNonNull(answer.numberValue()).toString();
    }
    JsonNode inside = answer.isString() ? jsonInside(where, answer.stringValue()) : null;
    return inside == null ? answer.asString() : read(where, field, inside);
  }

  private static String list(List<String> texts) {
    if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
      return "";
    }
    String first = texts.getFirst();
    if (texts.stream().allMatch(text -> areEqual(first, text))) {
      return first;
    }
    // The same value written in another way is no second answer, unlike a repeated text.
    List<String> values = new ArrayList<>();
    for (String text : texts) {
      if (values.contains(text) || values.stream().noneMatch(value -> areEqual(value, text))) {
        values.add(text);
      }
    }
    return String.join(", ", values);
  }

  private static boolean areEqual(String left, String right) {
    return left.equals(right) || EQUALITY.verify(left, right).verdict() == Verifier.Verdict.CORRECT;
  }

  /** The JSON that a text is, if it holds an answer as JSON and not as mathematics; or null. */
  private static @Nullable JsonNode jsonInside(String where, String text) {
    Matcher python = PYTHON.matcher(text);
    if (python.matches()) {
      return StringNode.valueOf(python.group(1).replace("\\\\", "\\"));
    }
    JsonNode node = json(where, text);
    boolean answer =
        node != null
            && (node.size() == 1
                || (node.isArray() && node.valueStream().anyMatch(JsonNode::isString)));
    return answer ? node : null;
  }

  /**
   * The array or object that a text is; null if it is neither.
   *
   * @param where the row, for messages
   * @throws InputException if it is one that is nested too deep
   */
  static @Nullable JsonNode json(String where, String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("[") && !stripped.startsWith("{")) {
      return null;
    }
    try {
      return Json.parse(
          InputLines.MAPPER,
          new StringReader(stripped),
          JsonParser::readValueAsTree,
          problem -> where + ": JSON inside of a text: " + problem);
    } catch (InputException e) {
      if (e.getCause() instanceof StreamConstraintsException) {
        throw e;
      }
      return null;
    }
  }
}
