package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;

/** The command line itself, and the commands that train. */
class CliTest extends CommandRunner {
  // ---- The command line itself

  @Test
  void helpNamesEveryCommandAndEverySetting() {
    Result root = jackpot("--help");
    assertThat(root.status()).isZero();
    assertThat(root.err()).isEmpty();
    assertThat(root.out())
        .contains(
            "train", "sft", "generate", "eval", "score", "tokenize", "verify", "explain", "audit")
        .contains("simulate", "report", "problems", "doctor");
    Result train = jackpot("train", "--help-all");
    assertThat(train.status()).isZero();
    for (Key key : Settings.of(TrainSettings.class).keys()) {
      String name = key.flag().substring(2);
      assertThat(train.out()).containsAnyOf("--" + name, "--[no-]" + name);
    }
    assertThat(train.out().replaceAll("\\s+", " "))
        .contains("OBRS threshold; a larger one rejects more (default: 1)", "kl-only", "--resume");
    assertThat(jackpot("sft", "--help-all").out().replaceAll("\\s+", " "))
        .contains("--[no-]shuffle", "--data=TEXT JSONL", "(required)");
  }

  @Test
  void helpOfTrainHasTheCommonSettingsInGroups() {
    Result train = jackpot("train", "-h");
    assertThat(train.status()).isZero();
    assertThat(train.out())
        .containsSubsequence(
            "\nRun:",
            "\nModels:",
            "\nData:",
            "\nSampling:",
            "\nMethod:",
            "\nOptimizer:",
            "\nDevice:",
            "\nExamples:",
            "\nArms")
        .contains("--steps", "--learning-rate")
        .doesNotContain("--beta1");
    assertThat(jackpot("help", "train")).isEqualTo(train);
    assertThat(jackpot("help")).isEqualTo(jackpot("--help"));
    jackpot("help", "trian").assertFails(2, "trian: no such command; nearest is train");
  }

  @Test
  void versionSaysWhatRuns() {
    Result version = jackpot("--version");
    assertThat(version.status()).isZero();
    assertThat(version.out()).contains("jackpot ", "JDK " + Runtime.version(), "ops ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completionKnowsEveryCommandAndOption(String shell) {
    Result completion = jackpot("completion", shell);
    assertThat(completion.status()).isZero();
    assertThat(completion.out()).contains("explain", "micro-batch-tokens", "jackpot-no-clip");
    jackpot("completion", "fisch").assertFails(2, "nearest is fish");
  }

  @Test
  void contradictionsNameKeysOfAConfigFileAsKeys() throws IOException {
    String config = file("config.json", "{\"clipLow\": null, \"policyCap\": 3}");
    jackpot("train", "--config", config)
        .assertFails(2, "error: clipLow none, --clip-high 0.2: expected two numbers");
    jackpot("train", "--config", config, "--clip-low", "none")
        .assertFails(2, "error: --clip-low none, --clip-high 0.2: expected two numbers");
    jackpot("train", "--arm", "kl-only", "--rollout-model", "policy")
        .assertFails(2, "--rollout-model policy: there is no actor", "expected --no-actor-loss");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "sft",
        "generate",
        "eval",
        "score",
        "tokenize",
        "verify",
        "explain",
        "simulate",
        "problems",
        "doctor"
      })
  void everyCommandRefusesWhatItDoesNotKnow(String command) {
    jackpot(command, "--hepl").assertFails(2, "--hepl: no such option of jackpot " + command);
    String[] words =
        command.equals("report") ? new String[] {"run", "word"} : new String[] {"word"};
    String[] line = Stream.concat(Stream.of(command), Stream.of(words)).toArray(String[]::new);
    jackpot(line).assertFails(2, "word: not expected; see jackpot " + command);
  }

