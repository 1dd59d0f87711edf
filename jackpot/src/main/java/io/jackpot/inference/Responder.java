package io.jackpot.inference;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.DtypeSettings;
import io.jackpot.config.SamplingSettings;
import io.jackpot.config.TemplateSettings;
import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.prompts.PromptTemplate;
import io.jackpot.prompts.Prompts;
import io.jackpot.rollout.LocalWorkers;
import io.jackpot.rollout.Streams;
import io.jackpot.rollout.Workers;
import io.jackpot.tensor.CacheType;
import io.jackpot.transformer.InferenceModel;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A model with its tokenizer that answers prompts. */
final class Responder implements AutoCloseable {
  /** Longest response where no other is asked for and the model takes as many. */
  static final int MAX_TOKENS = 256;

  private static final int MOST_SLOTS = 256;

  /** Most that the KV cache takes, and what the prompts need. */
  private static final long MOST_BYTES = 1L << 29;

  /** The version of weights that never change. */
  private static final int WEIGHTS = 0;

  private final Compute opened;
  private final ModelConfig config;
  private final String name;
  private final int padding;
  private final CacheType cache;
  private final Workers workers;
  private final Tokenizer tokenizer;
  private final Prompts prompts;
  private @Nullable ChatTemplate chat;
  private boolean chatSought;

  /**
   * @param model as {@link ModelSource} takes it
   * @param dtypes of weights and KV cache; of weights in float32 nothing is kept beside them
   * @param progress gives the listener of the load by the model's name
   * @param beforeToken called before each token; what it throws ends the sampling
   * @throws InputException if the model cannot be read or has no tokenizer, there is no such
   *     template, or the device lacks the types
   */
  Responder(
      String model,
      TemplateSettings template,
      DeviceSettings compute,
      DtypeSettings dtypes,
      Function<String, LoadListener> progress,
      Runnable beforeToken) {
    name = ModelSource.resolve(model);
    var _ = compute.room(dtypes);
    PromptTemplate around = template.template(name, () -> chat(name));
    ModelFolder folder = ModelSource.load(name, progress);
    if (folder.tokenizer() == null) {
      throw new InputException(name + ": no tokenizer.json, expected one beside the weights");
    }
    tokenizer = folder.tokenizer();
    prompts = new Prompts(around, tokenizer);
    Model loaded = folder.textModel();
    config = loaded.config();
    padding = folder.paddingIds();
    cache = dtypes.kvDtype();
    opened = compute.open(() -> plan(config));
    InferenceModel packed = InferenceModel.taking(opened.ops(), loaded, dtypes.actorDtype());
    workers = new LocalWorkers(new Sampler(opened.ops(), packed, cache), beforeToken);
  }

  private @Nullable ChatTemplate chat(String model) {
    if (!chatSought) {
      chat = ModelSource.chatTemplate(model, LocalDateTime.now(ZoneId.systemDefault()));
      chatSought = true;
    }
    return chat;
  }

  private static MemoryPlan plan(ModelConfig config) {
    long tokens = (long) MOST_SLOTS * config.longestSequence();
    long kv = tokens * Sampler.cacheBytesPerToken(config, CacheType.F32);
    long prompts = tokens * Float.BYTES * Sampler.promptFloatsPerToken(config);
    return new MemoryPlan.Builder()
        .model("model", config)
        .activations("KV cache", Math.min(MOST_BYTES, kv) / Float.BYTES)
        .activations("prompts", Math.min(MOST_BYTES, prompts) / Float.BYTES)
        .activations("truncated sampling", Sampler.truncationFloats(config, MOST_SLOTS))
        .build("a smaller model");
  }

  /** See {@link io.jackpot.tensor.Ops#arithmetic}. */
  String arithmetic() {
    return opened.ops().arithmetic();
  }

  /** The model and the device, on one line, and what is left out of the vocabulary. */
  String device() {
    String without = ModelSource.withoutPadding("the model", padding);
    return "%s on %s%s"
        .formatted(name, opened.lines().getFirst(), without == null ? "" : "; " + without);
  }

