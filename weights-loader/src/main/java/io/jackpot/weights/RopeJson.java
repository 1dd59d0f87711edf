package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.transformer.RopeScaling;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rotary position settings in a {@code config.json}: {@code rope_theta} and {@code
 * rope_scaling} of transformers 4, or {@code rope_parameters} of transformers 5.
 */
record RopeJson(double theta, RopeScaling scaling) {
  private static final String TYPES = "default, linear, dynamic, llama3, yarn or longrope";

  /**
   * Reads the settings.
   *
   * @param maxPositions {@code max_position_embeddings}
   * @throws InputException if a setting is not supported; names the key
   */
  static RopeJson read(JsonPart root, int maxPositions) {
    // If a file has both, transformers 5 uses the older key.
    boolean old =
        root.node().path("rope_scaling").isObject() && !root.node().path("rope_scaling").isEmpty();
    String key = old ? "rope_scaling" : "rope_parameters";
    for (String each : List.of("rope_scaling", "rope_parameters")) {
      if (!root.at(each).isAbsent() && !root.node().path(each).isObject()) {
        throw root.at(each).expected("an object or null");
      }
    }
    JsonPart rope = root.at(key);
    for (JsonNode value : rope.node()) {
      if (value.isObject()) {
        throw root.at(key).expected("one set of rotary positions for all layers");
      }
    }
    if (rope.number("partial_rotary_factor", 1) != 1) {
      throw rope.at("partial_rotary_factor").expected("1");
    }
    JsonPart ofTheta = rope.at("rope_theta").isAbsent() ? root : rope;
    double theta = ofTheta.number("rope_theta", 10_000);
    if (!(theta > 0)) {
      throw ofTheta.at("rope_theta").expected("a number above 0");
    }
    try {
      return new RopeJson(theta, scaling(root, rope, key, maxPositions));
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(root.at(key).where() + ": " + e.getMessage()), e);
    }
  }

  private static RopeScaling scaling(JsonPart root, JsonPart rope, String key, int maxPositions) {
    String type = rope.text(rope.at("rope_type").isAbsent() ? "type" : "rope_type", "default");
    // A key outside the section takes precedence in transformers.
    JsonPart ofOriginal = root.at("original_max_position_embeddings").isAbsent() ? rope : root;
    int original = ofOriginal.integer("original_max_position_embeddings", maxPositions);
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(rope.number("factor", null));
      case "dynamic" -> new RopeScaling.Dynamic(rope.number("factor", null));
      case "llama3" ->
          new RopeScaling.Llama3(
              rope.number("factor", null),
              rope.number("low_freq_factor", null),
              rope.number("high_freq_factor", null),
              original);
      case "yarn" -> {
        double factor = rope.number("factor", (double) maxPositions / original);
        double fast = rope.number("beta_fast", 0);
        double slow = rope.number("beta_slow", 0);
        yield new RopeScaling.Yarn(
            factor,
            rope.number("attention_factor", attentionFactor(rope, factor)),
            fast == 0 ? 32 : fast,
            slow == 0 ? 1 : slow,
            original,
            rope.flag("truncate", true));
      }
      case "longrope" -> {
        double factor = rope.number("factor", (double) maxPositions / original);
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        yield new RopeScaling.LongRope(
            numbers(rope, "short_factor"),
            numbers(rope, "long_factor"),
            original,
            rope.number("attention_factor", attention));
      }
      default -> throw root.at(key).error("found rope_type %s, expected %s".formatted(type, TYPES));
    };
  }

  private static double attentionFactor(JsonPart rope, double factor) {
    double mscale = rope.number("mscale", 0);
    double mscaleAllDim = rope.number("mscale_all_dim", 0);
    return mscale != 0 && mscaleAllDim != 0
        ? RopeScaling.Yarn.mscale(factor, mscale) / RopeScaling.Yarn.mscale(factor, mscaleAllDim)
        : RopeScaling.Yarn.mscale(factor, 1);
  }

  private static List<Double> numbers(JsonPart rope, String key) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode number : rope.node().path(key)) {
      if (!number.isNumber() || !Double.isFinite(number.doubleValue(Double.NaN))) {
        throw rope.at(key).expected("an array of numbers");
      }
      numbers.add(number.doubleValue());
    }
    return numbers;
  }

  /** Writes settings that {@link #read} and transformers 4 and 5 read, except rope_theta. */
  static void write(ObjectNode root, RopeScaling scaling) {
    switch (scaling) {
      case RopeScaling.None _ -> {}
      case RopeScaling.Linear linear -> object(root, "linear").put("factor", linear.factor());
      case RopeScaling.Dynamic dynamic -> object(root, "dynamic").put("factor", dynamic.factor());
      case RopeScaling.Llama3 llama ->
          object(root, "llama3")
              .put("factor", llama.factor())
              .put("low_freq_factor", llama.lowFreqFactor())
              .put("high_freq_factor", llama.highFreqFactor())
              .put("original_max_position_embeddings", llama.originalMaxPositions());
      case RopeScaling.Yarn yarn ->
          object(root, "yarn")
              .put("factor", yarn.factor())
              .put("original_max_position_embeddings", yarn.originalMaxPositions())
              .put("attention_factor", yarn.attentionFactor())
              .put("beta_fast", yarn.betaFast())
              .put("beta_slow", yarn.betaSlow())
              .put("truncate", yarn.truncate());
      case RopeScaling.LongRope longRope -> {
        ObjectNode rope =
            object(root, "longrope")
                .put("original_max_position_embeddings", longRope.originalMaxPositions())
                .put("attention_factor", longRope.attentionFactor());
        ArrayNode shortFactors = rope.putArray("short_factor");
        longRope.shortFactors().forEach(shortFactors::add);
        ArrayNode longFactors = rope.putArray("long_factor");
        longRope.longFactors().forEach(longFactors::add);
      }
    }
  }

  private static ObjectNode object(ObjectNode root, String type) {
    return root.putObject("rope_scaling").put("rope_type", type);
  }
}
