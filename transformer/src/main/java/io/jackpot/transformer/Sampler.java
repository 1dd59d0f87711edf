package io.jackpot.transformer;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.TopK;
import io.jackpot.tensor.WeightType;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Batched sampling with a KV cache: {@code prompts → ids [response], logProbs [response]} for each
 * sample. A prompt is computed once for all its samples. A sequence that ends leaves the batch, and
 * a waiting one takes its slot. The samples depend only on the uniforms, not on which sequences
 * share a batch.
 *
 * <p>Weights and cache may have smaller types than float32; log-probs are then those of the rounded
 * model, including its prompts.
 */
public final class Sampler {

  /**
   * Options of sampling.
   *
   * @param temperature divides the logits; 0 takes the most probable token and records its
   *     probability at temperature 1
   * @param maxTokens longest response, in tokens
   * @param endIds the ids that end a response; may be empty
   * @param topK number of most probable ids to record at each position
   * @param slots sequences sampled at the same time
   * @param truncation the tokens that may be sampled
   * @param recordsTruncated whether the log-probs recorded are those of the truncated distribution,
   *     and all its tokens are recorded in place of the top k; otherwise they are those of the
   *     whole distribution
   */
  public record Options(
      float temperature,
      int maxTokens,
      Set<Integer> endIds,
      int topK,
      int slots,
      Truncation truncation,
      boolean recordsTruncated) {

    /** Samples from the whole distribution. */
    public Options(float temperature, int maxTokens, Set<Integer> endIds, int topK, int slots) {
      this(temperature, maxTokens, endIds, topK, slots, Truncation.NONE, false);
    }

    public Options {
      endIds = Set.copyOf(endIds);
      if (!(temperature >= 0)) {
        throw new IllegalArgumentException("temperature " + temperature + ": expected 0 or above");
      }
      if (maxTokens < 1 || slots < 1 || topK < 0) {
        throw new IllegalArgumentException(
            "maxTokens %d, slots %d, topK %d: expected at least 1, 1 and 0"
                .formatted(maxTokens, slots, topK));
      }
    }
  }

  /** The random numbers in [0, 1) of the sampling. */
  @FunctionalInterface
  public interface Uniforms {
    double at(int prompt, int sample, int position);
  }

  /**
   * A requested response.
   *
   * @param prompt index of its prompt
   * @param sample its index among the prompt's samples
   */
  public record Request(int prompt, int sample) {}

  /** A sequence being sampled. */
  private static final class Running {
    final int prompt;
    final int sample;
    final int slot;
    final int promptLength;
    final HeadStatistics record;

    /** Truncated distributions of the tokens so far, if they are recorded. */
    final List<int[]> keptIds = new ArrayList<>();

    final List<float[]> keptLogProbs = new ArrayList<>();
    int length;

    Running(int prompt, int sample, int slot, int promptLength, int maxTokens, int topK) {
      this.prompt = prompt;
      this.sample = sample;
      this.slot = slot;
      this.promptLength = promptLength;
      this.record = HeadStatistics.allocate(maxTokens, topK);
    }

    Sample finish(boolean finished) {
      int k = record.k();
      TopK top =
          keptIds.isEmpty()
              ? new TopK(
                  k,
                  Arrays.copyOf(record.topIds(), length * k),
                  Arrays.copyOf(record.topLogProbs(), length * k))
              : TopK.padded(keptIds, keptLogProbs);
      return new Sample(
          prompt,
          sample,
          Arrays.copyOf(record.action(), length),
          Arrays.copyOf(record.logProb(), length),
          Arrays.copyOf(record.entropy(), length),
          top.ids(),
          top.logProbs(),
          finished);
    }
  }

  private final Ops ops;
  private final Supplier<InferenceModel> source;
  private final ModelConfig config;
  private final InferencePass pass;
  private final Nucleus nucleus;

  /** Samples with {@code model}'s current weights, all in float32. */
  public Sampler(Ops ops, Model model) {
    this(ops, model, WeightType.F32, CacheType.F32);
  }

  /** Samples with {@code model}'s current weights, which every {@link #sample} packs again. */
  public Sampler(Ops ops, Model model, WeightType weights, CacheType cache) {
    this(ops, model.config(), () -> InferenceModel.of(ops, model, weights), cache);
  }

