package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run's folder names a model, and a run ends with the commands to go on with. */
class RunAsModelTest extends CommandRunner {
  private static final String NEXT = "next: text from the policy;";

  private String run;
  private Result training;

  @BeforeEach
  void train() throws IOException {
    String model = model(Map.of('=', "#", '#', "34", '3', "$", '4', "$"));
    run = folder.resolve("it's a run").toString();
    training = train("--policy", model, "--actor", model, "--out", run);
    training.json();
  }

  private static Result train(String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--operations", "1", "--steps", "1"));
    args.addAll(List.of("--rollout-prompts", "2", "--samples-per-prompt", "2"));
    args.addAll(List.of("--train-batch", "4", "--max-response-tokens", "4"));
    args.addAll(List.of("--eval-problems", "3", "--threads", "1"));
    args.addAll(List.of(more));
    return jackpot(args.toArray(String[]::new));
  }

  @Test
  void aRunIsItsLastPolicy() throws IOException {
    Path policy = Path.of(run, "checkpoints/step-000001/policy");
    String ids = file("ids.jsonl", "{\"ids\": [1, 2]}");
    String text = file("text.jsonl", "{\"text\": \"1+2=\"}");
    Result generated =
        jackpot("generate", "--model", run, "--prompt", "1+1=", "--temperature", "0");
    assertThat(generated.err()).contains("generate: " + policy + " on ");
    assertThat(generated.out())
        .isEqualTo(
            jackpot(
                    "generate",
                    "--model",
                    policy.toString(),
                    "--prompt",
                    "1+1=",
                    "--temperature",
                    "0")
                .out());
    assertThat(jackpot("eval", "--model", run, "--limit", "2").status()).isZero();
    assertThat(jackpot("score", "--model", run, "--input", ids).lines())
        .isEqualTo(jackpot("score", "--model", policy.toString(), "--input", ids).lines());
    assertThat(jackpot("tokenize", "--model", run, "--input", text).out())
        .isEqualTo("{\"ids\":[1,10,2,13],\"text\":\"1+2=\"}\n")
        .isEqualTo(jackpot("tokenize", "--model", "builtin:policy", "--input", text).out())
        .isEqualTo(
            jackpot("tokenize", "--model", policy + "/tokenizer.json", "--input", text).out());
    assertThat(
            jackpot("generate", "--model", run + "/checkpoints/step-000001", "--prompt", "1+1=")
                .status())
        .isZero();

    String further = folder.resolve("further").toString();
    assertThat(
            train("--policy", run, "--actor", run, "--out", further).json().get("step").intValue())
        .isEqualTo(1);
    assertThat(Json.read(Path.of(further, "config.json")).get("policy").asString())
        .isEqualTo(policy.toString());
    String tuned = folder.resolve("tuned").toString();
    String[] sft = {"sft", "--model", run, "--data", ids, "--out", tuned, "--steps", "1"};
    assertThat(jackpot(sft).json().get("step").intValue()).isEqualTo(1);
    assertThat(jackpot("generate", "--model", tuned, "--prompt", "1+1=").err())
        .contains("generate: " + Path.of(tuned, "model") + " on ");
  }

  @Test
  void aRunWithoutACheckpointIsNoModelYet() throws IOException {
    Path begun = Files.createDirectories(folder.resolve("begun"));
    Files.writeString(begun.resolve("metrics.jsonl"), "");
    jackpot("generate", "--model", begun.toString(), "--prompt", "1=")
        .assertFails(2, begun + ": a run without a checkpoint yet");
  }

  @Test
  void theLastLinesAreCommandsThatWork() throws IOException, InterruptedException {
    List<String> lines = training.err().lines().dropWhile(line -> !line.startsWith(NEXT)).toList();
    assertThat(lines).hasSize(4);
    for (String line : lines.subList(1, 4)) {
      List<String> words = words(line);
      assertThat(words.getFirst()).isEqualTo("bin/jackpot");
      Result result = jackpot(words.subList(1, words.size()).toArray(String[]::new));
      assertThat(result.status()).as(line + "\n" + result.err()).isZero();
    }
    assertThat(Path.of(run, "evals/step-1/report.html")).exists();
    assertThat(Path.of(run, "evals/start/report.html")).exists();
    assertThat(Path.of(run, "report.html")).content().contains("step-1").contains("start");
  }

  /** A line's words, as a shell reads them. */
  private static List<String> words(String line) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + line).start();
    String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    return words.lines().toList();
  }
}
