package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.jackpot.devices.Devices;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No kernel without a run that launches it: training of every option, generation and scores. */
class LaunchedKernelsTest {
  private static final String LADDER = "docs/gpu-kernels.md explains it, no run uses it";
  private static final String TENSOR_CORES = "only TornadoVM's CUDA backend can run it";

  /** Kernels that these runs do not launch, each with the reason. */
  private static final Map<String, String> EXCEPTED =
      new TreeMap<>(
          Map.of(
              "AttentionLadder.onlineSoftmax", LADDER,
              "AttentionLadder.scores", LADDER,
              "AttentionLadder.softmaxRows", LADDER,
              "AttentionLadder.weightedSums", LADDER,
              "LargeTileMatmul.matmul128", LADDER,
              "MatmulLadder.coalesced", LADDER,
              "MatmulLadder.parallelLoops", LADDER,
              "MatmulLadder.tiled", LADDER,
              "Bfloat16Kernels.matmul", TENSOR_CORES,
              "TransferKernels.touchFloatArray", TENSOR_CORES));

  /** What weighs the policy's loss, estimator of Z, mask, F of the actor, level of both. */
  private static final String[][] OPTIONS = {
    {"obrs", "topk", "bernoulli", "none", "token"},
    {"none", "exact", "expected", "identity", "sequence"},
    {"identity", "empirical", "bernoulli", "truncated", "sequence"},
    {"truncated", "topk", "expected", "icepop", "token"},
    {"icepop", "exact", "bernoulli", "truncated", "sequence"},
    {"tis-z", "empirical", "expected", "icepop", "token"},
  };

  /** Of the package whose classes tell the names of kernels as they are compiled. */
  private static final Logger LOGGER = Logger.getLogger("io.jackpot.tasks");

  private static final Set<String> LAUNCHED = new ConcurrentSkipListSet<>();

  private static final Handler COLLECTOR =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          Object[] parameters = record.getParameters();
          if (parameters != null && "compiled {0}".equals(record.getMessage())) {
            LAUNCHED.addAll(List.of(parameters[0].toString().split(" ", -1)));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private static @Nullable Level before;

  @BeforeAll
  static void collect() {
    before = LOGGER.getLevel();
    LOGGER.setLevel(Level.FINE);
    LOGGER.addHandler(COLLECTOR);
  }

  @AfterAll
  static void stopCollecting() {
    LOGGER.removeHandler(COLLECTOR);
    LOGGER.setLevel(before);
  }

  @Test
  void everyKernelIsLaunchedByARun(@TempDir Path folder) throws IOException, URISyntaxException {
    String device = Devices.provider().describe();
    assumeFalse(device.startsWith("none: "), "kernels of whole runs: " + device);
    for (String[] options : OPTIONS) {
      train(folder.resolve("run-" + options[0]), options);
    }
    String ids = Files.writeString(folder.resolve("ids.jsonl"), "{\"ids\":[1,2,3,4]}\n").toString();
    String biased = modelWithBiases(folder.resolve("biased"));
    jackpot("sft", "--model", biased, "--data", ids, "--steps", "1", "--out", folder + "/sft");
    jackpot("generate", "--model", "builtin:policy", "--prompt", "1", "--max-tokens", "3");
    jackpot("score", "--model", biased, "--input", ids);

    Set<String> kernels = KernelMethods.besides(Devices.provider().getClass());
    assertThat(kernels).containsAll(EXCEPTED.keySet()).containsAll(LAUNCHED);
    assertThat(neverLaunched(kernels)).isEmpty();
  }

  /**
   * Some responses are right and some are not, so all losses have gradients; two mini-batches a
   * rollout, so p_ref is kept; a top-k smaller than the vocabulary, so Z is not exact.
   */
  private static void train(Path run, String[] options) {
    jackpot(
        "train",
        "--out",
        run.toString(),
        "--steps",
        "1",
        "--rollout-prompts",
        "8",
        "--samples-per-prompt",
        "4",
        "--train-batch",
        "16",
        "--top-k",
        "5",
        "--eval-problems",
        "2",
        "--policy-correction",
        options[0],
        "--normalizer",
        options[1],
        "--mask",
        options[2],
        "--actor-correction",
        options[3],
        "--correction-level",
        options[4],
        "--reference-kl",
        "0.1",
        "--reference-kl-estimator",
        "topk");
  }

  private static void jackpot(String... args) {
    List<String> line = new ArrayList<>(Arrays.asList(args));
    line.addAll(List.of("--device", "tornado"));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (PrintWriter o = new PrintWriter(out);
        PrintWriter e = new PrintWriter(err)) {
      String[] words = line.toArray(String[]::new);
      int status = Main.run(Commands.all(new Console(o, e), words), o, e, true, words);
      assertThat(status).as("%s%n%s", line, err).isZero();
    }
  }

  /** The built-in models have no biases. */
  private static String modelWithBiases(Path folder) {
    ModelConfig config =
        new ModelConfig(
            "qwen2",
            18,
            16,
            32,
            1,
            2,
            1,
            8,
            64,
            1e4,
            new RopeScaling.None(),
            1e-6f,
            true,
            true,
            false,
            false,
            null);
    new ModelFolder(config, Model.random(config, 1).parameters(), ArithmeticProblems.tokenizer())
        .save(folder);
    return folder.toString();
  }

  private static Set<String> neverLaunched(Set<String> kernels) {
    Set<String> left = new TreeSet<>(kernels);
    left.removeAll(EXCEPTED.keySet());
    left.removeAll(LAUNCHED);
    return left;
  }

  /** A check that let a kernel pass which nothing launches would be worth nothing. */
  @Test
  void aKernelThatNothingLaunchesIsFound() {
    MethodTypeDesc kernel = MethodTypeDesc.of(ConstantDescs.CD_void, KernelMethods.CONTEXT);
    MethodTypeDesc other = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    int flags = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
    byte[] fixture =
        ClassFile.of()
            .build(
                ClassDesc.of("io.jackpot.tasks.ForgottenKernels"),
                type ->
                    type.withMethodBody("forgotten", kernel, flags, code -> code.return_())
                        .withMethodBody("noKernel", other, flags, code -> code.return_()));
    assertThat(neverLaunched(KernelMethods.of(fixture)))
        .containsExactly("ForgottenKernels.forgotten");
  }
}
