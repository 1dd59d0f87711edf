package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import io.jackpot.transformer.RopeScaling;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rotary settings of a {@code config.json}: {@code rope_theta} and {@code rope_scaling} in the
 * style of transformers 4, {@code rope_parameters} in that of 5, with the defaults of transformers.
 *
 * @param theta base of the frequencies
 * @param scaling what is done to them
 */
record RopeJson(double theta, RopeScaling scaling) {
  private static final String TYPES = "rope_type default, linear, dynamic, llama3 or yarn";
  private static final String ORIGINAL = "original_max_position_embeddings";

  /**
   * @param maxPositions {@code max_position_embeddings}
   * @throws InputException if the settings are damaged or not supported
   */
  static RopeJson read(JsonFields config, int maxPositions) {
    checkWhole(config);
    double theta = config.number("rope_theta", 10_000.0);
    RopeScaling scaling = new RopeScaling.None();
    for (String key : new String[] {"rope_scaling", "rope_parameters"}) {
      if (config.isNull(key)) {
        continue;
      }
      JsonNode node = config.object().path(key);
      if (!node.isObject()) {
        throw config.bad(key, "an object with " + TYPES);
      }
      JsonFields rope = new JsonFields(config.file(), node);
      checkWhole(rope);
      theta = rope.number("rope_theta", theta);
      int original = config.integer(ORIGINAL, rope.integer(ORIGINAL, maxPositions));
      scaling = scaling(config, key, rope, maxPositions, original);
    }
    return new RopeJson(theta, scaling);
  }

  private static void checkWhole(JsonFields fields) {
    if (fields.number("partial_rotary_factor", 1.0) != 1) {
      throw fields.bad("partial_rotary_factor", "1");
    }
  }

  private static RopeScaling scaling(
      JsonFields config, String key, JsonFields rope, int maxPositions, int original) {
    return switch (rope.text("rope_type", rope.text("type", "default"))) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(rope.number("factor", null));
      case "dynamic" -> new RopeScaling.Dynamic(rope.number("factor", null));
      case "llama3" ->
          new RopeScaling.Llama3(
              rope.number("factor", null),
              rope.number("low_freq_factor", null),
              rope.number("high_freq_factor", null),
              original);
      case "yarn" -> yarn(rope, rope.number("factor", (double) maxPositions / original), original);
      default -> throw config.bad(key, TYPES);
    };
  }

  private static RopeScaling yarn(JsonFields rope, double factor, int original) {
    double mscale = rope.number("mscale", 0.0);
    double mscaleAllDim = rope.number("mscale_all_dim", 0.0);
    double attention =
        mscale != 0 && mscaleAllDim != 0
            ? RopeScaling.Yarn.mscale(factor, mscale)
                / RopeScaling.Yarn.mscale(factor, mscaleAllDim)
            : RopeScaling.Yarn.mscale(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        rope.number("attention_factor", attention),
        rope.number("beta_fast", 32.0),
        rope.number("beta_slow", 1.0),
        original,
        rope.flag("truncate", true));
  }

  /** What {@link #read} reads again, as {@code rope_scaling}; null for frequencies as they are. */
  static @Nullable ObjectNode write(RopeScaling scaling) {
    ObjectNode node = Json.object();
    switch (scaling) {
      case RopeScaling.None _ -> {
        return null;
      }
      case RopeScaling.Linear linear ->
          node.put("rope_type", "linear").put("factor", linear.factor());
      case RopeScaling.Dynamic dynamic ->
          node.put("rope_type", "dynamic").put("factor", dynamic.factor());
      case RopeScaling.Llama3 llama ->
          node.put("rope_type", "llama3")
              .put("factor", llama.factor())
              .put("low_freq_factor", llama.lowFreqFactor())
              .put("high_freq_factor", llama.highFreqFactor())
              .put(ORIGINAL, llama.originalMaxPositions());
      case RopeScaling.Yarn yarn ->
          node.put("rope_type", "yarn")
              .put("factor", yarn.factor())
              .put("attention_factor", yarn.attentionFactor())
              .put("beta_fast", yarn.betaFast())
              .put("beta_slow", yarn.betaSlow())
              .put("truncate", yarn.truncate())
              .put(ORIGINAL, yarn.originalMaxPositions());
    }
    return node;
  }
}
