package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a data set that hold the prompt and the gold answer: the first of each list that
 * has a value in any row. Case is ignored, so {@code problem} finds {@code Problem}. A dot names a
 * field within a field, or within JSON inside of a text: {@code reward_model.ground_truth}.
 */
public record Fields(List<String> prompt, List<String> answer) {
  private static final int SHOWN = 4;

  /**
   * The fields of published data sets, as listed in {@code fields.tsv} together with the sets. A
   * bare answer is preferred to a solution that ends in it, and a field of a row to one within
   * another field.
   */
  public static final Fields KNOWN = known();

  private static Fields known() {
    Map<String, List<String>> table = new HashMap<>();
    try (InputStream in = Fields.class.getResourceAsStream("fields.tsv")) {
      new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .forEach(row -> table.computeIfAbsent(row[0], _ -> new ArrayList<>()).add(row[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> answers = new ArrayList<>();
    for (String kind : List.of("answer", "solution")) {
      answers.addAll(withNested(table, kind));
    }
    return new Fields(withNested(table, "prompt"), List.copyOf(answers));
  }

  /** The fields of a kind, then the same fields within each object. */
  private static List<String> withNested(Map<String, List<String>> table, String kind) {
    List<String> names = table.getOrDefault(kind, List.of());
    return Stream.concat(
            names.stream(),
            table.getOrDefault("within", List.of()).stream()
                .flatMap(outer -> names.stream().map(name -> outer + "." + name)))
        .toList();
  }

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

  /**
   * The names in lower case of the fields that prompt or answer may be in, or in a field within
   * them.
   */
  Set<String> needed() {
    Set<String> names = new HashSet<>();
    Stream.of(prompt, answer)
        .flatMap(List::stream)
        .map(path -> path.toLowerCase(Locale.ROOT))
        .forEach(path -> {
          names.add(path);
          for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            names.add(path.substring(0, dot));
          }
        });
    return names;
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
    JsonNode object =
        outer != null && outer.isString() ? GoldAnswers.json(where, outer.stringValue()) : outer;
    return object == null ? null : find(object, path.substring(dot + 1), where);
  }

  /** Allocates next to nothing: it runs for each of many paths in each row. */
  private static @Nullable JsonNode field(JsonNode object, String name, String where) {
    JsonNode exact = object.get(name);
    if (exact != null) {
      return exact;
    }
    String alike = null;
    for (String key : object.propertyNames()) {
      if (key.equalsIgnoreCase(name)) {
        if (alike != null) {
          throw several(object, name, where);
        }
        alike = key;
      }
    }
    return alike == null ? null : object.get(alike);
  }

  private static InputException several(JsonNode object, String name, String where) {
    String alike =
        object.propertyNames().stream()
            .filter(key -> key.equalsIgnoreCase(name))
            .collect(Collectors.joining(", "));
    return new InputException(
        Json.oneLine(
            "%s: the fields %s are one but for upper and lower case; name one with --prompt-field or --answer-field"
                .formatted(where, alike)));
  }

  /** The error for a file that has none of the fields. */
  static InputException missing(
      Path file, String what, List<String> names, Collection<String> found) {
    String shown =
        names.size() <= SHOWN
            ? String.join(", ", names)
            : String.join(", ", names.subList(0, SHOWN)) + ", …";
    return new InputException(
        Json.oneLine(
            "%s: no %s field (%s) among the fields %s; name it with --%s-field"
                .formatted(file, what, shown, String.join(", ", found), what)));
  }
}
