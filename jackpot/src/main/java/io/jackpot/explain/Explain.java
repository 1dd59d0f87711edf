package io.jackpot.explain;

import io.jackpot.input.InputException;
import io.jackpot.objective.Correction;
import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.objective.Objective;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.PolicyWeighting;
import io.jackpot.objective.TokenBatch;
import io.jackpot.objective.Uniforms;
import io.jackpot.tensor.Distillation.Direction;
import io.jackpot.weights.Json;
import io.jackpot.weights.JsonPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code explain} command: for given logits, every quantity of the objective and its gradient,
 * in double precision. All of it is computed by the tasks that training uses.
 */
public final class Explain {
  /** The options for which null means that there is no such bound. */
  private static final Set<String> NULLABLE = Set.of("clipLow", "clipHigh", "c1", "c2");

  private Explain() {}

  /**
   * Reads a JSON file {@code {"options": {…}, "tokens": […]}} and explains it.
   *
   * @throws InputException where the file cannot be read or its content is invalid; the message
   *     names the entry, as in {@code tokens[3].policy}
   */
  public static ObjectNode explain(Path input) {
    return explain(Json.read(input));
  }

  /** An example of such a file. */
  public static String example() {
    try (InputStream stream = Explain.class.getResourceAsStream("example.json")) {
      return new String(
          Objects.requireNonNull(stream, "example.json").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@link #explain(Path)} for what the file holds. */
  public static ObjectNode explain(ObjectNode input) {
    JsonPart root = object(new JsonPart("", input), "options", "tokens");
    ObjectiveOptions options = options(root);
    List<Token> tokens = tokens(root, options.mask());
    TokenBatch batch = batch(tokens, options);
    ObjectiveResult result = Objective.evaluate(options, batch);
    if (!Double.isFinite(result.totalLoss())) {
      throw new InputException(
          "tokens: the loss is beyond double precision, expected smaller logits or advantages, or"
              + " caps c1 and c2");
    }
    return answer(tokens, options, batch, result);
  }

  // ---- Reading

  private static ObjectiveOptions options(JsonPart root) {
    JsonPart json =
        object(
            root.at("options"),
            "lambda",
            "target",
            "clipLow",
            "clipHigh",
            "c1",
            "c2",
            "topK",
            "normalizer",
            "mask",
            "actorCorrection",
            "distill");
    JsonPart distill = object(json.at("distill"), "coefficient", "direction");
    return new ObjectiveOptions(
        json.number("lambda", 1.0),
        choice(json, "target", Target.NEW),
        numberOrNull(json, "clipLow", 0.2),
        numberOrNull(json, "clipHigh", 0.2),
        numberOrNull(json, "c1", 3.0).orElse(Double.POSITIVE_INFINITY),
        numberOrNull(json, "c2", 3.0).orElse(Double.POSITIVE_INFINITY),
        json.integer("topK", 20),
        choice(json, "normalizer", ObjectiveOptions.Normalizer.TOPK),
        choice(json, "mask", MaskMode.BERNOULLI),
        new PolicyWeighting.Obrs(),
        correction(json),
        distill.number("coefficient", 0.5),
        choice(distill, "direction", Direction.FORWARD),
        ObjectiveOptions.Aggregation.TOKEN_MEAN);
  }

  private enum CorrectionType {
    NONE,
    IDENTITY,
    TRUNCATED,
    ICEPOP
  }

  private static Correction correction(JsonPart options) {
    JsonPart json = object(options.at("actorCorrection"), "type", "cap", "low", "high");
    return switch (choice(json, "type", CorrectionType.TRUNCATED)) {
      case NONE -> {
        json.only("type");
        yield new Correction.None();
      }
      case IDENTITY -> {
        json.only("type");
        yield new Correction.Identity(Correction.Level.TOKEN);
      }
      case TRUNCATED ->
          new Correction.Truncated(
              json.only("type", "cap").number("cap", 2.0), Correction.Level.TOKEN);
      case ICEPOP -> {
        json.only("type", "low", "high");
        yield new Correction.IcePop(
            json.number("low", 0.5), json.number("high", 5.0), Correction.Level.TOKEN);
      }
    };
  }

  /** A part with no other keys than {@code known}, and null only where it has a meaning. */
  private static JsonPart object(JsonPart part, String... known) {
    part.only(known);
    for (String key : part.node().propertyNames()) {
      if (part.node().get(key).isNull() && !NULLABLE.contains(key)) {
        throw part.at(key).error("found null, expected a value");
      }
    }
    return part;
  }

  private static OptionalDouble numberOrNull(JsonPart json, String key, double otherwise) {
    return json.at(key).node().isNull()
        ? OptionalDouble.empty()
        : OptionalDouble.of(json.number(key, otherwise));
  }

  /** A constant by its name in lower case, and in no other case. */
  private static <E extends Enum<E>> E choice(JsonPart json, String key, E otherwise) {
    E constant = json.constant(key, otherwise.getDeclaringClass(), otherwise);
    String name = constant.name().toLowerCase(Locale.ROOT);
    if (!json.text(key, name).equals(name)) {
      throw json.at(key).expected('"' + name + '"');
    }
    return constant;
  }

  /** Log-probs of the five distributions, each {@code [vocabulary]}; top-k ids need logits. */
  private record Token(
      double[] inf,
      double[] policyRef,
      double[] policy,
      double[] actorRef,
      double[] actor,
      double[] infLogits,
      double[] policyLogits,
      int action,
      double advantage,
      double uniform) {}

  private static List<Token> tokens(JsonPart root, MaskMode mask) {
    List<JsonPart> entries = root.elements("tokens");
    if (entries.isEmpty()) {
      throw root.at("tokens").error("empty, expected at least one token");
    }
    for (JsonPart entry : entries) {
      object(entry, "inf", "policyRef", "policy", "actorRef", "actor", "action", "advantage", "u");
    }
    int vocabulary = entries.getFirst().numbers("inf").length;
    return entries.stream().map(json -> token(json, vocabulary, mask)).toList();
  }

  private static Token token(JsonPart json, int vocabulary, MaskMode mask) {
    double[] inf = logits(json, "inf", vocabulary);
    double[] policyRef = logits(json, "policyRef", vocabulary);
    double[] policy = logits(json, "policy", vocabulary);
    double[] actorRef = logits(json, "actorRef", vocabulary);
    double[] actor = logits(json, "actor", vocabulary);
    int action = json.integer("action", null);
    if (action < 0 || action >= vocabulary) {
      throw json.at("action").expected("an id from 0 to " + (vocabulary - 1));
    }
    // Mode expected does not draw.
    double uniform = json.number("u", mask == MaskMode.EXPECTED ? 0 : null);
    if (!(uniform >= 0 && uniform < 1)) {
      throw json.at("u").expected("a number from 0 to below 1");
    }
    return new Token(
        NormalizerTasks.logSoftmax(inf),
        NormalizerTasks.logSoftmax(policyRef),
        NormalizerTasks.logSoftmax(policy),
        NormalizerTasks.logSoftmax(actorRef),
        NormalizerTasks.logSoftmax(actor),
        inf,
        policy,
        action,
        json.number("advantage", null),
        uniform);
  }

  private static double[] logits(JsonPart json, String key, int vocabulary) {
    double[] logits = json.numbers(key);
    if (logits.length != vocabulary || vocabulary == 0) {
      throw json.at(key)
          .error(
              logits.length
                  + " logits, expected "
                  + (vocabulary == 0 ? "at least 1" : vocabulary + " (as in tokens[0].inf)"));
    }
    return logits;
  }

  // ---- From distributions to the objective's scalars

  private static TokenBatch batch(List<Token> tokens, ObjectiveOptions options) {
    return new TokenBatch(
        each(tokens, t -> t.inf[t.action]),
        each(tokens, t -> t.policyRef[t.action]),
        each(tokens, t -> t.policy[t.action]),
        each(tokens, t -> t.actorRef[t.action]),
        each(tokens, t -> t.actor[t.action]),
        each(tokens, Token::advantage),
        new Uniforms.Given(each(tokens, Token::uniform)),
        each(
            tokens,
            t ->
                NormalizerTasks.topK(
                    exp(t.inf),
                    exp(target(t, options)),
                    options.lambda(),
                    NormalizerTasks.topK(t.infLogits, options.topK()),
                    NormalizerTasks.topK(t.policyLogits, options.topK()))),
        each(
            tokens,
            t -> NormalizerTasks.exact(exp(t.inf), exp(target(t, options)), options.lambda())),
        each(tokens, t -> divergence(t, options.distillDirection())),
        new int[tokens.size()]);
  }

  private static double[] target(Token token, ObjectiveOptions options) {
    return switch (options.target()) {
      case REF -> token.policyRef;
      case NEW -> token.policy;
    };
  }

  private static double divergence(Token token, Direction direction) {
    return switch (direction) {
      case FORWARD -> LossTasks.divergence(token.policy, token.actor);
      case REVERSE -> LossTasks.divergence(token.actor, token.policy);
    };
  }

  // ---- Answering

  private static ObjectNode answer(
      List<Token> tokens, ObjectiveOptions options, TokenBatch batch, ObjectiveResult result) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode rows = answer.putArray("tokens");
    for (int t = 0; t < tokens.size(); t++) {
      rows.addObject()
          .put("acceptProbability", result.acceptProbability()[t])
          .put("mask", result.mask()[t])
          .put("zTopK", batch.zTopK()[t])
          .put("zExact", batch.zExact()[t])
          .put("z", result.z()[t])
          .put("obrsWeight", result.obrsWeight()[t])
          .put("rho", result.rho()[t])
          .put("ratio", result.ratio()[t])
          .put("ppo", result.ppo()[t])
          .put("actorWeight", result.actorWeight()[t])
          .put("actorPpo", result.actorPpo()[t])
          .put("distill", batch.divergence()[t]);
    }
    answer
        .put("acceptance", result.acceptance())
        .put("kappa", result.kappa())
        .put("policyLoss", result.policyLoss())
        .put("actorLoss", result.actorLoss())
        .put("distillLoss", result.distillLoss())
        .put("totalLoss", result.totalLoss());
    ArrayNode gradPolicy = answer.putArray("gradPolicy");
    ArrayNode gradActor = answer.putArray("gradActor");
    for (int t = 0; t < tokens.size(); t++) {
      Token token = tokens.get(t);
      double policy = result.policyCoefficient()[t];
      double actor = result.actorCoefficient()[t];
      double weight = result.distillWeight()[t];
      double divergence = batch.divergence()[t];
      addRow(
          gradPolicy,
          token.policy.length,
          x -> policy * LossTasks.logProbGradient(token.policy[x], x, token.action));
      addRow(
          gradActor,
          token.actor.length,
          x ->
              actor * LossTasks.logProbGradient(token.actor[x], x, token.action)
                  + weight
                      * LossTasks.divergenceGradient(
                          token.actor[x], token.policy[x], divergence, options.distillDirection()));
    }
    return answer;
  }

  private static void addRow(ArrayNode rows, int length, IntToDoubleFunction value) {
    ArrayNode row = rows.addArray();
    for (int x = 0; x < length; x++) {
      row.add(value.applyAsDouble(x) + 0.0); // no -0.0
    }
  }

  // ---- Distributions

  private static double[] exp(double[] logProbs) {
    return Arrays.stream(logProbs).map(Math::exp).toArray();
  }

  private static double[] each(List<Token> tokens, ToDoubleFunction<Token> value) {
    return tokens.stream().mapToDouble(value).toArray();
  }
}
