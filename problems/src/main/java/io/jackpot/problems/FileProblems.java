package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.problems.InputLines.Line;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The problems of published data sets, in the order of their rows. Prompt and answer are in the
 * fields that {@link Fields} names, an optional completion to imitate in {@code "completion"};
 * other fields are ignored.
 *
 * <ul>
 *   <li>A prompt is a text, or a conversation (see {@link Conversations}) whose last turn is the
 *       user's. Rows whose prompt is null or NaN are skipped and counted ({@link #notes}).
 *   <li>An answer is a text, a number, or a list or JSON that holds some (see {@link GoldAnswers}).
 *       A row without an answer has an empty gold answer, which no verifier can read.
 * </ul>
 */
public final class FileProblems implements ProblemSource {
  private final List<Problem> problems;
  private final List<String> notes;

  private FileProblems(List<Problem> problems, List<String> notes) {
    this.problems = List.copyOf(problems);
    this.notes = List.copyOf(notes);
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
    List<String> notes = new ArrayList<>();
    for (Path file : DataFile.files(names)) {
      Reader reader = new Reader(file, fields);
      problems.addAll(reader.read());
      if (reader.skipped > 0) {
        notes.add(
            "%s: %,d of %,d rows are skipped: they have no prompt"
                .formatted(file, reader.skipped, reader.rows.size()));
      }
    }
    return new FileProblems(problems, notes);
  }

  @Override
  public int size() {
    return problems.size();
  }

  @Override
  public Problem get(int index) {
    return problems.get(index);
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  /** Reads one file. Keeps only the fields that may be needed, since rows may hold much more. */
  private static final class Reader {
    private record Row(String where, JsonNode fields) {}

    private static final String COMPLETION = "completion";

    private final Path file;
    private final Fields fields;
    private final List<Row> rows = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private int skipped;

    Reader(Path file, Fields fields) {
      this.file = file;
      this.fields = fields;
    }

    List<Problem> read() {
      DataFile.forEach(file, this::mayNeed, this::take);
      if (rows.isEmpty()) {
        throw new InputException(file + ": empty, expected problems");
      }
      String prompt = first("prompt", fields.prompt());
      String answer = first("answer", fields.answer());
      List<Problem> problems = new ArrayList<>();
      for (Row row : rows) {
        JsonNode found = Fields.find(row.fields, prompt, row.where);
        if (found == null && !row.fields.isEmpty()) {
          throw new InputException(
              row.where + ": no \"" + prompt + "\", expected " + Conversations.PROMPT);
        }
        if (found == null || InputLines.isNothing(found)) {
          skipped++;
        } else {
          problems.add(problem(row, prompt, found, answer));
        }
      }
      if (problems.isEmpty()) {
        throw new InputException(
            "%s: no row has a prompt in \"%s\"; name another field with --prompt-field"
                .formatted(file, prompt));
      }
      return problems;
    }

    private boolean mayNeed(String name) {
      return fields.mayNeed(name) || name.equals(COMPLETION);
    }

    private void take(Line row) {
      names.addAll(row.object().propertyNames());
      ObjectNode kept = JsonNodeFactory.instance.objectNode();
      row.object().properties().stream()
          .filter(entry -> mayNeed(entry.getKey()))
          .forEach(entry -> kept.set(entry.getKey(), entry.getValue()));
      rows.add(new Row(row.where(), kept));
    }

    /** The first field with a value in any row, or else the first that any row has. */
    private String first(String what, List<String> paths) {
      List<String> there =
          paths.stream()
              .filter(path -> names.stream().anyMatch(name -> Fields.leads(name, path)))
              .toList();
      String empty = null;
      for (String path : there) {
        for (Row row : rows) {
          JsonNode found = Fields.find(row.fields, path, row.where);
          if (found != null && !InputLines.isNothing(found)) {
            return path;
          }
          empty = empty == null && found != null ? path : empty;
        }
      }
      if (empty == null) {
        throw Fields.missing(file, what, paths, names);
      }
      return empty;
    }

    private static Problem problem(
        Row row, String promptField, JsonNode prompt, String answerField) {
      String answer =
          GoldAnswers.read(row.where, answerField, Fields.find(row.fields, answerField, row.where));
      JsonNode completion = row.fields.path(COMPLETION);
      String imitated = completion.isString() ? completion.stringValue() : null;
      return Conversations.problem(row.where, promptField, prompt, answer, imitated);
    }
  }
}
