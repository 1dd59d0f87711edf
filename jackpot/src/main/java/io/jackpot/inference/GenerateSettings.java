package io.jackpot.inference;

import io.jackpot.config.Setting;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.WeightType;
import org.jspecify.annotations.Nullable;

/** The settings of {@code generate}. */
public record GenerateSettings(
    @Setting(help = "model folder, GGUF file, builtin:policy or builtin:actor") String model,
    @Setting(value = "none", help = "the text to continue") @Nullable String prompt,
    @Setting(value = "none", help = "JSONL file of {\"prompt\"} to continue")
        @Nullable String input,
    @Setting(value = "none", help = "around a prompt: none, chat, r1-zero …, a file or text")
        @Nullable String promptTemplate,
    @Setting(value = "none", help = "system message of promptTemplate chat")
        @Nullable String systemPrompt,
    @Setting(value = "1", min = 1, help = "responses a prompt") int samples,
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
    @Setting(value = "f32", help = "type of the KV cache: f32, fp8 or int8") CacheType kvDtype,
    @Setting(value = "false", help = "a JSON object a response, for programs") boolean json) {

  /**
   * @throws InputException if there is no prompt, or two sources of them, or other settings
   *     contradict each other
   */
  public GenerateSettings {
    Products.of(device, gemm, matmulPrecision);
    if ((prompt == null) == (input == null)) {
      throw new InputException(
          (prompt == null ? "no prompt" : "--prompt and --input")
              + ": expected one of --prompt TEXT and --input FILE");
    }
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
