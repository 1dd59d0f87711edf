package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a data set that hold the prompt and the gold answer: the first of each list that
 * the data set has. Case is ignored, so {@code problem} finds {@code Problem}. A dot names a field
 * within a field: {@code reward_model.ground_truth}.
 */
public record Fields(List<String> prompt, List<String> answer) {

  /**
   * The fields of GSM8K (question, answer), MATH and Minerva (problem, solution), MATH-500, AIME,
   * AMC and DeepScaleR (problem, answer, some with a solution too), OlympiadBench (question,
   * final_answer) and data sets made for verl (prompt, reward_model). A bare answer is preferred to
   * a solution that ends in it.
   */
  public static final Fields KNOWN =
      new Fields(
          List.of("prompt", "problem", "question", "query"),
          List.of(
              "answer",
              "final_answer",
              "expected_answer",
              "gold_answer",
              "gold",
              "ground_truth",
              "reward_model.ground_truth",
              "target",
              "solution"));

  /**
   * Fields by name.
   *
   * @param prompt names separated by commas; null for the known ones
   * @param answer names separated by commas; null for the known ones
   * @throws InputException if a name is blank
   */
  public static Fields of(@Nullable String prompt, @Nullable String answer) {
    return new Fields(
        prompt == null ? KNOWN.prompt : names("--prompt-field", prompt),
        answer == null ? KNOWN.answer : names("--answer-field", answer));
  }

  private static List<String> names(String flag, String list) {
    List<String> names = List.of(list.split(",", -1)).stream().map(String::strip).toList();
    if (names.stream().anyMatch(String::isBlank)) {
      throw new InputException(
          Json.oneLine(flag + ": found " + list + ", expected names of fields between commas"));
    }
    return names;
  }

  /** Whether the prompt or the answer may be in the field of a name, or in a field within it. */
  boolean mayNeed(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return List.of(prompt, answer).stream()
        .flatMap(List::stream)
        .map(path -> path.toLowerCase(Locale.ROOT))
        .anyMatch(path -> path.equals(lower) || path.startsWith(lower + "."));
  }

  /**
   * The value at a path of a row; null if there is no such field.
   *
   * @param where the row, for messages
   * @throws InputException if several fields match when case is ignored, and none exactly
   */
  static @Nullable JsonNode find(JsonNode row, String path, String where) {
    if (!row.isObject()) {
      return null;
    }
    JsonNode whole = field(row, path, where);
    int dot = path.indexOf('.');
    if (whole != null || dot < 0) {
      return whole;
    }
    JsonNode outer = field(row, path.substring(0, dot), where);
    return outer == null ? null : find(outer, path.substring(dot + 1), where);
  }

  private static @Nullable JsonNode field(JsonNode object, String name, String where) {
    if (object.has(name)) {
      return object.get(name);
    }
    List<String> alike =
        object.propertyNames().stream().filter(key -> key.equalsIgnoreCase(name)).toList();
    if (alike.size() > 1) {
      throw new InputException(
          Json.oneLine(
              "%s: the fields %s are one but for upper and lower case; name one with --prompt-field or --answer-field"
                  .formatted(where, String.join(", ", alike))));
    }
    return alike.isEmpty() ? null : object.get(alike.getFirst());
  }

  /** The error for a file that has none of the fields. */
  static InputException missing(
      Path file, String what, List<String> names, Collection<String> found) {
    return new InputException(
        Json.oneLine(
            "%s: no %s field (%s) among the fields %s; name it with --%s-field"
                .formatted(file, what, String.join(", ", names), String.join(", ", found), what)));
  }
}
