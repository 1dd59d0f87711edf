package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Input that is meant to hang a command, to fill memory, or to be taken for something else. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileInputTest extends CommandRunner {
  private static final String DEEP = "[".repeat(50_000);

  @Test
  void jsonThatIsNestedTooDeepIsNamedWithItsPlaceByEachReader() throws IOException {
    String line = file("deep.jsonl", "{\"gold\": \"1\", \"answer\": \"1\"}", "{\"gold\": " + DEEP);
    jackpot("verify", "--input", line).assertFails(2, "deep.jsonl, line 2: ", "nesting depth");
    String one = file("deep.json", "{\"a\":", DEEP);
    for (List<String> command :
        List.of(
            List.of("explain", "--input"),
            List.of("train", "--config"),
            List.of("tokenize", "--input", line, "--model"))) {
      String[] args = Stream.concat(command.stream(), Stream.of(one)).toArray(String[]::new);
      jackpot(args).assertFails(2, "deep.json: invalid JSON in line 2, column", "nesting depth");
    }
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\": 0}\n{\"step\": " + DEEP + "\n");
    jackpot("report", run.toString())
        .assertFails(2, "metrics.jsonl:2: not valid JSON (column ", "depth");
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\":" + DEEP);
    jackpot("sft", "--model", model.toString(), "--data", line, "--out", folder + "/new")
        .assertFails(2, "config.json: invalid JSON in line 1, column", "depth");
    String gold = file("gold.jsonl", "{\"gold\": \"" + DEEP + "\", \"answer\": \"1\"}");
    jackpot("verify", "--input", gold).assertFails(2, "gold.jsonl, line 1: JSON inside of a text");
  }

  @Test
  void devicesAndPipesAreRefusedWithoutBeingOpened() throws Exception {
    Path zero = Path.of("/dev/zero");
    assumeTrue(Files.exists(zero), "no /dev/zero here");
    Path pipe = folder.resolve("pipe.gguf");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    String lines = file("lines.jsonl", "{\"text\": \"1\", \"ids\": [1]}");
    for (String path : List.of(zero.toString(), pipe.toString())) {
      for (List<String> command :
          List.of(
              List.of("verify", "--input", path),
              List.of("explain", "--input", path),
              List.of("tokenize", "--input", lines, "--model", path),
              List.of("tokenize", "--input", path, "--model", "builtin:policy"),
              List.of("train", "--config", path),
              List.of("problems", "--count", "1", "--out", path))) {
        jackpot(command.toArray(String[]::new)).assertFails(2, path, "a device, pipe or socket");
      }
    }
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.move(pipe, run.resolve("metrics.jsonl"));
    jackpot("report", run.toString()).assertFails(2, "metrics.jsonl: a device, pipe or socket");
  }

  @Test
  void numbersThatTheirTypeCannotHoldAreRefused() throws IOException {
    for (String number : List.of("1e400", "4.9e-324", "1e-46", "1e999999999")) {
      jackpot("train", "--out", folder + "/run", "--epsilon", number)
          .assertFails(2, "--epsilon: found " + number);
      String config = file("config.json", "{\"learningRate\": " + number + "}");
      jackpot("train", "--out", folder + "/run", "--config", config)
          .assertFails(2, "config.json: learningRate");
    }
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\": 0, \"reward\": 1e400}\n");
    jackpot("report", run.toString()).assertFails(2, "metrics.jsonl:1: reward: ", "out of range");
    String digits = "7".repeat(400);
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\": 0, \"reward\": " + digits + "}\n");
    jackpot("report", run.toString()).assertFails(2, "metrics.jsonl:1: reward: ", "out of range");
    String cap = "{\"options\": {\"actorCorrection\": {\"type\": \"truncated\", \"cap\": %s}}}";
    jackpot("explain", "--input", file("cap.json", cap.formatted(digits)))
        .assertFails(2, "cap", "expected a number");
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\": 0, \"reward\": 4.9e-324}\n");
    assertThat(jackpot("report", run.toString()).status()).isZero();
  }

  @Test
  void hugeSizesOfAModelAreRefusedBeforeAnythingIsAllocated() throws IOException {
    String data = file("data.jsonl", "{\"ids\": [1, 2]}");
    Path model = Files.createDirectories(folder.resolve("model"));
    for (String sizes :
        List.of(
            "\"vocab_size\": 2147483647, \"hidden_size\": 1048576, \"num_hidden_layers\": 1",
            "\"vocab_size\": 10, \"hidden_size\": 1024, \"num_hidden_layers\": 2147483647")) {
      Files.writeString(
          model.resolve("config.json"),
          "{\"model_type\": \"llama\", \"num_attention_heads\": 2, \"intermediate_size\": 1024, "
              + sizes
              + ", \"rms_norm_eps\": 1e-5}");
      jackpot("sft", "--fresh", "--model", model.toString(), "--data", data, "--out", folder + "/o")
          .assertFails(2, "config.json: ");
    }
    jackpot("train", "--steps", "1", "--max-response-tokens", "2147483647", "--out", folder + "/r")
        .err()
        .lines()
        .reduce((_, last) -> last)
        .ifPresent(last ->
            assertThat(last)
                .contains("--max-response-tokens: found 2147483647, expected less than"));
  }

  @Test
  void limitsOfDataAreSettings() throws IOException {
    String[] lines = new String[4];
    Arrays.fill(lines, "{\"gold\": \"1\", \"answer\": \"1\"}");
    String file = file("lines.jsonl", lines);
    jackpot("verify", "--input", file, "--max-rows", "3")
        .assertFails(2, "lines.jsonl: more than 3 rows; --max-rows allows more");
    assertThat(jackpot("verify", "--input", file, "--max-rows", "4").lines()).hasSize(4);
    String wide = file("wide.jsonl", "{\"other\": \"" + "x".repeat(2 << 20) + "\"}");
    jackpot("verify", "--input", wide, "--max-row-megabytes", "1")
        .assertFails(2, "wide.jsonl, line 1: a row of more than 1 MiB; --max-row-megabytes");
  }
}
