package io.jackpot.inference;

import io.jackpot.config.Setting;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
import io.jackpot.problems.ProblemSet;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.WeightType;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of {@code eval}. */
public record EvalSettings(
    @Setting(help = "model folder, GGUF file, builtin:policy or builtin:actor") String model,
    @Setting(
            value = ProblemSet.ARITHMETIC,
            help = "arithmetic (held out), or problem files as in a.jsonl,name=b.jsonl")
        String problems,
    @Setting(value = "none", help = "field of the prompt, as in a,b.c; none for known names")
        @Nullable String promptField,
    @Setting(value = "none", help = "field of the gold answer; none for known names")
        @Nullable String answerField,
    @Setting(
            value = "none",
            help =
                "around a problem: none, chat, r1-zero …, text, or a file but for its last line end")
        @Nullable String promptTemplate,
    @Setting(value = "none", help = "system message of promptTemplate chat")
        @Nullable String systemPrompt,
    @Setting(value = "5", min = 1, max = 100, help = "operations of an arithmetic problem")
        int operations,
    @Setting(value = "10", min = 2, max = 10, help = "modulus of an arithmetic problem")
        int modulus,
    @Setting(
            value = "none",
            min = 1,
            help = "most problems a data set; none for all of a file, 512 generated")
        @Nullable Integer limit,
    @Setting(value = "1", min = 1, help = "responses a problem") int samples,
    @Setting(value = "none", min = 1, help = "k of pass@k, as in 1,4,8; none for 1 and samples")
        @Nullable List<Integer> k,
    @Setting(value = "1", min = 0, help = "sampling temperature; 0 for the most probable token")
        float temperature,
    @Setting(
            value = "1",
            min = 0,
            above = true,
            max = 1,
            help = "samples from the smallest set of tokens of this probability; 1 for all")
        double topP,
    @Setting(value = "none", min = 1, help = "samples from as many best tokens; none for all")
        @Nullable Integer topK,
    @Setting(
            value = "0",
            min = 0,
            max = 1,
            help = "least probability of a token as a share of the best one's; 0 for all")
        double minP,
    @Setting(value = "none", min = 1, help = "longest response in tokens; none for 256 at most")
        @Nullable Integer maxTokens,
    @Setting(value = "0", help = "of all random numbers") long seed,
    @Setting(value = "0", min = 0, max = 1024, help = "threads; 0 for one a processor") int threads,
    @Setting(value = "auto", help = "auto, cpu or tornado") DeviceChoice device,
    @Setting(value = "java", help = "a device's matrix products: java (ours) or vendor (cuBLAS)")
        Gemm gemm,
    @Setting(
            value = "f32",
            help = "what a device rounds their factors to: f32, bf16 or (vendor only) tf32")
        Precision matmulPrecision,
    @Setting(value = "f32", help = "type of the weights in memory: f32, bf16 or int8")
        WeightType actorDtype,
    @Setting(value = "f32", help = "type of the KV cache: f32, fp8 or int8") CacheType kvDtype) {

  /**
   * @throws InputException if a k is larger than the number of samples, or other settings
   *     contradict each other
   */
  public EvalSettings {
    Products.of(device, gemm, matmulPrecision);
    int largest = k == null ? 1 : Collections.max(k);
    if (largest > samples) {
      throw new InputException(
          "k %d: pass@%d needs as many responses a problem, but samples is %d"
              .formatted(largest, largest, samples));
    }
  }

  /** Every k of pass@k, smallest first. */
  List<Integer> ks() {
    return (k == null ? List.of(1, samples) : k).stream().distinct().sorted().toList();
  }

  Sampling sampling() {
    return Sampling.of(temperature, topP, topK, minP, seed);
  }

  /** The model, and how it is asked. */
  Responder.Options responder() {
    return new Responder.Options(
        model,
        device,
        new Products(gemm, matmulPrecision),
        threads,
        actorDtype,
        kvDtype,
        promptTemplate,
        systemPrompt);
  }
}
