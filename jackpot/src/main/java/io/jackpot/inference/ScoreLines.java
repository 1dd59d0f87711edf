package io.jackpot.inference;

import io.jackpot.config.DeviceSettings;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 *   <li>{@code lastLogits [vocabulary]}: logits after the last id
 * </ul>
 *
 * Only the model's weights are used, not its tokenizer.
 */
public final class ScoreLines {
  /** Tokens of one forward pass. */
  private static final int MICRO_BATCH = 4096;

  private final Ops ops;
  private final Model model;
  private final Activations activations;

  private ScoreLines(Ops ops, Model model) {
    this.ops = ops;
    this.model = model;
    this.activations = new Activations(model);
  }

  private record Line(String where, int[] ids) {}

  /**
   * @param model as {@link ModelSource} takes it
   * @param log gets a line that names the device
   * @param terminal whether {@code log} is a terminal
   * @throws InputException if the model or the file cannot be read, or a line does not fit the
   *     model, and then nothing is written; or if the model gives a number that is not finite
   */
  public static void run(
      String model,
      Path input,
      DataLimits limits,
      DeviceSettings compute,
      Appendable out,
      PrintWriter log,
      boolean terminal)
      throws IOException {
    List<Line> lines =
        InputLines.read(
            input, "ids"::equals, limits, line -> new Line(line.where(), line.ids("ids")));
    ModelFolder folder = ModelSource.loadWeights(model, LoadProgress.on(log, terminal));
    lines.forEach(line -> check(line, folder.config()));
    try (Compute opened = compute.open(() -> plan(folder.config(), lines))) {
      log.println("score: " + opened.lines().getFirst());
      ScoreLines score =
          new ScoreLines(opened.ops(), new Model(folder.config(), folder.parameters()));
      for (int from = 0; from < lines.size(); ) {
        int to = from + 1;
        int tokens = lines.get(from).ids.length;
        // A line whose rotary frequencies depend on its length gets its own pass.
        int longest = folder.config().longestSequence();
        while (lines.get(from).ids.length <= longest
            && to < lines.size()
            && lines.get(to).ids.length <= longest
            && tokens + lines.get(to).ids.length <= MICRO_BATCH) {
          tokens += lines.get(to++).ids.length;
        }
        for (ObjectNode answer : score.score(lines.subList(from, to))) {
          out.append(answer.toString()).append('\n');
        }
        from = to;
      }
    }
  }

  private static MemoryPlan plan(ModelConfig config, List<Line> lines) {
    long longest = lines.stream().mapToInt(line -> line.ids.length).max().orElse(0);
    long tokens = Math.max(MICRO_BATCH, longest);
    long logits = (long) Math.min(MICRO_BATCH, lines.size()) * config.vocabularySize();
    return new MemoryPlan.Builder()
        .model("model", config)
        .activations(
            "tokens", tokens * (Activations.floatsPerToken(config, false) + config.hiddenSize()))
        .activations("last logits", logits)
        .build("shorter lines");
  }

  private static void check(Line line, ModelConfig config) {
    InputLines.checkIds(line.where, line.ids, config.vocabularySize());
    if (line.ids.length > config.longestForward()) {
      throw new InputException(
          "%s: %d ids, expected at most %d (%s of the model)"
              .formatted(
                  line.where, line.ids.length, config.longestForward(), config.lengthSetting()));
    }
  }

  private List<ObjectNode> score(List<Line> lines) {
    Packing packing = Packing.ofLengths(lines.stream().mapToInt(line -> line.ids.length).toArray());
    int[] ids = lines.stream().flatMapToInt(line -> IntStream.of(line.ids)).toArray();
    Tensor hidden = activations.forward(ops, ids, packing);

    // The rows that predict one of the ids: all but the last of each sequence.
    int[] rows = new int[ids.length - lines.size()];
    for (int s = 0, at = 0; s < lines.size(); s++) {
      for (int t = 0; t + 1 < packing.length(s); t++) {
        rows[at++] = packing.start(s) + t;
      }
    }
    int[] next = IntStream.of(rows).map(row -> ids[row + 1]).toArray();
    HeadStatistics statistics = HeadStatistics.allocate(rows.length, 0);
    Tensor predicting = gather(hidden, rows);
    ops.headForward(model.head(predicting, 1), next, statistics);

    List<ObjectNode> answers = new ArrayList<>();
    int from = 0;
    for (int s = 0; s < lines.size(); s++) {
      int to = from + packing.length(s) - 1;
      Tensor last = gather(hidden, packing.start(s) + packing.length(s) - 1);
      String where = lines.get(s).where;
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      add(answer.putArray("logprobs"), statistics.logProb(), from, to, where);
      add(answer.putArray("entropy"), statistics.entropy(), from, to, where);
      float[] logits = logits(last);
      add(answer.putArray("lastLogits"), logits, 0, logits.length, where);
      answers.add(answer);
      from = to;
    }
    return answers;
  }

  private Tensor gather(Tensor hidden, int... rows) {
    Tensor gathered = Tensor.zeros(rows.length, hidden.cols());
    ops.gatherRows(hidden, rows, gathered);
    return gathered;
  }

  /** {@code hidden [1, hiddenSize]} to [vocabulary]. */
  private float[] logits(Tensor hidden) {
    Tensor logits = Tensor.zeros(1, model.config().vocabularySize());
    ops.matmulNT(hidden, model.parameters().get(model.config().headName()), logits, false);
    return logits.data();
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
