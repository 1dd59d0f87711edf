package io.jackpot.tasks.ladder;

import io.jackpot.devices.Compute;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Devices;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.MemoryPlan.Kind;
import io.jackpot.devices.MemoryPlan.Part;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.tasks.TornadoOps;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.transformer.Sampler;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Times training and sampling of a model of random weights in the shape of Qwen3, as {@code
 * bench/peers/gpu_models.py} does in PyTorch.
 *
 * <pre>
 * ModelBenchmark MODEL [--device tornado|cpu] [--gemm java|vendor]
 *     [--matmul-precision f32|tf32|bf16] [--batch N] [--length N] [--slots N] [--prompt N]
 *     [--response N] [--rounds N]
 * </pre>
 *
 * <p>MODEL is tiny, 0.1b, 0.5b or 1.5b. A training step is the forward pass, the head, backward and
 * AdamW over {@code batch} sequences of {@code length} tokens. Sampling is {@code slots} sequences
 * at a time; the time of the prompts is measured separately and subtracted.
 */
public final class ModelBenchmark {
  private final Ops ops;
  private final Model model;
  private final int rounds;

  private ModelBenchmark(Ops ops, Model model, int rounds) {
    this.ops = ops;
    this.model = model;
    this.rounds = rounds;
  }

  public static void main(String[] args) {
    ModelConfig config = config(args[0]);
    DeviceChoice device = DeviceChoice.TORNADO;
    int batch = 8;
    int length = 512;
    int slots = 32;
    int prompt = 128;
    int response = 64;
    int rounds = 3;
    Gemm gemm = Gemm.JAVA;
    Precision precision = Precision.F32;
    for (int i = 1; i + 1 < args.length; i += 2) {
      String value = args[i + 1];
      switch (args[i]) {
        case "--device" -> device = DeviceChoice.valueOf(value.toUpperCase(Locale.ROOT));
        case "--gemm" -> gemm = Gemm.valueOf(value.toUpperCase(Locale.ROOT));
        case "--matmul-precision" -> precision = Precision.valueOf(value.toUpperCase(Locale.ROOT));
        case "--batch" -> batch = Integer.parseInt(value);
        case "--length" -> length = Integer.parseInt(value);
        case "--slots" -> slots = Integer.parseInt(value);
        case "--prompt" -> prompt = Integer.parseInt(value);
        case "--response" -> response = Integer.parseInt(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        default -> throw new IllegalArgumentException("no option " + args[i]);
      }
    }
    Products products = new Products(gemm, precision);
    MemoryPlan plan = plan(config, batch * length, slots, prompt, response);
    try (Compute opened = Devices.open(device, products, 0, () -> plan)) {
      opened.lines().forEach(System.out::println);
      Parameters weights = random(config);
      System.out.printf(Locale.ROOT, "%s: %.1f M parameters%n", args[0], 1e-6 * weights.count());
      ModelBenchmark benchmark =
          new ModelBenchmark(opened.ops(), new Model(config, weights), rounds);
      benchmark.train(batch, length);
      benchmark.sample(slots, prompt, response);
      if (opened.ops() instanceof TornadoOps onDevice) {
        onDevice.memory().forEach(line -> System.out.println("memory, " + line));
      }
    }
    System.exit(0); // drivers may keep threads of their own
  }

  private static ModelConfig config(String name) {
    return switch (name) {
      case "tiny" -> qwen3(512, 64, 192, 2, 4, 2, 16);
      case "0.1b" -> qwen3(32_768, 768, 2048, 12, 12, 4, 64);
      case "0.5b" -> qwen3(151_936, 896, 4864, 24, 14, 2, 64);
      case "1.5b" -> qwen3(151_936, 1536, 8960, 28, 12, 2, 128);
      default -> throw new IllegalArgumentException("no model " + name);
    };
  }

  private static ModelConfig qwen3(
      int vocabulary, int hidden, int intermediate, int layers, int heads, int kvHeads, int dim) {
    return new ModelConfig(
        "qwen3",
        vocabulary,
        hidden,
        intermediate,
        layers,
        heads,
        kvHeads,
        dim,
        32_768,
        1e6,
        new RopeScaling.None(),
        1e-6f,
        true,
        false,
        false,
        true,
        null);
  }

  private static MemoryPlan plan(
      ModelConfig config, int tokens, int slots, int prompt, int response) {
    long weights =
        Parameters.shapes(config).values().stream().mapToLong(shape -> shape.size()).sum();
    long perToken =
        Activations.floatsPerToken(config, false)
            + Activations.backwardFloatsPerToken(config)
            + config.hiddenSize();
    return new MemoryPlan(
        List.of(
            new Part("weights", Kind.WEIGHTS, weights),
            new Part("gradients", Kind.GRADIENTS, weights),
            new Part("m", Kind.FIRST_MOMENTS, weights),
            new Part("v", Kind.SECOND_MOMENTS, weights),
            new Part("training", Kind.ACTIVATIONS, perToken * tokens),
            new Part(
                "sampling", Kind.ACTIVATIONS, Sampler.floats(config, slots, prompt, response))),
        "--batch, --length or --slots");
  }

  /** Uniform weights of standard deviation 0.02, norms one. */
  private static Parameters random(ModelConfig config) {
    Parameters parameters = Parameters.zeros(config);
    Stream<Map.Entry<String, Tensor>> all = parameters.tensors().entrySet().parallelStream();
    all.forEach(entry -> {
      float[] values = entry.getValue().data();
      if (entry.getValue().shape().rank() == 1) {
        Arrays.fill(values, 1);
      } else {
        SplittableRandom random = new SplittableRandom(entry.getKey().hashCode());
        double range = 0.02 * Math.sqrt(3);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextDouble(-range, range);
        }
      }
    });
    return parameters;
  }