  /** Lines for people on problems that were read. */
  List<String> notes(String what, ProblemSource problems) {
    List<String> notes = new ArrayList<>(prompts.notes(what, problems));
    String withoutChat = prompts.withoutChat(what, problems);
    if (withoutChat != null) {
      notes.add(withoutChat);
    }
    return notes;
  }

  /**
   * The ids of a problem's prompt.
   *
   * @param where its place, for messages
   * @throws InputException if it is empty or the vocabulary cannot express it
   */
  int[] encode(Problem problem, String where) {
    int[] ids = InputException.at(where, () -> prompts.encode(problem));
    if (ids.length == 0) {
      throw new InputException(where + ": an empty prompt, expected at least one token");
    }
    if (ids.length >= config.longestSequence()) {
      throw new InputException(
          "%s: a prompt of %d tokens leaves no room for a response, expected fewer than %d (%s of the model)"
              .formatted(where, ids.length, config.longestSequence(), config.lengthSetting()));
    }
    return ids;
  }

  /** The text of a response, its end token included. */
  String text(Sample sample) {
    return tokenizer.decode(sample.ids());
  }

  /** The text of a response without the token that ended it. */
  String textBeforeEnd(Sample sample) {
    int length = sample.ids().length;
    return tokenizer.decode(sample.ids(), 0, sample.finished() ? length - 1 : length);
  }

  /**
   * The longest response to prompts of up to {@code longest} tokens.
   *
   * @throws InputException if the model does not take as many as are asked for
   */
  int maxTokens(SamplingSettings sampling, int longest) {
    int room = config.longestSequence() - longest;
    Integer asked = sampling.maxResponseTokens();
    if (asked != null && asked > room) {
      throw new InputException(
          "--max-response-tokens: found %d, expected at most %d: the model takes %d tokens (%s), and a prompt has %d"
              .formatted(asked, room, config.longestSequence(), config.lengthSetting(), longest));
    }
    return asked == null ? Math.min(MAX_TOKENS, room) : asked;
  }

  /** Samples responses to each prompt, in order of prompt, then sample. */
  List<Sample> respond(List<int[]> prompts, int samples, SamplingSettings sampling, int maxTokens) {
    return workers.sample(
        Workers.Job.of(
            WEIGHTS, prompts, 0, samples, options(prompts, sampling, maxTokens), key(sampling, 0)));
  }

  /**
   * Samples the responses that are asked for; a response does not depend on the others.
   *
   * @param numbers of the prompts: with {@code stream} they name the random numbers
   * @param requests in rising order of prompt
   * @param done gets each response as it ends
   */
  void respond(
      List<int[]> prompts,
      int[] numbers,
      List<Sampler.Request> requests,
      SamplingSettings sampling,
      int maxTokens,
      int stream,
      Consumer<Sample> done) {
    workers.sample(
        new Workers.Job(
            WEIGHTS,
            prompts,
            numbers,
            requests,
            options(prompts, sampling, maxTokens),
            key(sampling, stream)),
        done);
  }

  private static long key(SamplingSettings sampling, int stream) {
    return new Streams(sampling.seed()).key(Streams.Purpose.EVALUATE, stream);
  }

  private Sampler.Options options(List<int[]> prompts, SamplingSettings sampling, int maxTokens) {
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
    return new Sampler.Options(
        sampling.temperature(),
        maxTokens,
        tokenizer.endIds(),
        0,
        slots(longest, longest + maxTokens),
        sampling.truncation(),
        false);
  }

  /** The number of sequences that fit into memory at a time. */
  private int slots(int longestPrompt, int longest) {
    long byCache = MOST_BYTES / (Sampler.cacheBytesPerToken(config, cache) * longest);
    long byPrompts =
        MOST_BYTES / (Sampler.promptFloatsPerToken(config) * Float.BYTES * longestPrompt);
    return Math.clamp(Math.min(byCache, byPrompts), 1, MOST_SLOTS);
  }

  @Override
  public void close() {
    opened.close();
  }
}
