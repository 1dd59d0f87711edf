package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.MemoryPlan.Room;
import io.jackpot.input.InputException;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Sampler;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a run does with the memory that there is: how many tokens a pass has, which its bits depend
 * on, and how many responses are sampled at the same time, which they do not.
 *
 * @param passTokens tokens of a forward and backward pass
 * @param slots responses sampled at the same time
 * @param plan the memory that it takes
 * @param smaller options that need less and that a resume takes; empty if there are none
 */
record RunMemory(int passTokens, int slots, MemoryPlan plan, String smaller) {
  /** Tokens of a pass where memory is not short. */
  private static final int MOST_TOKENS = 32768;

  /** The part of what the models leave that sampling may take. */
  private static final int SAMPLING_PART = 3;

  /** Numbers that a run keeps of a response token while it learns from it, besides the top k. */
  private static final int PER_RESPONSE_TOKEN = 100;

  /** Numbers of a rollout above which fewer prompts help: 1 GiB. */
  private static final long MANY_NUMBERS = 1 << 28;

  /** What a plan depends on beside the tokens of a pass and the slots. */
  record Needs(
      TrainSettings settings,
      ModelConfig policy,
      @Nullable ModelConfig actor,
      @Nullable ModelConfig reference,
      ModelConfig wholePolicy,
      @Nullable ModelConfig wholeActor,
      int prompt,
      int evaluated) {

    int sequence() {
      return prompt + settings.maxResponseTokens();
    }

    /** Tokens of the largest pass. */
    int tokens(int passTokens) {
      long batch = (long) settings.updateResponses() * sequence();
      return (int) Math.max(sequence(), Math.min(batch, passTokens));
    }

    MemoryPlan plan(int passTokens, int slots) {
      int tokens = tokens(passTokens);
      int response = settings.maxResponseTokens();
      boolean recompute = settings.recomputeActivations();
      int topK = Math.min(settings.topK(), policy.vocabularySize());
      long rollout = (long) settings.rolloutPrompts() * settings.samplesPerPrompt() * response;
      long numbers = rollout * (PER_RESPONSE_TOKEN + 2L * topK);
      MemoryPlan.Builder plan =
          new MemoryPlan.Builder()
              .model("policy", wholePolicy)
              .learner("policy", policy, tokens, recompute)
              .sampler("policy", policy, slots, prompt, response);
      if (actor != null && wholeActor != null) {
        plan.model("actor", wholeActor)
            .learner("actor", actor, tokens, recompute)
            .sampler("actor", actor, slots, prompt, response);
      }
      if (reference != null) {
        plan.model("reference", reference).frozen("reference", reference, tokens);
      }
      if (settings.miniBatches() > 1 || settings.acceptance() != null) {
        before(plan, policy, rollout);
        if (actor != null) {
          before(plan, actor, rollout);
        }
      }
      return plan.packed("policy", policy, settings.dtypes().actorDtype())
          .head(policy, tokens)
          .heap("numbers of a rollout", numbers)
          .build(advice(passTokens, slots, numbers));
    }

    /** {@link BeforeUpdate.Snapshot}. */
    private static void before(MemoryPlan.Builder plan, ModelConfig model, long tokens) {
      plan.activations(
          "distributions before an update", (tokens + model.vocabularySize()) * model.hiddenSize());
    }

    private String advice(int passTokens, int slots, long numbers) {
      String advice = settings.recomputeActivations() ? "" : "--recompute-activations, ";
      if (tokens(passTokens) > sequence()) {
        advice += "--micro-batch-tokens below %d, ".formatted(tokens(passTokens));
      }
      return advice
          + (settings.rolloutPrompts() > 1 && numbers > MANY_NUMBERS
              ? "--rollout-prompts below %d, ".formatted(settings.rolloutPrompts())
              : "")
          + (slots > 1 ? "--sampling-slots below %d, ".formatted(slots) : "")
          + "--max-response-tokens below %d".formatted(settings.maxResponseTokens());
    }
  }

