package io.jackpot.audit;

import io.jackpot.audit.Differences.At;
import io.jackpot.audit.Differences.Source;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.problems.ProblemSet;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.report.JsonLines;
import io.jackpot.rollout.Rollout.Reward;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.weights.Json;
import io.jackpot.weights.LoadOptions;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code audit} command: recomputes what a run has logged of its tokens, from the models that
 * it kept, from its seed, and from the numbers of the lines themselves, and reports the worst
 * difference of each quantity.
 *
 * <p>Log-probs, divergences and the sums of Z come from the models. Everything that follows from
 * them is recomputed from the logged numbers, by the tasks that training and {@code explain} use,
 * so that it has to agree to the last digits.
 */
public final class Audit {
  private static final String MISSING = "its model is missing";
  private static final Source TOKENIZER = new Source("the tokenizer in token-log", 0);
  private static final Source PARTS = new Source("its parts", LineCheck.TOLERANCE);
  private static final Source VERIFIER = new Source("the text and the gold answer", 0);

  private final Path run;
  private final Ops ops;
  private final TrainSettings settings;
  private final Source models;
  private final Differences differences = new Differences();
  private final RolloutCheck rollouts;
  private final Map<Integer, JsonNode> metrics = new HashMap<>();
  private @Nullable Tokenizer tokenizer;
  private int steps;
  private int responses;
  private int tokens;

  private Audit(Path run, Ops ops, TrainSettings settings, double tolerance) {
    this.run = run;
    this.ops = ops;
    this.settings = settings;
    this.models = new Source("the models in token-log, in float32", tolerance);
    this.rollouts = new RolloutCheck(settings, differences);
  }

  /**
   * The result of an audit.
   *
   * @param json worst differences, and what could not be recomputed
   * @param beyond a sentence on each quantity that differs by more than its tolerance
   */
  public record Result(ObjectNode json, List<String> beyond) {}

  /**
   * Audits a run.
   *
   * @param run its folder
   * @param tolerance largest difference of what is recomputed from models, relative to a number
   *     above 1
   * @param log gets a line on the device
   * @throws InputException if there is no such run, it has no token log, or a line of that is
   *     damaged
   */
  public static Result of(Path run, double tolerance, PrintWriter log) {
    Path config = run.resolve("config.json");
    TrainSettings settings = TrainSettings.ofRun(Json.read(config), config.toString());
    Path file = run.resolve("tokens.jsonl");
    if (!Files.exists(file)) {
      throw new InputException(
          file + ": no such file, expected the tokens of a run with --token-log");
    }
    try (Ops ops = OpsLookup.open(0)) {
      log.println("audit: " + OpsLookup.explain());
      return new Audit(run, ops, settings, tolerance).run(file);
    }
  }

  private Result run(Path file) {
    JsonLines.forEach(
        run.resolve("metrics.jsonl"),
        (number, line) -> metrics.put(line.path("step").asInt(-1), line));
    List<LoggedToken> step = new ArrayList<>();
    JsonLines.forEach(
        file,
        (number, json) -> {
          LoggedToken line = new LoggedToken(file + ":" + number, json);
          int next = line.count("step");
          if (!step.isEmpty() && next != step.getFirst().count("step")) {
            step(step);
            step.clear();
          }
          step.add(line);
        });
    if (step.isEmpty()) {
      throw new InputException(file + ": no lines, expected tokens");
    }
    step(step);
    rollouts.check();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("steps", steps)
            .put("responses", responses)
            .put("tokens", tokens);
    return new Result(json.setAll(differences.toJson()), differences.beyond());
  }