  @ParameterizedTest
  @CsvSource({
    "train --stepz 3, --stepz: no such option of jackpot train; nearest is --steps",
    "train --stepz=3, --stepz: no such option of jackpot train; nearest is --steps",
    "train --clipLow 0.1, --clipLow: no such option of jackpot train; nearest is --clip-low",
    "train --no-actor-los, nearest is --no-actor-loss",
    "train --steps -1, --steps: found -1",
    "train --steps, --steps",
    "train --lambda 0, --lambda: found 0",
    "train --top-p 0.9, --top-p: rollouts are truncated by --sampling-top-p",
    "train --min-p=0.1, --min-p: rollouts are truncated by --sampling-top-p",
    "train --arm jackpott, nearest is jackpot",
    "train --train-batch 100, --train-batch 100: does not divide",
    "train --advantage rloo --samples-per-prompt 1 --rollout-prompts 4 --train-batch 4 --steps 1, --samples-per-prompt 1",
    "train --clip-low none, --clip-low none",
    "train --matmul-precision tf32, --matmul-precision tf32: only with --gemm vendor",
    "train --device cpu --gemm vendor, --gemm vendor",
    "sft --model m --data d --out o --device cpu --matmul-precision bf16, --matmul-precision bf16",
    "eval --model m --device cpu --gemm vendor, --gemm vendor",
    "generate --model m --prompt p --device cpu --gemm vendor, --gemm vendor",
    "score --model m --input i --device cpu --gemm vendor, --gemm vendor",
    "train --problems p.jsonl, --held-out none",
    "train --config no/such.json, no/such.json",
    "train --policy no/such/model, no/such/model",
    "train --policy builtin:polizy, nearest is builtin:policy",
    "train --resume no/such/run --steps 3, no/such/run",
    "train --resume no/such/run --seed 3, --seed: cannot be changed with --resume",
    "train --resume no/such/run --out x, --out: cannot be changed with --resume",
    "train --resume no/such/run --threads 1, no/such/run",
    "sft --model m --out o, --data: missing",
    "sft --model no/such/model --data d --out o, no/such/model",
    "trian, trian: no such command; nearest is train",
    "--versoin, --versoin: no such option of jackpot",
    "score --model m, --input: missing",
    "score --model m --input no/such/file, no/such/file: no such file",
    "generate --model m, no prompt: expected one of --prompt TEXT and --input FILE",
    "generate --model m --prompt p --input i, expected one of --prompt TEXT and --input FILE",
    "generate --model no/such/model --prompt p, no/such/model: no such folder",
    "eval --model m --k 1;2, --k: found 1;2",
    "eval --model m --k 2, --k 2: pass@2 needs as many responses",
    "eval --model m --operations 0, --operations: found 0",
    "eval --model m --samples 2147483647, --samples-per-prompt: found 2147483647",
    "eval --model m --top-p 0, --top-p: found 0",
    "eval --model m --top-p 1.01, --top-p: found 1.01",
    "eval --model m --min-p -1, --min-p: found -1",
    "eval --model m --top-k 0, --top-k: found 0",
    "eval --resume r --out o, --out and --resume: expected at most one",
    "eval --resume no/such/folder, no/such/folder: no such folder",
    "generate --model m --prompt p --top-p 2, --top-p: found 2",
    "train --top-p 0.9, --top-p: rollouts are truncated by --sampling-top-p",
    "train --min-p 0.1, --min-p: rollouts are truncated by --sampling-top-p",
    "simulate --lambda 1 --acceptance 0.9, --lambda",
    "simulate --noise 21, --noise: found 21",
    "problems --count 1 --out f --held-out --noise 1, --held-out: expected",
    "problems --count 1 --out f --from 2147483647, --from 2147483647",
    "doctor --json=yes, --json",
    "report, RUN",
    "report no/such/run, no/such/run",
  })
  void usageThatIsWrongIsOneLineAndStatus2(String arguments, String message) {
    jackpot(arguments.split(" ", -1)).assertFails(2, message);
  }

  @Test
  void noCommandIsAnErrorThatListsThem() {
    jackpot().assertFails(2, "no command: expected one of train, sft, generate, eval, score");
  }

