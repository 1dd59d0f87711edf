package io.jackpot.devices;

import io.jackpot.tensor.WeightType;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The memory of a run, known before it starts: of a device, or of the heap where the CPU computes.
 *
 * @param parts one entry per model and kind
 * @param advice options that reduce it
 */
public record MemoryPlan(List<Part> parts, String advice) {
  private static final double MEBIBYTE = 1 << 20;

  /**
   * Buffers on the heap grow by an eighth at least, so the largest batch may have found a buffer
   * that much larger than itself.
   */
  private static final double GROWTH = 1.125;

  /** The heap of the program itself: classes' data, a tokenizer, problems, what is being read. */
  private static final long PROGRAM_BYTES = 64L << 20;

  /** Logits of one chunk of the CPU's LM head, in floats; two heads have one at the same time. */
  private static final long CHUNK = 1L << 23;

  /** The use of a part of the memory. */
  public enum Kind {
    WEIGHTS,
    GRADIENTS,
    FIRST_MOMENTS,
    SECOND_MOMENTS,
    ACTIVATIONS,
    /** What only the heap holds where the CPU computes. */
    HEAP
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

  /**
   * Memory for a plan.
   *
   * @param bytes without what is needed beside any plan
   * @param onDevice whether it is a device's, or the heap
   */
  public record Room(long bytes, boolean onDevice) {}

  /** All parts of a kind, in float32 numbers. */
  public long floats(Kind kind) {
    return parts.stream().filter(part -> part.kind == kind).mapToLong(Part::floats).sum();
  }

  /** All parts of a device. */
  public long bytes() {
    return Float.BYTES
        * parts.stream().filter(part -> part.kind != Kind.HEAP).mapToLong(Part::floats).sum();
  }

  /** All of the heap, where the CPU computes. */
  public long heapBytes() {
    double activations = GROWTH * floats(Kind.ACTIVATIONS) * Float.BYTES;
    return PROGRAM_BYTES
        + (long) activations
        + bytes()
        - floats(Kind.ACTIVATIONS) * Float.BYTES
        + floats(Kind.HEAP) * Float.BYTES;
  }

  /** What it takes of {@code room}. */
  public long bytes(Room room) {
    return room.onDevice ? bytes() : heapBytes();
  }

  public boolean fits(Room room) {
    return bytes(room) <= room.bytes;
  }

  /** For people, one line per kind. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<String> of =
          parts.stream().filter(part -> part.kind == kind).map(Part::describe).toList();
      if (kind != Kind.HEAP && !of.isEmpty()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "device memory, %s: %.0f MiB (%s)",
                name(kind),
                floats(kind) * Float.BYTES / MEBIBYTE,
                String.join(", ", of)));
      }
    }
    return lines;
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** For people: what of the heap is for what, on one line. */
  public String heapLine(Room heap) {
    long models = 0;
    for (Kind kind : List.of(Kind.GRADIENTS, Kind.FIRST_MOMENTS, Kind.SECOND_MOMENTS)) {
      models += floats(kind);
    }
    long weights = floats(Kind.WEIGHTS) * Float.BYTES;
    long learning = models * Float.BYTES;
    long activations = (long) (GROWTH * floats(Kind.ACTIVATIONS) * Float.BYTES);
    return String.format(
        Locale.ROOT,
        "memory: %.0f of %.0f MiB of heap (weights %.0f, gradients and moments %.0f, activations and KV caches %.0f, other %.0f)",
        heapBytes() / MEBIBYTE,
        heap.bytes / MEBIBYTE,
        weights / MEBIBYTE,
        learning / MEBIBYTE,
        activations / MEBIBYTE,
        (heapBytes() - weights - learning - activations) / MEBIBYTE);
  }

  /** The largest heap, in MiB, that a JVM needs for it. */
  public long heapOption() {
    return (long) (heapBytes() / Devices.HEAP_SHARE / MEBIBYTE) + 1;
  }

  /** For people: that the heap is too small, and what to do. */
  public String tooMuch(Room heap) {
    return String.format(
        Locale.ROOT,
        "%s, which does not fit; set JACKPOT_JAVA_OPTS=-Xmx%dm%s",
        heapLine(heap),
        heapOption(),
        advice.isEmpty() || !helps(heap) ? "" : ", or try " + advice);
  }

  /** Whether less at a time could make it fit, which is what the advice is about. */
  private boolean helps(Room heap) {
    double atATime = GROWTH * floats(Kind.ACTIVATIONS) + floats(Kind.HEAP);
    return heapBytes() - (long) (atATime * Float.BYTES) < heap.bytes;
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

    /** The copy of a model's weights that the CPU makes to sample; of several, one at a time. */
    public Builder packed(String name, ModelConfig config, WeightType type) {
      long floats = parameters(config) * type.bytes() / Float.BYTES;
      return heap(name + " packed for sampling", floats);
    }

    /**
     * The CPU's LM head.
     *
     * @param tokens of a pass
     */
    public Builder head(ModelConfig config, long tokens) {
      long all = tokens * config.vocabularySize();
      return heap("logits", 2 * Math.min(all, Math.max(CHUNK, config.vocabularySize())));
    }

    /** What only the heap holds. */
    public Builder heap(String what, long floats) {
      parts.add(new Part(what, Kind.HEAP, floats));
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
