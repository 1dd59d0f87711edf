package io.jackpot.inference;

import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.InputLines;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code score} command: for each line {@code {"ids":[…]}} a line {@code
 * {"logprobs":[…],"entropy":[…],"lastLogits":[…]}}, in order. At temperature 1 and in nats:
 *
 * <ul>
 *   <li>{@code logprobs [ids − 1]}: log p(ids[1] | ids[0]), log p(ids[2] | ids[0], ids[1]), …
 *   <li>{@code entropy [ids − 1]}: of the same distributions: those after ids[0], ids[0..1] and so
 *       on, without that after the last id
 *   <li>{@code lastLogits [vocabulary]}: logits after the last id, unless they are not asked for
 * </ul>
 *
 * Only the model's weights are used, not its tokenizer. The file is read twice, first to check it,
 * so memory does not depend on how long it is.
 */
public final class ScoreLines {
  /** Tokens of one forward pass. */
  private static final int MICRO_BATCH = 4096;

  private static final Predicate<String> IDS = "ids"::equals;

  private final Ops ops;
  private final TokenScores scores;
  private final boolean lastLogits;
  private final Appendable out;
  private final List<Line> batch = new ArrayList<>();
  private int longest;

  /**
   * Of a sequence that may share a pass; in a longer one rotary frequencies depend on its length.
   */
  private final int shares;

  private ScoreLines(
      Ops ops, TokenScores scores, ModelConfig config, boolean lastLogits, Appendable out) {
    this.ops = ops;
    this.scores = scores;
    this.lastLogits = lastLogits;
    this.out = out;
    this.shares = config.longestSequence();
  }

  private record Line(String where, int[] ids) {
    static Line of(InputLines.Line line) {
      return new Line(line.where(), line.ids("ids"));
    }
  }

  /**
   * @param log gets a line that names the device
   * @param terminal whether {@code log} is a terminal
   * @throws InputException if the model or the file cannot be read, or a line does not fit the
   *     model, and then nothing is written; or if the model gives a number that is not finite
   */
  public static void run(ScoreSettings settings, Appendable out, PrintWriter log, boolean terminal)
      throws IOException {
    Path input = Path.of(settings.input());
    var _ = settings.compute().room(settings.dtypes());
    DataLimits limits = settings.limits().limits();
    int[] most = {0};
    InputLines.forEach(
        input, IDS, limits, line -> most[0] = Math.max(most[0], Line.of(line).ids.length));
    ModelFolder folder = ModelSource.loadWeights(settings.model(), LoadProgress.on(log, terminal));
    ModelConfig config = folder.config();
    boolean rounded = settings.dtypes().rounded();
    int room = rounded ? config.longestSequence() : config.longestForward();
    InputLines.forEach(input, IDS, limits, line -> check(Line.of(line), config, room));
    try (Compute opened = settings.compute().open(() -> plan(config, most[0]))) {
      log.println("score: " + opened.lines().getFirst());
      Model model = new Model(config, folder.parameters());
      TokenScores scores = TokenScores.of(opened.ops(), model, settings.dtypes());
      ScoreLines score = new ScoreLines(opened.ops(), scores, config, settings.lastLogits(), out);
      InputLines.forEach(input, IDS, limits, line -> score.add(Line.of(line)));
      score.write();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static MemoryPlan plan(ModelConfig config, int longest) {
    long tokens = Math.max(MICRO_BATCH, longest);
    return new MemoryPlan.Builder()
        .model("model", config)
        .activations(
            "tokens",
            tokens * (Activations.frozenFloatsPerToken(config) + 2L * config.hiddenSize()))
        .activations("last logits", MICRO_BATCH * (long) config.hiddenSize())
        .build("shorter lines");
  }

  private static void check(Line line, ModelConfig config, int room) {
    InputLines.checkIds(line.where, line.ids, config.vocabularySize());
    if (line.ids.length > room) {
      throw new InputException(
          "%s: %d ids, expected at most %d (%s of the model)"
              .formatted(line.where, line.ids.length, room, config.lengthSetting()));
    }
  }

  /** Takes the next line; lines are scored in batches of {@link #MICRO_BATCH} tokens. */
  private void add(Line line) {
    int length = line.ids.length;
    boolean alone = Math.max(longest, length) > shares;
    long padded = (batch.size() + 1L) * Math.max(longest, length);
    if (!batch.isEmpty() && (alone || padded > MICRO_BATCH)) {
      write();
    }
    batch.add(line);
    longest = Math.max(longest, length);
  }

  /** Scores the batch and writes its answers. */
  private void write() {
    Packing packing = Packing.ofLengths(batch.stream().mapToInt(line -> line.ids.length).toArray());
    int[] ids = batch.stream().flatMapToInt(line -> IntStream.of(line.ids)).toArray();
    Tensor hidden = scores.hidden(ids, packing);

    // The rows that predict one of the ids: all but the last of each sequence.
    int[] rows = new int[ids.length - batch.size()];
    for (int s = 0, at = 0; s < batch.size(); s++) {
      for (int t = 0; t + 1 < packing.length(s); t++) {
        rows[at++] = packing.start(s) + t;
      }
    }
    int[] next = IntStream.of(rows).map(row -> ids[row + 1]).toArray();
    HeadStatistics statistics = scores.statistics(gather(hidden, rows), next);

    int from = 0;
    for (int s = 0; s < batch.size(); s++) {
      int to = from + packing.length(s) - 1;
      String where = batch.get(s).where;
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      add(answer.putArray("logprobs"), statistics.logProb(), from, to, where);
      add(answer.putArray("entropy"), statistics.entropy(), from, to, where);
      if (lastLogits) {
        float[] logits = scores.logits(gather(hidden, packing.start(s) + packing.length(s) - 1));
        add(answer.putArray("lastLogits"), logits, 0, logits.length, where);
      }
      print(answer);
      from = to;
    }
    batch.clear();
    longest = 0;
  }

  private void print(ObjectNode answer) {
    try {
      out.append(answer.toString()).append('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Tensor gather(Tensor hidden, int... rows) {
    Tensor gathered = Tensor.zeros(rows.length, hidden.cols());
    ops.gatherRows(hidden, rows, gathered);
    return gathered;
  }

  private static void add(ArrayNode array, float[] values, int from, int to, String where) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InputException(
            where + ": the model gives " + values[i] + ", expected weights that give numbers");
      }
      array.add(values[i]);
    }
  }
}