  /** Samples with weights that do not change. */
  public Sampler(Ops ops, InferenceModel model, CacheType cache) {
    this(ops, model.config(), () -> model, cache);
  }

  private Sampler(Ops ops, ModelConfig config, Supplier<InferenceModel> source, CacheType cache) {
    this.config = config;
    this.source = source;
    this.ops = ops;
    this.pass = new InferencePass(ops, config, cache);
    this.nucleus = new Nucleus(ops);
  }

  /** Bytes of the cache per token of a sequence. */
  public static long cacheBytesPerToken(ModelConfig config, CacheType type) {
    return KvCache.bytesPerToken(config, type);
  }

  /** Floats per token of a prompt while it is computed, in addition to the cache. */
  public static long promptFloatsPerToken(ModelConfig config) {
    return InferencePass.floatsPerToken(config) + InferencePass.floatsPerCopiedToken(config);
  }

  /**
   * Floats of sampling with everything in float32.
   *
   * @param slots sequences sampled at the same time
   * @param prompt longest prompt in tokens
   * @param response longest response in tokens
   */
  public static long floats(ModelConfig config, int slots, int prompt, int response) {
    long cache = KvCache.bytesPerToken(config, CacheType.F32) / Float.BYTES;
    long cached = (long) slots * (prompt + response);
    long computed = (long) slots * Math.max(1, prompt);
    return cached * cache
        + computed * promptFloatsPerToken(config)
        + (long) slots * config.hiddenSize();
  }

  /** Additional floats of truncated sampling. */
  public static long truncationFloats(ModelConfig config, int slots) {
    return Nucleus.floats(config, slots);
  }

  /**
   * Samples {@code samples} responses to each prompt.
   *
   * @param prompts ids of each prompt, none empty
   * @return in order of prompt, then sample
   * @throws IllegalArgumentException if a prompt is empty, or with its response longer than the
   *     model supports
   */
  public List<Sample> sample(List<int[]> prompts, int samples, Options options, Uniforms uniforms) {
    List<Sample> all = new ArrayList<>();
    sample(prompts, requests(prompts.size(), samples), options, uniforms, all::add, () -> {});
    all.sort(Comparator.comparingInt(Sample::prompt).thenComparingInt(Sample::sample));
    return all;
  }

  /**
   * {@code samples} responses to each prompt, in order; a list that takes no memory for each.
   *
   * @throws ArithmeticException if they are more than {@link Integer#MAX_VALUE}
   */
  public static List<Request> requests(int prompts, int samples) {
    int count = Math.multiplyExact(prompts, samples);
    return new AbstractList<>() {
      @Override
      public Request get(int index) {
        return new Request(index / samples, index % samples);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }

  /**
   * Samples the requested responses.
   *
   * @param prompts ids of each prompt, none empty
   * @param requests in ascending order of prompt; requests of one prompt should be adjacent
   * @param done receives each response as it ends
   * @param beforeToken called before each token of all sequences; what it throws ends the sampling
   * @throws IllegalArgumentException if a prompt is empty, or with its response longer than the
   *     model supports
   */
  public void sample(
      List<int[]> prompts,
      List<Request> requests,
      Options options,
      Uniforms uniforms,
      Consumer<Sample> done,
      Runnable beforeToken) {
    int longest = 0;
    for (int[] prompt : prompts) {
      if (prompt.length == 0) {
        throw new IllegalArgumentException("an empty prompt: expected at least one token");
      }
      longest = Math.max(longest, prompt.length);
    }
    int capacity = longest + options.maxTokens();
    InferenceModel model = source.get();
    model.rope().cover(capacity);
    int slots = Math.min(options.slots(), requests.size());
    pass.resize(slots, capacity);
    Deque<Integer> free = new ArrayDeque<>();
    for (int slot = 0; slot < slots; slot++) {
      free.add(slot);
    }
    int topK = Math.min(options.topK(), config.vocabularySize());
    List<Running> active = new ArrayList<>();
    int next = 0;
    while (next < requests.size() || !active.isEmpty()) {
      beforeToken.run();
      List<Running> fresh = new ArrayList<>();
      boolean worthwhile = active.isEmpty() || free.size() >= slots / 4;
      while (worthwhile && !free.isEmpty() && next < requests.size()) {
        Request request = requests.get(next++);
        fresh.add(
            new Running(
                request.prompt(),
                request.sample(),
                free.remove(),
                prompts.get(request.prompt()).length,
                options.maxTokens(),
                topK));
      }
      if (!fresh.isEmpty()) {
        take(model, fresh, prefill(model, prompts, fresh), options, uniforms);
        active.addAll(fresh);
      } else {
        take(model, active, decode(model, active), options, uniforms);
      }
      leave(active, options, free, done);
    }
  }

  /** Samples the next token of each of {@code rows} from {@code hidden [rows, hiddenSize]}. */
  private void take(
      InferenceModel model, List<Running> rows, Tensor hidden, Options options, Uniforms uniforms) {
    int count = rows.size();
    boolean greedy = options.temperature() == 0;
    double[] u = new double[count];
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      u[i] = greedy ? -1 : uniforms.at(row.prompt, row.sample, row.length);
    }
    int topK = rows.getFirst().record.k();
    HeadStatistics out = HeadStatistics.allocate(count, topK);
    InferenceModel.SamplingHead head = model.head(hidden, greedy ? 1 : options.temperature());
    boolean truncates = !greedy && !options.truncation().keepsAll();
    Nucleus.Kept kept = truncates && options.recordsTruncated() ? new Nucleus.Kept(count) : null;
    if (truncates) {
      nucleus.sample(head, u, options.truncation(), out, kept);
    } else {
      head.sample(ops, u, out);
    }
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      int at = row.length++;
      row.record.action()[at] = out.action()[i];
      row.record.logProb()[at] = out.logProb()[i];
      row.record.entropy()[at] = out.entropy()[i];
      if (kept != null) {
        row.keptIds.add(kept.ids()[i]);
        row.keptLogProbs.add(kept.logProbs()[i]);
      }
      System.arraycopy(out.topIds(), i * topK, row.record.topIds(), at * topK, topK);
      System.arraycopy(out.topLogProbs(), i * topK, row.record.topLogProbs(), at * topK, topK);
    }
  }

