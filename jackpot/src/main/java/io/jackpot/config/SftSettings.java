package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.weights.StoredType;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Every setting of {@code jackpot sft}; its {@link Setting} explains it. */
public record SftSettings(
    @Setting(
            group = Group.MODELS,
            common = true,
            help = "model to start from: folder, run (its last policy) or GGUF file")
        String model,
    @Setting(
            group = Group.DATA,
            common = true,
            list = true,
            help =
                "JSONL, JSON or Parquet file of {\"prompt\", \"completion\"}, {\"messages\"},"
                    + " {\"text\"} or {\"ids\"}; may be gzipped, or a folder of files")
        String data,
    @Setting(group = Group.RUN, common = true, help = "run folder to write") String out,
    @Setting(
            group = Group.MODELS,
            value = "false",
            help = "start from random weights; take only config and tokenizer of the model")
        boolean fresh,
    TemplateSettings template,
    @Setting(
            group = Group.DATA,
            value = "true",
            help =
                "learn the end token after a completion that does not end with one (not after ids)")
        boolean appendEnd,
    @Setting(
            group = Group.RUN,
            common = true,
            value = "100",
            min = 0,
            changeable = true,
            help = "optimizer updates; with --resume, more of them extend a run")
        int steps,
    @Setting(
            value = "100",
            min = 1,
            changeable = true,
            help = "updates between checkpoints; the last update has one, too")
        int checkpointEvery,
    @Setting(value = "1", min = 1, changeable = true, help = "checkpoints to keep")
        int keepCheckpoints,
    @Setting(
            group = Group.OPTIMIZER,
            common = true,
            value = "32",
            min = 1,
            formerly = "batch",
            help = "examples per optimizer update")
        int trainBatch,
    @Setting(
            common = true,
            value = "0.001",
            min = 0,
            formerly = "lr",
            help = "learning rate (weights of a model that is not built in: 1e-5)")
        float learningRate,
    @Setting(common = true, value = "0.01", min = 0, help = "AdamW's decoupled weight decay")
        float weightDecay,
    @Setting(value = "0.9", min = 0, max = 1, help = "AdamW's β1") float beta1,
    @Setting(value = "0.95", min = 0, max = 1, help = "AdamW's β2") float beta2,
    @Setting(value = "1e-8", min = 0, above = true, help = "AdamW's ε") float epsilon,
    @Setting(value = "1", min = 0, help = "largest gradient norm (0: no clipping)") float gradClip,
    @Setting(value = "0", min = 0, help = "updates over which the learning rate rises from 0")
        int warmupSteps,
    @Setting(value = "none", help = "decay of the learning rate to 0: none, linear or cosine")
        RateDecay decay,
    @Setting(group = Group.DATA, value = "true", help = "shuffle the lines in each epoch")
        boolean shuffle,
    @Setting(group = Group.RUN, common = true, value = "0", help = "seed of all random numbers")
        long seed,
    LimitSettings limits,
    DeviceSettings compute,
    @Setting(
            group = Group.DEVICE,
            value = "auto",
            absent = "auto",
            changeable = true,
            min = 1,
            help = "tokens per forward and backward pass (auto: 8192, or less if memory is small)")
        @Nullable Integer microBatchTokens,
    @Setting(
            value = "false",
            changeable = true,
            help = "recompute activations in the backward pass: less memory, same result")
        boolean recomputeActivations,
    @Setting(
            group = Group.MODELS,
            value = "f32",
            changeable = true,
            help = "number type of the saved model: f32, f16 or bf16")
        StoredType dtype,
    @Setting(
            value = "4096",
            min = 1,
            changeable = true,
            help = "largest weight file of the saved model in MiB")
        int shardMegabytes)
    implements RunSettings {

  /**
   * Tokens of a pass.
   *
   * @throws NullPointerException if they are not chosen yet
   */
  public int passTokens() {
    return Objects.requireNonNull(microBatchTokens);
  }

  /** With so many tokens of a pass. */
  public SftSettings withPassTokens(int tokens) {
    Settings<SftSettings> all = Settings.of(SftSettings.class);
    return all.build(all.values(this), Map.of("microBatchTokens", tokens));
  }

  /**
   * @throws InputException if settings contradict each other; names them
   */
  public SftSettings {
    checkDecay("beta1", beta1);
    checkDecay("beta2", beta2);
  }

  /** Refuses a moment of AdamW that never takes in a gradient: its corrected value is 0/0. */
  static void checkDecay(String name, float beta) {
    if (beta == 1) {
      throw new InputException(
          name + " 1: a mean that never takes in a gradient, expected a number below 1");
    }
  }
}