  @Test
  void anythingElseIsOneLineAndStatus1() {
    Result result = failing(new IllegalStateException("a\nb"), false);
    result.assertFails(1, "error: IllegalStateException: a b");
    failing(new OutOfMemoryError("heap"), false).assertFails(1, "OutOfMemoryError: heap (");
    failing(new InputException("a\nb"), false).assertFails(2, "error: a b");
    assertThat(failing(new IllegalStateException("a"), true).err())
        .contains("error: IllegalStateException: a", "at io.jackpot");
  }

  private static Result failing(Throwable failure, boolean stackTrace) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandSpec command = Command.of(new Help("fails", "Fails.", false), parsed -> sneak(failure));
    int status = Main.run(command, new PrintWriter(out), new PrintWriter(err), stackTrace);
    return new Result(status, out.toString(), err.toString());
  }

  private static void sneak(Throwable failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalArgumentException(failure);
    }
  }

  // ---- train and sft

  /** A run of one step of two small models. */
  private String[] smallRun(String model, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--policy", model, "--actor", model));
    args.addAll(List.of("--rollout-prompts", "2", "--samples-per-prompt", "2"));
    args.addAll(List.of("--train-batch", "4", "--max-response-tokens", "4", "--steps", "1"));
    args.addAll(List.of("--eval-problems", "3", "--threads", "1"));
    args.addAll(Arrays.asList(more));
    return args.toArray(String[]::new);
  }

  @Test
  void trainWritesItsSettingsAndGoesOnWhereItStopped() throws IOException {
    String model = model(Map.of('=', "#", '#', "34", '3', "$", '4', "$"));
    Path run = folder.resolve("run");
    String[] args = smallRun(model, "--out", run.toString(), "--no-actor-loss", "--arm", "tis");
    JsonNode last = jackpot(args).json();
    assertThat(last.get("step").intValue()).isEqualTo(1);
    JsonNode config = Json.read(run.resolve("config.json"));
    assertThat(config.get("actorLoss").booleanValue()).isFalse();
    assertThat(config.get("arm").stringValue()).isEqualTo("tis");
    assertThat(config.get("policyCorrection").stringValue()).isEqualTo("truncated");
    jackpot(args).assertFails(2, run + ": not empty", "--resume", "--out");
    Files.deleteIfExists(run.resolve("report.html"));
    Path picture = folder.resolve("picture.svg");
    Result report = jackpot("report", run.toString(), "--svg", picture.toString());
    assertThat(picture).content().startsWith("<svg");
    assertThat(report.status()).isZero();
    assertThat(report.out()).isEmpty();
    assertThat(run.resolve("report.html")).content().startsWith("<!DOCTYPE html>");
    JsonNode resumed =
        jackpot("train", "--resume", run.toString(), "--threads", "2", "--device", "cpu").json();
    assertThat(resumed.get("step").intValue()).isEqualTo(1);
    Result extended =
        jackpot("train", "--resume", run.toString(), "--steps", "3", "--device", "cpu");
    assertThat(extended.json().get("step").intValue()).isEqualTo(3);
    assertThat(extended.err())
        .contains(
            "steps 3 in place of 1: from step 2 on the learning rate is that of a run of 3 steps");
    assertThat(Json.read(run.resolve("config.json")).get("steps").intValue()).isEqualTo(3);
    jackpot("train", "--resume", run.toString(), "--steps", "3")
        .assertFails(2, "--steps 3: " + run + " has made 3 of 3 already, expected more than 3");
  }

  @Test
  void aRunsOwnConfigMakesTheSameRun() throws IOException {
    String model = model(Map.of('=', "#", '#', "34", '3', "$", '4', "$"));
    Path run = folder.resolve("run");
    jackpot(smallRun(model, "--out", run.toString(), "--seed", "5")).json();
    String config = run.resolve("config.json").toString();
    Path again = folder.resolve("again");
    jackpot("train", "--config", config, "--out", again.toString()).json();
    assertThat(again.resolve("config.json")).hasSameTextualContentAs(run.resolve("config.json"));
    assertThat(lossOfLastStep(again)).isEqualTo(lossOfLastStep(run));
    jackpot("train", "--config", file("truncated.json", "{\"topP\": 0.9}"))
        .assertFails(2, "topP: rollouts are truncated by samplingTopP");
    String broken = file("broken.json", "{\"steps\": 1, \"lamda\": 2}");
    jackpot("train", "--config", broken)
        .assertFails(2, broken + ": lamda: no such setting; nearest is lambda");
  }

  private static JsonNode lossOfLastStep(Path run) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    return MAPPER.readTree(lines.getLast()).get("totalLoss");
  }

  @Test
  void sftWritesAModelThatCanBeAsked() throws IOException {
    String data = folder.resolve("data.jsonl").toString();
    jackpot("problems", "--count", "8", "--out", data, "--operations", "1");
    String run = folder.resolve("sft").toString();
    String model = model(Map.of());
    String[] args = {
      "sft",
      "--model",
      model,
      "--data",
      data,
      "--out",
      run,
      "--steps",
      "2",
      "--batch",
      "4",
      "--no-shuffle",
      "--grad-clip",
      "0",
      "--lr",
      "0.01",
      "--weight-decay",
      "0"
    };
    JsonNode last = jackpot(args).json();
    assertThat(last.get("step").intValue()).isEqualTo(2);
    assertThat(last.get("loss").doubleValue()).isPositive();
    JsonNode config = Json.read(Path.of(run, "config.json"));
    assertThat(config.get("shuffle").booleanValue()).isFalse();
    assertThat(config.get("learningRate").doubleValue()).isEqualTo(0.01);
    String trained = Path.of(run, "model").toString();
    assertThat(jackpot("generate", "--model", trained, "--prompt", "1+1=").status()).isZero();
    jackpot(args).assertFails(2, run + ": not empty");
    jackpot("audit", run).assertFails(2, "config.json: a run of sft, expected one of train");
  }

  @Test
  void everyCommandThatLoadsAModelRefusesWeightsThatAreNotFinite() throws IOException {
    String model = model(Map.of('=', "#"));
    Path weights = Path.of(model, "model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] = 0x7f; // of the last weight, little-endian
    bytes[bytes.length - 2] = (byte) 0xc0;
    Files.write(weights, bytes);
    String out = folder.resolve("out").toString();
    String ids = file("ids.jsonl", "{\"ids\": [1, 2]}");
    for (String[] command :
        new String[][] {
          {"train", "--policy", model, "--actor", model, "--out", out},
          {"train", "--actor", model, "--out", out},
          {"sft", "--model", model, "--data", ids, "--out", out},
          {"eval", "--model", model},
          {"generate", "--model", model, "--prompt", "1+1="},
          {"score", "--model", model, "--input", ids}
        }) {
      jackpot(command).assertFails(2, model + ": lm_head.weight[17, 17]: NaN, expected finite");
    }
    // What needs no weights is checked before they are read.
    String[] sft = {"sft", "--model", model, "--out", out, "--data"};
    jackpot(
            Stream.of(sft, new String[] {"no.jsonl"})
                .flatMap(Arrays::stream)
                .toArray(String[]::new))
        .assertFails(2, "error: no.jsonl: no such file");
    String[] template = {ids, "--prompt-template", "qwen-box"};
    jackpot(Stream.of(sft, template).flatMap(Arrays::stream).toArray(String[]::new))
        .assertFails(2, "error: --prompt-template: found qwen-box");
    assertThat(Path.of(out)).doesNotExist();
  }

  @Test
  void aRunWithoutAPlaceOfItsOwnGetsANewFolder() throws IOException {
    TrainSettings settings = Settings.of(TrainSettings.class).defaults();
    assertThat(TrainCommand.newRun(folder, settings)).hasFileName("jackpot-seed0");
    Files.createDirectory(folder.resolve("jackpot-seed0"));
    Files.createDirectory(folder.resolve("jackpot-seed0-2"));
    assertThat(TrainCommand.newRun(folder, settings)).hasFileName("jackpot-seed0-3");
  }
}
