package io.jackpot.train;

import io.jackpot.input.InputException;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutBatch;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.weights.Json;
import io.jackpot.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A rollout that updates are made from. A checkpoint between two of its updates has what is left of
 * it in the folder {@code rollout}: the responses that no update has taken, in their order, with
 * what was known of them when they were sampled, and the distributions of their tokens from before
 * the first update.
 *
 * @param batch what is left when {@code next} is 0
 * @param before the distributions before the first update
 * @param lambda of the rollout
 * @param firstProblem of the run that it took
 * @param metrics of the whole rollout
 * @param rolloutSeconds of sampling, for each of its updates
 * @param next number of the next update in {@code batch}
 */
record StartedRollout(
    RolloutBatch batch,
    BeforeUpdate before,
    double lambda,
    long firstProblem,
    Map<String, Integer> metrics,
    double rolloutSeconds,
    int next) {
  private static final String FOLDER = "rollout";
  private static final String RESPONSES = "responses.json";
  private static final String ARRAYS = "arrays.safetensors";

  /** Ids are stored as float32, which has all whole numbers up to this one. */
  private static final int LARGEST_ID = 1 << 24;

  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** The responses of the next update. */
  List<Rollout> miniBatch(int size) {
    return batch.miniBatch(next, size);
  }

  /** Response tokens before those of the next update. */
  int offset(int size) {
    return batch.tokensBefore(next, size);
  }

  /** After one more update; null if it was the last. */
  @Nullable StartedRollout afterUpdate(int size) {
    return (next + 1) * size == batch.rollouts().size()
        ? null
        : new StartedRollout(
            batch, before, lambda, firstProblem, metrics, rolloutSeconds, next + 1);
  }

  /** The content of {@code responses.json}. */
  private record Rest(
      double lambda,
      double equalGroupShare,
      long firstProblem,
      Map<String, Integer> metrics,
      double rolloutSeconds,
      List<Response> responses) {}

  /** A {@link Rollout} without its arrays, and its problem by its number. */
  private record Response(
      boolean finished,
      int version,
      String text,
      Verdict verdict,
      List<Rollout.Reward> rewards,
      double advantage,
      long acceptKey,
      Rollout.Place place) {}

  /** Writes what is left into the folder of a checkpoint. */
  void write(Path checkpoint, int size) throws IOException {
    Path folder = Files.createDirectories(checkpoint.resolve(FOLDER));
    List<Rollout> left = batch.rollouts().subList(next * size, batch.rollouts().size());
    List<Response> responses = new ArrayList<>();
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    for (Rollout each : left) {
      String of = responses.size() + ".";
      put(arrays, of + "response", floats(each.response()));
      put(arrays, of + "logProbs", each.logProbs());
      put(arrays, of + "topIds", floats(each.topIds()));
      put(arrays, of + "topLogProbs", each.topLogProbs());
      responses.add(
          new Response(
              each.finished(),
              each.version(),
              each.text(),
              each.verdict(),
              each.rewards(),
              each.advantage(),
              each.acceptKey(),
              each.place()));
    }
    if (before instanceof BeforeUpdate.Kept kept) {
      kept.put(arrays, offset(size));
    }
    Safetensors.write(folder.resolve(ARRAYS), arrays);
    Json.write(
        folder.resolve(RESPONSES),
        MAPPER.valueToTree(
            new Rest(
                lambda,
                batch.equalGroupShare(),
                firstProblem,
                metrics,
                rolloutSeconds,
                responses)));
  }

  private static void put(Map<String, Tensor> arrays, String name, float[] values) {
    if (values.length > 0) {
      arrays.put(name, Tensor.of(values, values.length));
    }
  }

  private static float[] floats(int[] ids) {
    float[] floats = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] > LARGEST_ID) {
        throw new IllegalArgumentException("id " + ids[i]);
      }
      floats[i] = ids[i];
    }
    return floats;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param problems of the run
   * @return null if the checkpoint stands between two rollouts
   * @throws InputException if a part of it is missing or damaged
   */
  static @Nullable StartedRollout read(
      Path checkpoint, Curriculum problems, Ops ops, float temperature) {
    Path folder = checkpoint.resolve(FOLDER);
    if (!Files.exists(folder)) {
      return null;
    }
    Path file = folder.resolve(RESPONSES);
    try (Safetensors arrays = Safetensors.open(folder.resolve(ARRAYS))) {
      Rest rest = MAPPER.treeToValue(Json.read(file), Rest.class);
      List<Rollout> rollouts = new ArrayList<>();
      for (Response each : rest.responses) {
        String of = rollouts.size() + ".";
        int[] ids = ids(arrays, of + "response");
        long problem = rest.firstProblem + each.place.problem();
        boolean[] written = new boolean[ids.length];
        Arrays.fill(written, true);
        rollouts.add(
            new Rollout(
                problems.take(problem, 1).getFirst(),
                ids,
                written,
                values(arrays, of + "logProbs"),
                ids(arrays, of + "topIds"),
                values(arrays, of + "topLogProbs"),
                each.finished,
                each.version,
                each.text,
                each.verdict,
                each.rewards,
                each.advantage,
                each.acceptKey,
                each.place));
      }
      return new StartedRollout(
          new RolloutBatch(rollouts, rest.equalGroupShare),
          BeforeUpdate.Kept.of(arrays, ops, temperature),
          rest.lambda,
          rest.firstProblem,
          rest.metrics,
          rest.rolloutSeconds,
          0);
    } catch (JacksonException e) {
      throw new InputException(
          Json.oneLine(file + ": " + e.getOriginalMessage() + "; expected a rollout's responses"),
          e);
    }
  }

  private static float[] values(Safetensors arrays, String name) {
    return arrays.names().contains(name) ? arrays.read(name).data() : new float[0];
  }

  private static int[] ids(Safetensors arrays, String name) {
    float[] values = values(arrays, name);
    int[] ids = new int[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) values[i];
    }
    return ids;
  }
}
