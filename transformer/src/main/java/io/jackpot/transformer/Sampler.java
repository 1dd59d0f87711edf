package io.jackpot.transformer;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Batched sampling with a KV cache. A prompt is computed once, however many samples it gets. A
 * sequence that ends leaves the batch, and one that waits takes its slot. What is sampled depends
 * on the uniforms alone, not on which sequences happen to share a batch.
 */
public final class Sampler {

  /**
   * @param temperature divides the logits; 0 takes the most probable token, whose probability is
   *     then given at temperature 1
   * @param maxTokens longest response
   * @param endIds any of them ends a response; empty for none
   * @param topK how many of the most probable ids to record at each position
   * @param slots sequences sampled at the same time
   * @param truncation which tokens may be sampled; what is recorded of a token is of the whole
   *     distribution, so it must be {@link Truncation#NONE} where a learner relies on it
   */
  public record Options(
      float temperature,
      int maxTokens,
      Set<Integer> endIds,
      int topK,
      int slots,
      Truncation truncation) {

    /** Samples from the whole distribution. */
    public Options(float temperature, int maxTokens, Set<Integer> endIds, int topK, int slots) {
      this(temperature, maxTokens, endIds, topK, slots, Truncation.NONE);
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

  /** The random numbers, in [0, 1), by what they are for. */
  @FunctionalInterface
  public interface Uniforms {
    double at(int prompt, int sample, int position);
  }

  /**
   * A response that is asked for.
   *
   * @param prompt index of its prompt
   * @param sample which of the prompt's samples
   */
  public record Request(int prompt, int sample) {}

  /** A sequence being sampled. */
  private static final class Running {
    final int prompt;
    final int sample;
    final int slot;
    final int promptLength;
    final HeadStatistics record;
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
      return new Sample(
          prompt,
          sample,
          Arrays.copyOf(record.action(), length),
          Arrays.copyOf(record.logProb(), length),
          Arrays.copyOf(record.entropy(), length),
          Arrays.copyOf(record.topIds(), length * k),
          Arrays.copyOf(record.topLogProbs(), length * k),
          finished);
    }
  }

  private final Ops ops;
  private final Model model;
  private final ModelConfig config;
  private final Activations prefill;
  private final KvCache cache;
  private final Nucleus nucleus;
  private final Buffer x = new Buffer();
  private final Buffer y = new Buffer();
  private final Buffer normed = new Buffer();
  private final Buffer rms = new Buffer();
  private final Buffer q = new Buffer();
  private final Buffer k = new Buffer();
  private final Buffer v = new Buffer();
  private final Buffer attention = new Buffer();
  private final Buffer gate = new Buffer();
  private final Buffer up = new Buffer();

  public Sampler(Ops ops, Model model) {
    this.ops = ops;
    this.model = model;
    this.config = model.config();
    this.prefill = new Activations(model);
    this.cache = new KvCache(config);
    this.nucleus = new Nucleus(ops);
  }

  /**
   * Floats that sampling takes beside the activations of the prompts.
   *
   * @param slots sequences at the same time
   * @param prompt longest prompt in tokens
   * @param response longest response in tokens
   */
  public static long floats(ModelConfig config, int slots, int prompt, int response) {
    long q = (long) config.heads() * config.headDim();
    long kv = (long) config.kvHeads() * config.headDim();
    long row =
        3L * config.hiddenSize() + 2 * q + 2 * kv + 2L * config.intermediateSize() + config.heads();
    return KvCache.floats(config, slots, prompt + response)
        + slots * row
        + (long) slots * prompt * kv;
  }

  /** Floats that sampling takes beside {@link #floats} where it is truncated. */
  public static long truncationFloats(ModelConfig config, int slots) {
    return Nucleus.floats(config, slots);
  }

  /**
   * Samples {@code samples} responses to each prompt.
   *
   * @param prompts ids, none empty
   * @return in order of prompt, then sample
   * @throws IllegalArgumentException if a prompt is empty, or with its response longer than the
   *     model takes
   */
  public List<Sample> sample(List<int[]> prompts, int samples, Options options, Uniforms uniforms) {
    List<Request> requests = new ArrayList<>();
    for (int prompt = 0; prompt < prompts.size(); prompt++) {
      for (int sample = 0; sample < samples; sample++) {
        requests.add(new Request(prompt, sample));
      }
    }
    List<Sample> all = new ArrayList<>();
    sample(prompts, requests, options, uniforms, all::add);
    all.sort(Comparator.comparingInt(Sample::prompt).thenComparingInt(Sample::sample));
    return all;
  }

  /**
   * Samples the responses that are asked for.
   *
   * @param prompts ids, none empty
   * @param requests in rising order of prompt; those of one prompt are best side by side
   * @param done gets each response as it ends
   * @throws IllegalArgumentException if a prompt is empty, or with its response longer than the
   *     model takes
   */
  public void sample(
      List<int[]> prompts,
      List<Request> requests,
      Options options,
      Uniforms uniforms,
      Consumer<Sample> done) {
    int longest = 0;
    for (int[] prompt : prompts) {
      if (prompt.length == 0) {
        throw new IllegalArgumentException("an empty prompt: expected at least one token");
      }
      longest = Math.max(longest, prompt.length);
    }
    int capacity = longest + options.maxTokens();
    model.rope().cover(capacity);
    int slots = Math.min(options.slots(), requests.size());
    cache.resize(slots, capacity);
    Deque<Integer> free = new ArrayDeque<>();
    for (int slot = 0; slot < slots; slot++) {
      free.add(slot);
    }
    int topK = Math.min(options.topK(), config.vocabularySize());
    List<Running> active = new ArrayList<>();
    int next = 0;
    while (next < requests.size() || !active.isEmpty()) {
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
        take(fresh, prefill(prompts, fresh), options, uniforms);
        active.addAll(fresh);
      } else {
        take(active, decode(active), options, uniforms);
      }
      leave(active, options, free, done);
    }
  }

