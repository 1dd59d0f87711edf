package io.jackpot.transformer;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Threefry;
import io.jackpot.tensor.WeightType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Tokens a second of batched decoding by type of weights and KV cache, beside weights that are not
 * packed: medians of rounds in turns. What packing costs is part of a rollout of live weights.
 *
 * <pre>{@code DecodeBenchmark small|qwen3 THREADS ROUNDS PROMPT RESPONSE BATCH…}</pre>
 */
public final class DecodeBenchmark {
  private record Variant(String name, Ops ops, WeightType weights, CacheType cache) {}

  private DecodeBenchmark() {}

  public static void main(String[] args) {
    boolean small = args[0].equals("small");
    ModelConfig config =
        small
            ? new ModelConfig(
                "qwen3",
                18,
                96,
                256,
                3,
                4,
                2,
                32,
                512,
                1e4,
                new RopeScaling.None(),
                1e-6f,
                true,
                false,
                false,
                true,
                null)
            : new ModelConfig(
                "qwen3",
                151_936,
                512,
                1536,
                8,
                8,
                4,
                64,
                4096,
                1e6,
                new RopeScaling.None(),
                1e-6f,
                true,
                false,
                false,
                true,
                null);
    int rounds = Integer.parseInt(args[2]);
    int prompt = Integer.parseInt(args[3]);
    int response = Integer.parseInt(args[4]);
    int[] batches = Arrays.stream(args).skip(5).mapToInt(Integer::parseInt).toArray();
    try (Ops ops = OpsLookup.open(Integer.parseInt(args[1]))) {
      Model model = Model.random(config, 1);
      System.out.printf("%s, %,d parameters%n", ops.describe(), model.parameters().count());
      List<Variant> variants =
          List.of(
              new Variant("f32, not packed", unpacked(ops), WeightType.F32, CacheType.F32),
              new Variant("f32", ops, WeightType.F32, CacheType.F32),
              new Variant("bf16", ops, WeightType.BF16, CacheType.F32),
              new Variant("int8", ops, WeightType.INT8, CacheType.F32),
              new Variant("f32, kv fp8", ops, WeightType.F32, CacheType.FP8),
              new Variant("f32, kv int8", ops, WeightType.F32, CacheType.INT8),
              new Variant("int8, kv fp8", ops, WeightType.INT8, CacheType.FP8));
      for (int batch : batches) {
        measure(model, variants, batch, rounds, prompt, response);
      }
    }
  }

  private static void measure(
      Model model, List<Variant> variants, int batch, int rounds, int prompt, int response) {
    double[][] perToken = new double[variants.size()][rounds];
    double[][] packing = new double[variants.size()][rounds];
    double[][] prompts = new double[variants.size()][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i < variants.size(); i++) {
        Variant variant = variants.get(i);
        long start = System.nanoTime();
        InferenceModel packed = InferenceModel.of(variant.ops, model, variant.weights);
        double packingSeconds = seconds(start);
        Sampler sampler = new Sampler(variant.ops, packed, variant.cache);
        sample(sampler, batch, prompt, 1);
        start = System.nanoTime();
        sample(sampler, batch, prompt, 1);
        double first = seconds(start);
        start = System.nanoTime();
        sample(sampler, batch, prompt, 1 + response);
        double all = seconds(start);
        if (round >= 0) {
          packing[i][round] = packingSeconds;
          prompts[i][round] = first;
          perToken[i][round] = (all - first) / response;
        }
      }
    }
    double before = median(perToken[0]);
    for (int i = 0; i < variants.size(); i++) {
      double seconds = median(perToken[i]);
      System.out.printf(
          Locale.ROOT,
          "batch %d, %-16s %8.3f ms a step, %8.0f tokens/s, %5.2f times not packed; packing %7.1f"
              + " ms, prompts %7.1f ms%n",
          batch,
          variants.get(i).name,
          1e3 * seconds,
          batch / seconds,
          before / seconds,
          1e3 * median(packing[i]),
          1e3 * median(prompts[i]));
    }
  }

  private static void sample(Sampler sampler, int batch, int prompt, int tokens) {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      int[] ids = new int[prompt];
      int number = i;
      Arrays.setAll(ids, t -> (int) (18 * Threefry.uniform(7, number, t)));
      prompts.add(ids);
    }
    sampler.sample(
        prompts,
        1,
        new Sampler.Options(1, tokens, Set.of(), 0, batch),
        (p, sample, position) -> Threefry.uniform(p, sample, position));
  }

  /** Ops that leave weights as they are. */
  private static Ops unpacked(Ops ops) {
    return (Ops)
        Proxy.newProxyInstance(
            Ops.class.getClassLoader(),
            new Class<?>[] {Ops.class},
            (proxy, method, args) -> {
              if (method.getName().equals("packed")) {
                return Optional.empty();
              }
              try {
                return method.invoke(ops, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
