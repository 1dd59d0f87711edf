package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.problems.InputLines.Line;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The problems of published data sets, in the order of their rows. Prompt and answer are in the
 * fields that {@link Fields} names, an optional completion to imitate in {@code "completion"};
 * other fields are ignored.
 *
 * <ul>
 *   <li>A prompt is a text, or a conversation {@code [{"role": …, "content": …}, …]} whose last
 *       turn is the user's.
 *   <li>An answer is a text, a number (with its digits as written), true or false, or a list of
 *       these, which are joined by commas. A row without an answer has an empty gold answer, which
 *       no verifier can read.
 * </ul>
 */
public final class FileProblems implements ProblemSource {
  private final List<Problem> problems;

  private FileProblems(List<Problem> problems) {
    this.problems = problems;
  }

  /** Reads a file with the known fields. */
  public static FileProblems read(Path file) {
    return read(file.toString(), Fields.KNOWN);
  }

  /**
   * Reads files.
   *
   * @param names files or folders, separated by commas
   * @throws InputException if a file cannot be read, is empty or has none of the fields, or if a
   *     row is not a problem; names the row
   */
  public static FileProblems read(String names, Fields fields) {
    List<Problem> problems = new ArrayList<>();
    for (Path file : DataFile.files(names)) {
      problems.addAll(new Reader(file, fields).read());
    }
    return new FileProblems(problems);
  }

  @Override
  public int size() {
    return problems.size();
  }

  @Override
  public Problem get(int index) {
    return problems.get(index);
  }

  /** Reads one file. Keeps only the fields that may be needed, since rows may hold much more. */
  private static final class Reader {
    private record Row(
        String where,
        List<@Nullable JsonNode> prompts,
        List<@Nullable JsonNode> answers,
        @Nullable JsonNode completion) {}

    private static final String COMPLETION = "completion";

    private final Path file;
    private final Fields fields;
    private final List<Row> rows = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();

    Reader(Path file, Fields fields) {
      this.file = file;
      this.fields = fields;
    }

    List<Problem> read() {
      DataFile.forEach(file, name -> fields.mayNeed(name) || name.equals(COMPLETION), this::take);
      if (rows.isEmpty()) {
        throw new InputException(file + ": empty, expected problems");
      }
      int prompt = first("prompt", fields.prompt(), rows.stream().map(Row::prompts).toList());
      int answer = first("answer", fields.answer(), rows.stream().map(Row::answers).toList());
      return rows.stream().map(row -> problem(row, prompt, answer)).toList();
    }

    private void take(Line row) {
      names.addAll(row.object().propertyNames());
      rows.add(
          new Row(
              row.where(),
              values(row, fields.prompt()),
              values(row, fields.answer()),
              row.object().get(COMPLETION)));
    }

    private static List<@Nullable JsonNode> values(Line row, List<String> paths) {
      List<@Nullable JsonNode> values = new ArrayList<>(paths.size());
      paths.forEach(path -> values.add(Fields.find(row.object(), path, row.where())));
      return values;
    }

    /** The index of the first field that any row has. */
    private int first(String what, List<String> paths, Collection<List<@Nullable JsonNode>> rows) {
      for (int i = 0; i < paths.size(); i++) {
        int field = i;
        if (rows.stream().anyMatch(values -> values.get(field) != null)) {
          return i;
        }
      }
      throw Fields.missing(file, what, paths, names);
    }

    private Problem problem(Row row, int promptField, int answerField) {
      List<Message> turns =
          turns(row.where, fields.prompt().get(promptField), row.prompts.get(promptField));
      String answer =
          answer(row.where, fields.answer().get(answerField), row.answers.get(answerField));
      JsonNode completion = row.completion;
      if (completion != null && !completion.isNull() && !completion.isString()) {
        throw wrong(row.where, COMPLETION, completion, "a string");
      }
      return new Problem(
          turns.getLast().content(),
          answer,
          completion == null || completion.isNull() ? null : completion.stringValue(),
          List.copyOf(turns.subList(0, turns.size() - 1)));
    }

    private static List<Message> turns(String where, String field, @Nullable JsonNode prompt) {
      String expected = "a string, or a conversation that ends in a user's turn";
      if (prompt == null) {
        throw new InputException(where + ": no \"" + field + "\", expected " + expected);
      }
      if (prompt.isString()) {
        return List.of(new Message("user", prompt.stringValue()));
      }
      List<Message> turns = new ArrayList<>();
      for (JsonNode turn : prompt) {
        JsonNode role = turn.path("role");
        JsonNode content = turn.path("content");
        if (!role.isString() || !content.isString()) {
          throw wrong(where, field, prompt, expected);
        }
        turns.add(new Message(role.stringValue(), content.stringValue()));
      }
      if (!prompt.isArray() || turns.isEmpty() || !turns.getLast().role().equals("user")) {
        throw wrong(where, field, prompt, expected);
      }
      return turns;
    }

    private static String answer(String where, String field, @Nullable JsonNode answer) {
      if (answer == null || answer.isNull()) {
        return "";
      }
      if (answer.isArray()) {
        List<String> texts =
            answer.valueStream().map(element -> answer(where, field, element)).toList();
        return texts.stream().anyMatch(String::isBlank) ? "" : String.join(", ", texts);
      }
      if (answer.isObject()) {
        throw new InputException(
            where
                + ": \""
                + field
                + "\": "
                + InputLines.quote(answer.toString())
                + ", expected a string or a number; name the field within it, as in --answer-field "
                + field
                + ".value");
      }
      return answer.isNumber()
          ? Objects.requireNonNull(answer.numberValue()).toString()
          : answer.asString();
    }

    private static InputException wrong(
        String where, String field, JsonNode found, String expected) {
      return new InputException(
          where
              + ": \""
              + field
              + "\": "
              + InputLines.quote(found.toString())
              + ", expected "
              + expected);
    }
  }
}