  /** Samples the next token of each of {@code rows} from its hidden state. */
  private void take(List<Running> rows, Tensor hidden, Options options, Uniforms uniforms) {
    int count = rows.size();
    boolean greedy = options.temperature() == 0;
    double[] u = new double[count];
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      u[i] = greedy ? -1 : uniforms.at(row.prompt, row.sample, row.length);
    }
    int topK = rows.getFirst().record.k();
    HeadStatistics out = HeadStatistics.allocate(count, topK);
    Head head = model.head(hidden, greedy ? 1 : options.temperature());
    if (greedy || options.truncation().keepsAll()) {
      ops.headSample(head, u, out);
    } else {
      nucleus.sample(head, u, options.truncation(), out);
    }
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      int at = row.length++;
      row.record.action()[at] = out.action()[i];
      row.record.logProb()[at] = out.logProb()[i];
      row.record.entropy()[at] = out.entropy()[i];
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
   * @return the last hidden state of each row
   */
  private Tensor prefill(List<int[]> prompts, List<Running> rows) {
    int[] distinct = rows.stream().mapToInt(row -> row.prompt).distinct().toArray();
    int[] lengths = Arrays.stream(distinct).map(prompt -> prompts.get(prompt).length).toArray();
    Packing packing = Packing.ofLengths(lengths);
    int[] ids = new int[packing.tokens()];
    for (int s = 0; s < distinct.length; s++) {
      System.arraycopy(prompts.get(distinct[s]), 0, ids, packing.start(s), lengths[s]);
    }
    Tensor hidden = prefill.forward(ops, ids, packing);

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
    int kvDim = config.kvHeads() * config.headDim();
    for (int layer = 0; layer < config.layers(); layer++) {
      Tensor copied = k.of(total, config.kvHeads(), config.headDim());
      ops.gatherRows(Activations.flat(prefill.keys(layer)), tokens, copied.reshape(total, kvDim));
      ops.cacheAppend(copied, slots, positions, cache.keys(layer));
      ops.gatherRows(Activations.flat(prefill.values(layer)), tokens, copied.reshape(total, kvDim));
      ops.cacheAppend(copied, slots, positions, cache.values(layer));
    }
    Tensor result = x.of(rows.size(), config.hiddenSize());
    ops.gatherRows(hidden, last, result);
    return result;
  }

  /** Runs the newest token of each row through the model, against the cache. */
  private Tensor decode(List<Running> rows) {
    int count = rows.size();
    int[] ids = new int[count];
    int[] slots = new int[count];
    int[] positions = new int[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      Running row = rows.get(i);
      ids[i] = row.record.action()[row.length - 1];
      slots[i] = row.slot;
      positions[i] = row.promptLength + row.length - 1;
      lengths[i] = positions[i] + 1;
    }
    float epsilon = config.rmsNormEpsilon();
    Tensor hidden = x.of(count, config.hiddenSize());
    Tensor n = normed.of(count, config.hiddenSize());
    ops.embeddingForward(ids, model.weights().embedding(), hidden);
    ops.blockEnd();
    for (int layer = 0; layer < config.layers(); layer++) {
      Weights.Layer weights = model.weights().layers().get(layer);
      ops.rmsNormForward(hidden, weights.inputNorm(), epsilon, n, rms.of(count));
      Tensor query = q.of(count, config.heads(), config.headDim());
      Tensor key = k.of(count, config.kvHeads(), config.headDim());
      Tensor value = v.of(count, config.kvHeads(), config.headDim());
      Activations.linear(ops, n, weights.q(), weights.qBias(), query);
      Activations.linear(ops, n, weights.k(), weights.kBias(), key);
      Activations.linear(ops, n, weights.v(), weights.vBias(), value);
      if (weights.qNorm() != null && weights.kNorm() != null) {
        ops.rmsNormForward(query, weights.qNorm(), epsilon, query, rms.of(query.rows()));
        ops.rmsNormForward(key, weights.kNorm(), epsilon, key, rms.of(key.rows()));
      }
      ops.rope(query, positions, model.rope().cos(), model.rope().sin());
      ops.rope(key, positions, model.rope().cos(), model.rope().sin());
      ops.cacheAppend(key, slots, positions, cache.keys(layer));
      ops.cacheAppend(value, slots, positions, cache.values(layer));
      Tensor o = attention.of(count, config.heads(), config.headDim());
      ops.attentionDecode(
          query,
          cache.keys(layer),
          cache.values(layer),
          slots,
          lengths,
          config.attentionScale(),
          o);
      Tensor branch = y.of(count, config.hiddenSize());
      Activations.linear(ops, Activations.flat(o), weights.o(), weights.oBias(), branch);
      ops.add(branch, hidden);

      ops.rmsNormForward(hidden, weights.postNorm(), epsilon, n, rms.of(count));
      Tensor g = gate.of(count, config.intermediateSize());
      Tensor u = up.of(count, config.intermediateSize());
      ops.matmulNT(n, weights.gate(), g, false);
      ops.matmulNT(n, weights.up(), u, false);
      ops.swigluForward(g, u, g);
      ops.matmulNT(g, weights.down(), branch, false);
      ops.add(branch, hidden);
      ops.blockEnd();
    }
    ops.rmsNormForward(hidden, model.weights().norm(), epsilon, n, rms.of(count));
    return n;
  }
}
