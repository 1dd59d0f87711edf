package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.problems.InputLines.Line;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
  /** Of keys that are kept to be named in a message. */
  private static final int MOST_NAMES = 1_000;

  private final List<Problem> problems;
  private final List<String> notes;

  private FileProblems(List<Problem> problems, List<String> notes) {
    this.problems = List.copyOf(problems);
    this.notes = List.copyOf(notes);
  }

  /** Reads a file with the known fields and the default limits. */
  public static FileProblems read(Path file) {
    return read(file.toString(), Fields.KNOWN);
  }

  /** Reads files with the default limits. */
  public static FileProblems read(String names, Fields fields) {
    return read(names, fields, DataLimits.DEFAULT, Integer.MAX_VALUE);
  }

  /**
   * Reads files.
   *
   * @param names files or folders, separated by commas
   * @param most the number of problems after which no more rows are read; those that were read
   *     decide which fields hold prompt and answer
   * @throws InputException if a file cannot be read, is empty, beyond the limits or has none of the
   *     fields, or if a row is not a problem; names the row
   */
  public static FileProblems read(String names, Fields fields, DataLimits limits, int most) {
    List<Problem> problems = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Path file : DataFile.files(names)) {
      if (problems.size() >= most) {
        break;
      }
      try {
        Reader reader = new Reader(file, fields, most - problems.size());
        problems.addAll(reader.read(limits));
        if (reader.skipped > 0) {
          notes.add(
              "%s: %,d of %,d rows are skipped: they have no prompt"
                  .formatted(file, reader.skipped, reader.rows.size()));
        }
      } catch (OutOfMemoryError e) {
        throw InputFiles.outOfMemory(file + ", after " + problems.size() + " problems", e);
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

  /**
   * The fields of which the first with a value in any row counts, and a row has the value. Keeps no
   * value of a field that comes after it.
   */
  private static final class Choice {
    private final List<String> paths;

    /** The number of the first path with a value so far. */
    private int best;

    /** The number of the first path that any row has, with or without a value. */
    private int there;

    /** The rows that have a value at {@link #best}. */
    private int values;

    Choice(List<String> paths) {
      this.paths = paths;
      best = paths.size();
      there = paths.size();
    }

    /** What a row has at the paths up to the best, by their numbers. */
    Map<Integer, JsonNode> take(JsonNode row, String where) {
      Map<Integer, JsonNode> found = new TreeMap<>();
      for (int i = 0; i < paths.size() && i <= best; i++) {
        JsonNode value = Fields.find(row, paths.get(i), where);
        if (value == null) {
          continue;
        }
        there = Math.min(there, i);
        found.put(i, value);
        if (!InputLines.isNothing(value)) {
          values = i < best ? 1 : values + 1;
          best = i;
        }
      }
      return found;
    }

    /** The number of the path that counts; that of none if no row has any of them. */
    int chosen() {
      return best < paths.size() ? best : there;
    }
  }

  /** Reads one file. Keeps only the fields that may be needed, since rows may hold much more. */
  private static final class Reader {
    /**
     * A row.
     *
     * @param empty whether it has none of the fields that may be needed
     */
    private record Row(
        String where,
        boolean empty,
        Map<Integer, JsonNode> prompts,
        Map<Integer, JsonNode> answers,
        @Nullable String completion) {}

    private static final String COMPLETION = "completion";

    private final Path file;
    private final Set<String> needed;
    private final Choice prompt;
    private final Choice answer;
    private final int most;
    private final List<Row> rows = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private int skipped;

    Reader(Path file, Fields fields, int most) {
      this.file = file;
      this.needed = fields.needed();
      this.most = most;
      prompt = new Choice(fields.prompt());
      answer = new Choice(fields.answer());
    }

    List<Problem> read(DataLimits limits) {
      DataFile.forEach(file, this::mayNeed, limits, this::take);
      if (rows.isEmpty()) {
        throw new InputException(file + ": empty, expected problems");
      }
      String promptField = chosen("prompt", prompt);
      String answerField = chosen("answer", answer);
      List<Problem> problems = new ArrayList<>();
      for (Row row : rows) {
        JsonNode found = row.prompts.get(prompt.chosen());
        if (found == null && !row.empty) {
          throw new InputException(
              row.where + ": no \"" + promptField + "\", expected " + Conversations.PROMPT);
        }
        if (found == null || InputLines.isNothing(found)) {
          skipped++;
        } else {
          JsonNode gold = row.answers.get(answer.chosen());
          problems.add(
              Conversations.problem(
                  row.where,
                  promptField,
                  found,
                  GoldAnswers.read(row.where, answerField, gold),
                  row.completion));
        }
      }
      if (problems.isEmpty()) {
        throw new InputException(
            "%s: no row has a prompt in \"%s\"; name another field with --prompt-field"
                .formatted(file, promptField));
      }
      return problems;
    }

    private boolean mayNeed(String name) {
      return name.equals(COMPLETION) || needed.contains(name.toLowerCase(Locale.ROOT));
    }

    private boolean take(Line row) {
      if (names.size() < MOST_NAMES) {
        names.addAll(row.object().propertyNames());
      }
      // Of many keys each path would look at all.
      ObjectNode kept = JsonNodeFactory.instance.objectNode();
      row.object().properties().stream()
          .filter(entry -> mayNeed(entry.getKey()))
          .forEach(entry -> kept.set(entry.getKey(), entry.getValue()));
      JsonNode completion = kept.path(COMPLETION);
      rows.add(
          new Row(
              row.where(),
              kept.isEmpty(),
              prompt.take(kept, row.where()),
              answer.take(kept, row.where()),
              completion.isString() ? completion.stringValue() : null));
      return prompt.values < most;
    }

    private String chosen(String what, Choice choice) {
      if (choice.chosen() == choice.paths.size()) {
        throw Fields.missing(file, what, choice.paths, names);
      }
      return choice.paths.get(choice.chosen());
    }
  }
}