  private int[] randomIds(int count, long seed) {
    return new SplittableRandom(seed).ints(count, 0, model.config().vocabularySize()).toArray();
  }

  private void train(int batch, int length) {
    int tokens = batch * length;
    int[] lengths = new int[batch];
    Arrays.fill(lengths, length);
    Packing packing = Packing.ofLengths(lengths);
    int[] ids = randomIds(tokens, 1);
    int[] actions = randomIds(tokens, 2);
    float[] coefficient = new float[tokens];
    Arrays.fill(coefficient, -1f / tokens);
    Parameters gradients = Parameters.zeros(model.config());
    AdamW optimizer = new AdamW(model.config(), new AdamW.Options(0.9f, 0.95f, 1e-8f, 0, 1));
    Activations activations = new Activations(model);
    HeadStatistics statistics = HeadStatistics.allocate(tokens, 0);
    Tensor dHidden = Tensor.zeros(tokens, model.config().hiddenSize());
    Runnable step =
        () -> {
          Tensor hidden = activations.forward(ops, ids, packing);
          Head head = model.head(hidden, 1);
          ops.headForward(head, actions, statistics);
          ops.headBackward(
              head,
              statistics,
              coefficient,
              null,
              dHidden,
              gradients.get(model.config().headName()));
          activations.backward(ops, dHidden, gradients);
          double norm = AdamW.norm(ops, gradients);
          optimizer.update(ops, model.parameters(), gradients, norm, 1e-4f);
          gradients.tensors().values().forEach(ops::zero);
          finish();
        };
    double seconds = median(step);
    double loss = 0;
    for (float logProb : statistics.logProb()) {
      loss -= logProb / tokens;
    }
    System.out.printf(
        Locale.ROOT,
        "training, %d × %d tokens: %.4f s a step, %.0f tokens/s, %.3f TFLOP/s at 6 a parameter and"
            + " token; loss %.3f%n",
        batch,
        length,
        seconds,
        tokens / seconds,
        6e-12 * model.parameters().count() * tokens / seconds,
        loss);
  }

  private void sample(int slots, int promptTokens, int response) {
    Sampler sampler = new Sampler(ops, model);
    List<int[]> prompts =
        Stream.iterate(0, i -> i < slots, i -> i + 1)
            .map(i -> randomIds(promptTokens, 3 + i))
            .toList();
    double all = median(() -> sample(sampler, prompts, 1 + response));
    double first = median(() -> sample(sampler, prompts, 1));
    System.out.printf(
        Locale.ROOT,
        "sampling, %d sequences: prompts of %d tokens %.4f s, then %d tokens each: %.4f s a token,"
            + " %.0f tokens/s%n",
        slots,
        promptTokens,
        first,
        response,
        (all - first) / response,
        slots * response / (all - first));
  }

  private static void sample(Sampler sampler, List<int[]> prompts, int maxTokens) {
    sampler.sample(
        prompts,
        1,
        new Sampler.Options(1, maxTokens, Set.of(), 0, prompts.size()),
        (prompt, sample, position) -> Threefry.uniform(prompt, sample, position));
  }

  /** Waits until a device has finished its work. */
  private void finish() {
    if (ops instanceof TornadoOps onDevice) {
      onDevice.finish();
    }
  }

  /** Seconds of a run; the first compiles and is not counted. */
  private double median(Runnable run) {
    run.run();
    double[] seconds = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      run.run();
      seconds[round] = (System.nanoTime() - start) * 1e-9;
    }
    return KernelLadder.median(seconds);
  }
}