  private static void leave(
      List<Running> active, Options options, Deque<Integer> free, Consumer<Sample> done) {
    active.removeIf(row -> {
      boolean ended = options.endIds().contains(row.record.action()[row.length - 1]);
      if (ended || row.length == options.maxTokens()) {
        free.add(row.slot);
        done.accept(row.finish(ended));
        return true;
      }
      return false;
    });
  }

  /**
   * Computes the prompts of {@code rows}, each once, and copies their keys and values into the slot
   * of every sample.
   *
   * @return [rows, hiddenSize], the last hidden state of each
   */
  private Tensor prefill(InferenceModel model, List<int[]> prompts, List<Running> rows) {
    int[] distinct = rows.stream().mapToInt(row -> row.prompt).distinct().toArray();
    int[] lengths = Arrays.stream(distinct).map(prompt -> prompts.get(prompt).length).toArray();
    Packing packing = Packing.ofLengths(lengths);
    int[] ids = new int[packing.tokens()];
    for (int s = 0; s < distinct.length; s++) {
      System.arraycopy(prompts.get(distinct[s]), 0, ids, packing.start(s), lengths[s]);
    }
    int total = rows.stream().mapToInt(row -> row.promptLength).sum();
    int[] tokens = new int[total];
    int[] slots = new int[total];
    int[] positions = new int[total];
    int[] last = new int[rows.size()];
    int at = 0;
    for (int i = 0; i < rows.size(); i++) {
      Running row = rows.get(i);
      int start = packing.start(Arrays.binarySearch(distinct, row.prompt));
      for (int t = 0; t < row.promptLength; t++, at++) {
        tokens[at] = start + t;
        slots[at] = row.slot;
        positions[at] = t;
      }
      last[i] = start + row.promptLength - 1;
    }
    InferencePass.Destination destination = new InferencePass.Destination(tokens, slots, positions);
    return pass.prefill(model, ids, packing, destination, last);
  }

  /** Computes the newest token of each row against the cache. */
  private Tensor decode(InferenceModel model, List<Running> rows) {
    int count = rows.size();
    int[] ids = new int[count];
    int[] slots = new int[count];
    int[] positions = new int[count];
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      ids[i] = row.record.action()[row.length - 1];
      slots[i] = row.slot;
      positions[i] = row.promptLength + row.length - 1;
    }
    return pass.decode(model, ids, slots, positions);
  }
}
