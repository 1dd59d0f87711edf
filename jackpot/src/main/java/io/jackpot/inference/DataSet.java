package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Problems that a model is evaluated on.
 *
 * @param name of the data set, unique
 * @param source its file, or {@code arithmetic}
 * @param problems with their verifier
 * @param readable the numbers of the problems whose gold answer can be read, at least one
 */
record DataSet(String name, String source, ProblemSet problems, int[] readable) {
  /** The default number of generated problems. */
  private static final int GENERATED = 512;

  /** File extensions, which are not part of a data set's name. */
  private static final String EXTENSION = "\\.(jsonl|ndjson|json|parquet)$";

  /**
   * The data sets that {@link EvalSettings#problems} names: files or {@code arithmetic}, separated
   * by commas, each optionally as {@code name=file}. Without a name a data set is named after its
   * file. The name of an existing file may contain a comma or an equals sign.
   *
   * @throws InputException if one cannot be read or has no problem with a readable gold answer, or
   *     two have one name
   */
  static List<DataSet> of(EvalSettings settings) {
    String all = settings.problems();
    Map<String, DataSet> sets = new LinkedHashMap<>();
    for (String part : Files.exists(Path.of(all)) ? List.of(all) : List.of(all.split(",", -1))) {
      DataSet set = read(part.strip(), settings);
      if (sets.put(set.name, set) != null) {
        throw new InputException(
            "--problems: two data sets are named %s, expected different names, as in %s=%s"
                .formatted(set.name, set.name + "-2", set.source));
      }
    }
    return List.copyOf(sets.values());
  }

  private static DataSet read(String part, EvalSettings settings) {
    int equals = Files.exists(Path.of(part)) ? -1 : part.indexOf('=');
    String source = part.substring(equals + 1).strip();
    if (source.isEmpty() || equals == 0) {
      throw new InputException(
          "--problems: found \"%s\", expected arithmetic, or files as in a.jsonl,name=b.jsonl"
              .formatted(part));
    }
    boolean generated = source.equals(ProblemSet.ARITHMETIC);
    int most =
        settings.limit() != null ? settings.limit() : generated ? GENERATED : Integer.MAX_VALUE;
    ProblemSet problems =
        ProblemSet.heldOut(
            source,
            settings.fields().fields(),
            settings.fields().limits().limits(),
            settings.arithmetic().operations(),
            settings.arithmetic().modulus(),
            most);
    int[] readable =
        IntStream.range(0, problems.source().size())
            .filter(i -> problems.verifier().canRead(problems.source().get(i).answer()))
            .toArray();
    if (readable.length == 0) {
      throw new InputException(source + ": no problem has a gold answer that can be read");
    }
    String name = equals > 0 ? part.substring(0, equals).strip() : name(source);
    return new DataSet(name, source, problems, readable);
  }

  private static String name(String source) {
    Path file = Path.of(source).getFileName();
    String name = file == null ? source : file.toString().replaceFirst(EXTENSION, "");
    return name.isBlank() ? source : name;
  }

  int size() {
    return problems.source().size();
  }

  /** The number of problems skipped because their gold answer cannot be read. */
  int badGold() {
    return size() - readable.length;
  }

  Problem problem(int number) {
    return problems.source().get(number);
  }

  /**
   * The prompts of the readable problems as ids.
   *
   * @throws InputException if the model cannot take one
   */
  List<int[]> prompts(Responder responder) {
    List<int[]> prompts = new ArrayList<>();
    for (int number : readable) {
      prompts.add(responder.encode(problem(number), source + ", problem " + (number + 1)));
    }
    return prompts;
  }

  /** A line for each readable problem: its prompt and answer, for readers of the responses. */
  List<ObjectNode> lines() {
    return IntStream.of(readable)
        .mapToObj(number ->
            JsonNodeFactory.instance
                .objectNode()
                .put("dataset", name)
                .put("problem", number)
                .put("prompt", problem(number).prompt())
                .put("answer", problem(number).answer()))
        .toList();
  }
}