  /**
   * Fits a run into memory.
   *
   * @throws InputException if it does not fit, with what would help
   */
  static RunMemory of(
      TrainSettings settings,
      TrainingState state,
      @Nullable Reference reference,
      RunProblems problems,
      Room room) {
    Trained actor = state.actor();
    Needs needs =
        new Needs(
            settings,
            state.policy().model().config(),
            actor == null ? null : actor.model().config(),
            reference == null ? null : reference.model().config(),
            state.policy().folder().config(),
            actor == null ? null : actor.folder().config(),
            problems.longestPrompt(),
            problems.heldOut().size());
    return of(needs, room);
  }

  /** {@link #of}, by the sizes of the models. */
  static RunMemory of(Needs needs, Room room) {
    int slots = slots(needs, room);
    Integer asked = needs.settings.microBatchTokens();
    int most = asked == null ? MOST_TOKENS : asked;
    int fitting = passTokens(most, needs.sequence(), room, t -> needs.plan(t, slots));
    int tokens = asked == null ? fitting : asked;
    return new RunMemory(
        tokens,
        slots,
        needs.plan(tokens, slots),
        smaller(
            needs.settings.recomputeActivations(),
            needs.tokens(tokens),
            needs.sequence(),
            fitting));
  }

  /**
   * Options of a resume that need less memory.
   *
   * @param tokens of the largest pass
   * @param least tokens of the longest sequence
   * @param fitting tokens of a pass that should fit
   */
  static String smaller(boolean recompute, int tokens, int least, int fitting) {
    String again = recompute ? "" : "--recompute-activations";
    return tokens > least
        ? (again + " --micro-batch-tokens " + Math.min(fitting, Integer.highestOneBit(tokens - 1)))
            .strip()
        : again;
  }

  /** As many as are asked for, or half as often as they have to share what the models leave. */
  private static int slots(Needs needs, Room room) {
    TrainSettings settings = needs.settings;
    long responses =
        Math.max((long) settings.rolloutPrompts() * settings.samplesPerPrompt(), needs.evaluated);
    int slots = (int) Math.min(settings.samplingSlots(), responses);
    long left = room.bytes() - needs.plan(1, 0).bytes(room);
    while (slots > 1 && sampling(needs, slots) > left / SAMPLING_PART) {
      slots = Math.ceilDiv(slots, 2);
    }
    return slots;
  }

  private static long sampling(Needs needs, int slots) {
    int response = needs.settings.maxResponseTokens();
    long floats = Sampler.floats(needs.policy, slots, needs.prompt, response);
    if (needs.actor != null) {
      floats += Sampler.floats(needs.actor, slots, needs.prompt, response);
    }
    return Float.BYTES * floats;
  }

  /**
   * The tokens of a pass that fit: {@code most}, or half as often as they have to be less.
   *
   * @param least tokens of the longest sequence, below which nothing is saved
   * @param plan the memory by the tokens of a pass
   * @throws InputException if not even the longest sequence fits
   */
  static int passTokens(int most, int least, Room room, IntFunction<MemoryPlan> plan) {
    int tokens = most;
    // Powers of two: a heap that is a little larger makes no other bits.
    while (!plan.apply(tokens).fits(room)) {
      if (tokens <= least) {
        if (room.onDevice()) {
          return tokens; // the device refuses it with its own numbers
        }
        throw new InputException(plan.apply(tokens).tooMuch(room));
      }
      tokens /= 2;
    }
    return tokens;
  }

  /** A line on the plan of the heap; a device has lines of its own. */
  String line(TrainSettings settings, Room heap) {
    String line =
        plan.fits(heap) ? plan.heapLine(heap) : "warning: at worst, " + plan.tooMuch(heap);
    line +=
        "; passes of at most %,d tokens (--micro-batch-tokens%s)"
            .formatted(
                passTokens, settings.microBatchTokens() == null ? ", chosen by the heap" : "");
    return slots < settings.samplingSlots()
        ? line + ", at most %d responses sampled at a time".formatted(slots)
        : line;
  }
}
