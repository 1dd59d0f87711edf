package io.jackpot.devices;

import io.jackpot.transformer.Activations;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The device memory of a run, known before it starts.
 *
 * @param parts one entry per model and kind
 * @param advice options that reduce it
 */
public record MemoryPlan(List<Part> parts, String advice) {
  private static final double MEBIBYTE = 1 << 20;

  /** The use of a part of the memory. */
  public enum Kind {
    WEIGHTS,
    GRADIENTS,
    FIRST_MOMENTS,
    SECOND_MOMENTS,
    ACTIVATIONS
  }

  /**
   * A part of the memory.
   *
   * @param floats how many float32 numbers
   */
  public record Part(String what, Kind kind, long floats) {
    String describe() {
      return String.format(Locale.ROOT, "%s %.0f MiB", what, floats * Float.BYTES / MEBIBYTE);
    }
  }

  /** All parts of a kind, in float32 numbers. */
  public long floats(Kind kind) {
    return parts.stream().filter(part -> part.kind == kind).mapToLong(Part::floats).sum();
  }

  /** All parts. */
  public long bytes() {
    return Float.BYTES * parts.stream().mapToLong(Part::floats).sum();
  }

  /** For people, one line per kind. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<String> of =
          parts.stream().filter(part -> part.kind == kind).map(Part::describe).toList();
      if (!of.isEmpty()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "device memory, %s: %.0f MiB (%s)",
                kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                floats(kind) * Float.BYTES / MEBIBYTE,
                String.join(", ", of)));
      }
    }
    return lines;
  }

  /** Collects the parts. */
  public static final class Builder {
    private final List<Part> parts = new ArrayList<>();

    /**
     * A model that is trained.
     *
     * @param tokens of one forward and backward pass
     * @param recompute whether activations are computed again in the backward pass
     */
    public Builder learner(String name, ModelConfig config, int tokens, boolean recompute) {
      long weights = parameters(config);
      parts.add(new Part(name, Kind.GRADIENTS, weights));
      parts.add(new Part(name, Kind.FIRST_MOMENTS, weights));
      parts.add(new Part(name, Kind.SECOND_MOMENTS, weights));
      long perToken =
          Activations.floatsPerToken(config, recompute)
              + Activations.backwardFloatsPerToken(config)
              + 3L * config.hiddenSize();
      parts.add(new Part(name + " in training", Kind.ACTIVATIONS, perToken * tokens));
      return this;
    }

    /** A model's weights. */
    public Builder model(String name, ModelConfig config) {
      parts.add(new Part(name, Kind.WEIGHTS, parameters(config)));
      return this;
    }

    /**
     * A model that only computes probabilities of given tokens, in passes like those of training.
     *
     * @param tokens of a pass
     */
    public Builder frozen(String name, ModelConfig config, int tokens) {
      long perToken = Activations.frozenFloatsPerToken(config) + config.hiddenSize();
      parts.add(new Part(name + "'s forward pass", Kind.ACTIVATIONS, perToken * tokens));
      return this;
    }

    /**
     * A model that samples.
     *
     * @param slots sequences at the same time
     * @param prompt longest prompt in tokens
     * @param response longest response in tokens
     */
    public Builder sampler(String name, ModelConfig config, int slots, int prompt, int response) {
      parts.add(
          new Part(
              name + "'s KV cache and prompts",
              Kind.ACTIVATIONS,
              Sampler.floats(config, slots, prompt, response)));
      return this;
    }

    /** Other activations. */
    public Builder activations(String what, long floats) {
      parts.add(new Part(what, Kind.ACTIVATIONS, floats));
      return this;
    }

    /**
     * @param advice options that reduce it, as in "try …"
     */
    public MemoryPlan build(String advice) {
      return new MemoryPlan(List.copyOf(parts), advice);
    }

    private static long parameters(ModelConfig config) {
      return Parameters.shapes(config).values().stream().mapToLong(shape -> shape.size()).sum();
    }
  }
}
