package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.MemoryPlan.Room;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.train.RunMemory.Needs;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.LoadListener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunMemoryTest {
  private static final long MIB = 1 << 20;

  /** SmolLM2-135M: weights, gradients or moments are 513 MiB each. */
  private static final ModelConfig SMALL =
      new ModelConfig(
          "llama",
          49152,
          576,
          1536,
          30,
          9,
          3,
          64,
          8192,
          1e5,
          new RopeScaling.None(),
          1e-5f,
          true,
          false,
          false,
          false,
          null);

  private static TrainSettings settings(String... changes) {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < changes.length; i += 2) {
      flags.put(changes[i], changes[i + 1]);
    }
    return all.build(all.flags(flags));
  }

  private static Needs needs(
      TrainSettings settings, ModelConfig policy, @Nullable ModelConfig actor, int prompt) {
    return new Needs(settings, policy, actor, null, policy, actor, prompt, 84);
  }

  private static Room heap(long mebibytes) {
    return new Room(mebibytes * MIB, false);
  }

  @Test
  void theBuiltInModelsHaveWhatTheyHadInTwoGigabytes() {
    ModelConfig policy = ModelSource.load("builtin:policy", _ -> LoadListener.NONE).config();
    ModelConfig actor = ModelSource.load("builtin:actor", _ -> LoadListener.NONE).config();
    Room room = heap((long) (0.93 * 1980));
    for (int prompts : new int[] {64, 512}) {
      Needs needs = needs(settings("rolloutPrompts", "" + prompts), policy, actor, 17);
      RunMemory memory = RunMemory.of(needs, room);
      assertThat(memory.passTokens()).isEqualTo(32768);
      assertThat(memory.slots()).isEqualTo(256);
    }
  }

  @Test
  void aPassFollowsTheHeapInPowersOfTwo() {
    TrainSettings settings =
        settings("rolloutPrompts", "8", "samplesPerPrompt", "8", "maxResponseTokens", "24");
    Needs needs = needs(settings, SMALL, SMALL, 50);
    RunMemory large = RunMemory.of(needs, heap(32_000));
    assertThat(large.passTokens()).isEqualTo(32768);
    int before = large.passTokens();
    for (long size : new long[] {12_000, 8_000, 6_500, 5_700}) {
      RunMemory memory = RunMemory.of(needs, heap(size));
      assertThat(memory.passTokens()).isLessThanOrEqualTo(before);
      assertThat(Integer.bitCount(memory.passTokens())).isOne();
      assertThat(memory.plan().fits(heap(size))).isTrue();
      before = memory.passTokens();
    }
    assertThat(before).isBetween(64, 1024);
    Needs one = needs(settings("arm", "on-policy"), SMALL, null, 50);
    assertThat(RunMemory.of(one, heap(5_700)).passTokens()).isGreaterThanOrEqualTo(1024);
  }

  @Test
  void whatCannotFitIsRefusedWithWhatHelps() {
    Needs needs = needs(settings("maxResponseTokens", "24"), SMALL, SMALL, 50);
    for (String asked : new String[] {"auto", "1024"}) {
      TrainSettings few = settings("maxResponseTokens", "24", "microBatchTokens", asked);
      // Not even the models fit, so that no smaller pass helps.
      assertThatThrownBy(() -> RunMemory.of(needs(few, SMALL, SMALL, 50), heap(3_000)))
          .isInstanceOf(InputException.class)
          .hasMessageMatching(".*which does not fit; set JACKPOT_JAVA_OPTS=-Xmx\\d+m");
    }
    assertThatThrownBy(() -> RunMemory.of(needs, heap(4_800)))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "memory: \\d+ of 4800 MiB of heap \\(weights 1026, gradients and moments 3079, activations and KV caches \\d+, other \\d+\\), which does not fit; set JACKPOT_JAVA_OPTS=-Xmx\\d+m, or try --recompute-activations, --max-response-tokens below 24");
  }

  @Test
  void aSizeThatIsAskedForIsTakenAndSaidToBeTooLarge() {
    TrainSettings settings = settings("microBatchTokens", "32768", "maxResponseTokens", "24");
    RunMemory memory = RunMemory.of(needs(settings, SMALL, null, 50), heap(5_700));
    assertThat(memory.passTokens()).isEqualTo(32768);
    assertThat(memory.line(settings, heap(5_700)))
        .startsWith("warning: at worst, memory: ")
        .contains("--micro-batch-tokens below 32768")
        .contains("--sampling-slots below ");
    assertThat(memory.smaller()).matches("--recompute-activations --micro-batch-tokens \\d+");
    int tokens = Integer.parseInt(memory.smaller().replaceAll("\\D+", ""));
    TrainSettings smaller = settings("microBatchTokens", "" + tokens, "maxResponseTokens", "24");
    RunMemory less = RunMemory.of(needs(smaller, SMALL, null, 50), heap(5_700));
    assertThat(less.plan().fits(heap(5_700))).isTrue();
  }

  @Test
  void whatAResumeCanMakeSmallerIsSaid() {
    assertThat(RunMemory.smaller(false, 4096, 74, 32768))
        .isEqualTo("--recompute-activations --micro-batch-tokens 2048");
    assertThat(RunMemory.smaller(true, 4000, 74, 512)).isEqualTo("--micro-batch-tokens 512");
    assertThat(RunMemory.smaller(false, 74, 74, 32768)).isEqualTo("--recompute-activations");
    assertThat(RunMemory.smaller(true, 74, 74, 32768)).isEmpty();
  }

  @Test
  void aHeapThatIsTooSmallAfterAllSaysHowToGoOn() {
    TrainSettings settings = settings("microBatchTokens", "32768", "maxResponseTokens", "24");
    RunMemory memory = RunMemory.of(needs(settings, SMALL, null, 50), heap(5_700));
    assertThatThrownBy(() ->
            HeapSpace.within(
                "train",
                Path.of("runs/r"),
                memory.plan(),
                memory.smaller(),
                () -> {
                  throw new OutOfMemoryError("Java heap space");
                }))
        .isInstanceOf(TrainingStoppedException.class)
        .hasMessageMatching(
            "out of memory: the heap has \\d+ MiB; to go on from the last checkpoint: bin/jackpot train --resume runs/r --recompute-activations --micro-batch-tokens \\d+, or with a larger heap: JACKPOT_JAVA_OPTS=-Xmx\\d+m bin/jackpot train --resume runs/r");
  }

  @Test
  void theHeapThatIsAdvisedIsLargerThanTheOneThatRanOut() {
    MemoryPlan nothing = new MemoryPlan.Builder().build("");
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    assertThatThrownBy(() ->
            HeapSpace.within(
                "sft",
                Path.of("r"),
                nothing,
                "",
                () -> {
                  throw new OutOfMemoryError("Java heap space");
                }))
        .hasMessage(
            "out of memory: the heap has %d MiB; to go on from the last checkpoint: JACKPOT_JAVA_OPTS=-Xmx%dm bin/jackpot sft --resume r",
            heap, heap + heap / 2);
  }

  @Test
  void fewerTokensOfAPassOrActivationsComputedAgainNeedLess() {
    Needs kept = needs(settings("microBatchTokens", "4096"), SMALL, SMALL, 50);
    Needs again =
        needs(
            settings("microBatchTokens", "4096", "recomputeActivations", "true"), SMALL, SMALL, 50);
    long all = kept.plan(4096, 16).heapBytes();
    assertThat(kept.plan(2048, 16).heapBytes()).isLessThan(all);
    assertThat(kept.plan(4096, 8).heapBytes()).isLessThan(all);
    assertThat(again.plan(4096, 16).heapBytes()).isLessThan(all);
  }

  @Test
  void aTopKBeyondTheVocabularyNeedsNoMoreAndARolloutThatIsTooLargeIsNamed() {
    Room room = heap(60_000);
    Needs whole = needs(settings("topK", "49152"), SMALL, SMALL, 17);
    Needs beyond = needs(settings("topK", "2147483647"), SMALL, SMALL, 17);
    assertThat(beyond.plan(1024, 4).bytes(room)).isEqualTo(whole.plan(1024, 4).bytes(room));
    Needs large = needs(settings("rolloutPrompts", "1000000"), SMALL, SMALL, 17);
    assertThatThrownBy(() -> RunMemory.of(large, room))
        .hasMessageContaining(" or try ")
        .hasMessageContaining("--rollout-prompts below 1000000, ");
  }
}