  private void step(List<LoggedToken> lines) {
    int step = lines.getFirst().count("step");
    JsonNode line = metrics.get(step);
    if (line == null) {
      throw lines.getFirst().wrong("step", "one that metrics.jsonl has");
    }
    List<LoggedResponse> logged = LoggedResponse.of(step, List.copyOf(lines));
    ObjectiveOptions options =
        settings.objective().withLambda(line.path("lambda").asDouble(Double.NaN));
    new LineCheck(settings, options, logged, line, differences).check();
    rollouts.add(step, logged, line);
    ModelCheck.Models of = models(step, logged);
    if (of == null) {
      differences.skip("log-probs, divergences and sums of Z", MISSING);
    } else {
      ModelCheck check = new ModelCheck(settings, options, of, models, differences);
      for (LoggedResponse response : logged) {
        for (int position = 0; position < response.tokens().size(); position++) {
          check.check(response, position);
        }
        texts(response);
      }
    }
    steps++;
    responses += logged.size();
    tokens += lines.size();
  }

  // ---- Models

  private ModelCheck.@Nullable Models models(int step, List<LoggedResponse> logged) {
    int start = logged.getFirst().startStep();
    int now = Math.max(step - 1, 0);
    LoggedModel policyRef = model(start, "policy", logged);
    LoggedModel policy = start == now ? policyRef : model(now, "policy", logged);
    if (policyRef == null || policy == null) {
      return null;
    }
    if (!settings.twoModels()) {
      return new ModelCheck.Models(policyRef, policy, null, null);
    }
    LoggedModel actorRef = model(start, "actor", logged);
    LoggedModel actor = start == now ? actorRef : model(now, "actor", logged);
    return actorRef == null || actor == null
        ? null
        : new ModelCheck.Models(policyRef, policy, actorRef, actor);
  }

  private @Nullable LoggedModel model(int step, String name, List<LoggedResponse> logged) {
    Path folder = run.resolve("token-log").resolve("step-%06d".formatted(step)).resolve(name);
    if (!Files.isDirectory(folder)) {
      return null;
    }
    ModelFolder model = ModelFolder.load(folder, LoadOptions.DEFAULT);
    tokenizer = model.tokenizer();
    return new LoggedModel(ops, model.textModel(), settings.temperature(), logged);
  }

  // ---- Texts and rewards

  private void texts(LoggedResponse response) {
    Tokenizer tokenizer = Objects.requireNonNull(this.tokenizer);
    int[] ids = response.actions();
    for (int position = 0; position < ids.length; position++) {
      boolean same =
          tokenizer
              .decode(ids, position, position + 1)
              .equals(response.tokens().get(position).text("text"));
      At where = new At(response.step(), response.index(), position);
      differences.compare("text", TOKENIZER, where, same ? 0 : 1, 0);
    }
    boolean ended = tokenizer.endIds().contains(ids[ids.length - 1]);
    At at = new At(response.step(), response.index(), 0);
    differences.compare(
        "finished", TOKENIZER, at, response.first().flag("finished") ? 1 : 0, ended ? 1 : 0);
    Verifier verifier = ProblemSet.verifier(settings.problems());
    boolean withoutEnd = response.first().flag("finished") && !verifier.judgesEndToken();
    Verdict verdict =
        verifier
            .verify(
                response.first().text("answer"),
                tokenizer.decode(ids, 0, withoutEnd ? ids.length - 1 : ids.length))
            .verdict();
    boolean same = Names.of(verdict).equals(response.first().text("verdict"));
    differences.compare("verdict", VERIFIER, at, same ? 0 : 1, 0);
    reward(response, at, verdict);
  }

  private void reward(LoggedResponse response, At at, Verdict verdict) {
    LoggedToken parts = response.first().part("rewards");
    double ofVerdict = verdict == Verdict.CORRECT ? 1 : 0;
    double verifier = parts.number(Reward.VERIFIER);
    differences.compare("rewards." + Reward.VERIFIER, VERIFIER, at, verifier, ofVerdict);
    double penalty = 0;
    if (parts.has(Reward.REFERENCE_KL)) {
      penalty = parts.number(Reward.REFERENCE_KL);
      differences.skip(
          "rewards." + Reward.REFERENCE_KL, "p_ref's divergence from the reference is not logged");
    }
    differences.compare("reward", PARTS, at, response.first().number("reward"), verifier + penalty);
  }
}
