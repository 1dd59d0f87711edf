package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.inference.ScriptedModel;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every command from its words to its output and status. */
class CliTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  @TempDir private Path folder;

  private record Result(int status, String out, String err) {

    JsonNode json() {
      assertThat(status).as(err).isZero();
      return MAPPER.readTree(out);
    }

    List<JsonNode> lines() {
      assertThat(status).as(err).isZero();
      return out.lines().map(MAPPER::readTree).toList();
    }

    /** A failure is its status and one line, with nothing on standard output. */
    void assertFails(int status, String... parts) {
      assertThat(err).contains(parts);
      assertThat(err.lines()).as(err).hasSize(1).first().asString().startsWith("error: ");
      assertThat(out).isEmpty();
      assertThat(this.status).isEqualTo(status);
    }
  }

  private static Result jackpot(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (PrintWriter o = new PrintWriter(out);
        PrintWriter e = new PrintWriter(err)) {
      int status = Main.run(Commands.all(new Console(o, e)), o, e, false, args);
      return new Result(status, out.toString(), err.toString());
    }
  }

  private String file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines)).toString();
  }

  private String model(Map<Character, String> next) {
    return ScriptedModel.save(folder.resolve("model"), next).toString();
  }

  // ---- The command line itself

  @Test
  void helpNamesEveryCommandAndEverySetting() {
    Result root = jackpot("--help");
    assertThat(root.status()).isZero();
    assertThat(root.err()).isEmpty();
    assertThat(root.out())
        .contains("train", "sft", "generate", "eval", "score", "tokenize", "verify", "explain")
        .contains("simulate", "report", "problems", "doctor");
    Result train = jackpot("train", "-h");
    assertThat(train.status()).isZero();
    for (Key key : Settings.of(TrainSettings.class).keys()) {
      String name = key.flag().substring(2);
      assertThat(train.out()).containsAnyOf("--" + name, "--[no-]" + name);
    }
    assertThat(train.out().replaceAll("\\s+", " "))
        .contains("OBRS threshold; a larger one rejects more (default: 1)", "kl-only", "--resume");
    assertThat(jackpot("sft", "--help").out().replaceAll("\\s+", " "))
        .contains("--[no-]shuffle", "--data=TEXT JSONL", "(required)");
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
    "train --steps 1 --steps 2, --steps",
    "train --lambda 0, --lambda: found 0",
    "train --top-p 0.9, --top-p: training samples from the whole distribution",
    "train --min-p=0.1, --min-p: training samples from the whole distribution",
    "train --arm jackpott, nearest is jackpot",
    "train --train-batch 100, trainBatch 100: does not divide",
    "train --clip-low none, clipLow none",
    "train --matmul-precision tf32, matmulPrecision tf32: only with gemm vendor",
    "train --device cpu --gemm vendor, gemm vendor",
    "sft --model m --data d --out o --device cpu --matmul-precision bf16, matmulPrecision bf16",
    "eval --model m --device cpu --gemm vendor, gemm vendor",
    "generate --model m --prompt p --device cpu --gemm vendor, gemm vendor",
    "score --model m --input i --device cpu --gemm vendor, gemm vendor",
    "train --problems p.jsonl, heldOut none",
    "train --config no/such.json, no/such.json",
    "train --policy no/such/model, no/such/model",
    "train --policy builtin:polizy, nearest is builtin:policy",
    "train --resume no/such/run --steps 3, --steps: cannot be changed with --resume",
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
    "eval --model m --k 2, k 2: pass@2 needs as many responses",
    "eval --model m --operations 0, --operations: found 0",
    "eval --model m --samples 2147483647, --samples: found 2147483647",
    "eval --model m --top-p 0, --top-p: found 0",
    "eval --model m --top-p 1.01, --top-p: found 1.01",
    "eval --model m --min-p -1, --min-p: found -1",
    "eval --model m --top-k 0, --top-k: found 0",
    "eval --resume r --out o, --out and --resume: expected at most one",
    "eval --resume no/such/folder, no/such/folder: no such folder",
    "eval --resume no/such/folder --k none --k 1, --k",
    "generate --model m --prompt p --top-p 2, --top-p: found 2",
    "train --top-p 0.9, --top-p: training samples from the whole distribution",
    "train --min-p 0.1, --min-p: training samples from the whole distribution",
    "simulate --lambda 1 --acceptance 0.9, lambda and acceptance: found both",
    "simulate --noise 21, --noise: found 21",
    "problems --count 1 --out f --held-out --noise 1, heldOut: expected",
    "problems --count 1 --out f --from 2147483647, from 2147483647",
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
    CommandSpec command = Command.of("fails", "Fails.", parsed -> sneak(failure));
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
        .assertFails(2, "topP: training samples from the whole distribution");
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
    assertThat(config.get("lr").doubleValue()).isEqualTo(0.01);
    String trained = Path.of(run, "model").toString();
    assertThat(jackpot("generate", "--model", trained, "--prompt", "1+1=").status()).isZero();
    jackpot(args).assertFails(2, run + ": not empty");
  }

  @Test
  void aRunWithoutAPlaceOfItsOwnGetsANewFolder() throws IOException {
    TrainSettings settings = Settings.of(TrainSettings.class).defaults();
    assertThat(TrainCommand.newRun(folder, settings)).hasFileName("jackpot-seed0");
    Files.createDirectory(folder.resolve("jackpot-seed0"));
    Files.createDirectory(folder.resolve("jackpot-seed0-2"));
    assertThat(TrainCommand.newRun(folder, settings)).hasFileName("jackpot-seed0-3");
  }

  // ---- What a model is asked

  @Test
  void scoreAnswersALineALine() throws IOException {
    String model = model(Map.of('1', "2"));
    String input = file("in.jsonl", "{\"ids\": [1, 2]}", "{\"ids\": [3]}");
    List<JsonNode> answers = jackpot("score", "--model", model, "--input", input).lines();
    assertThat(answers).hasSize(2);
    assertThat(answers.getFirst().propertyNames())
        .containsExactly("logprobs", "entropy", "lastLogits");
    assertThat(answers.getFirst().get("logprobs").size()).isEqualTo(1);
    assertThat(answers.getLast().get("entropy").size()).isZero();
    assertThat(answers.getLast().get("lastLogits").size()).isEqualTo(18);
    String bad = file("bad.jsonl", "{\"ids\": [1]}", "{\"ids\": [18]}");
    jackpot("score", "--model", model, "--input", bad)
        .assertFails(2, bad + ", line 2: ids[0]: 18, expected 0 to 17");
  }

  @Test
  void evalOverwritesResultsAndNothingElse() throws IOException {
    String data = file("data.jsonl", "{\"problem\": \"1+2=\", \"answer\": \"3\"}");
    String[] line = {
      "eval", "--model", "builtin:actor", "--problems", data, "--max-tokens", "2", "--out", data
    };
    String before = Files.readString(Path.of(data));
    jackpot(line)
        .assertFails(
            2,
            data
                + ": found a file without results of an evaluation, expected a new name for --out");
    assertThat(Path.of(data)).hasContent(before);
    line[line.length - 1] = folder.resolve("results.json").toString();
    assertThat(jackpot(line).status()).isZero();
    assertThat(jackpot(line).status()).isZero();
  }

  /** It writes a GGUF file as a folder, for instance. */
  @Test
  void sftOfNoStepsSavesTheModelAsItIs() throws IOException {
    Path run = folder.resolve("none");
    String data = file("in.jsonl", "{\"ids\": [1, 2]}");
    Result result =
        jackpot(
            "sft", "--model", "builtin:actor", "--data", data, "--steps", "0", "--out", "" + run);
    assertThat(result.status()).isZero();
    assertThat(result.out()).isEqualTo("{}\n");
    assertThat(run.resolve("model/model.safetensors")).exists();
    jackpot("sft", "--model", "builtin:actor", "--data", data, "--steps", "0", "--out", "" + run)
        .assertFails(2, run + ": not empty; give another folder with --out\n");
  }

  @Test
  void generateWritesTextOrJson() throws IOException {
    String model = model(Map.of('=', "#", '#', "3", '3', "$"));
    Result text = jackpot("generate", "--model", model, "--prompt", "1+2=");
    assertThat(text.status()).isZero();
    assertThat(text.out()).isEqualTo("1+2=#3\n\n");
    assertThat(text.err()).contains("generate: ");
    String input = file("in.jsonl", "{\"prompt\": \"1+2=\"}", "{\"prompt\": \"3=\"}");
    List<JsonNode> lines =
        jackpot(
                "generate",
                "--model",
                model,
                "--input",
                input,
                "--samples",
                "2",
                "--json",
                "--temperature",
                "0",
                "--max-tokens",
                "2")
            .lines();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3).toString())
        .isEqualTo("{\"prompt\":\"3=\",\"response\":\"#3\",\"finishReason\":\"length\"}");
  }

  @Test
  void generateDependsOnTheSeedAndNotOnThreads() {
    String model = model(Map.of('=', "0123456789", '1', "0123456789", '2', "0123456789"));
    String[] args = {
      "generate", "--model", model, "--prompt", "=", "--samples", "9", "--seed", "1"
    };
    String[] threads = Arrays.copyOf(args, args.length + 2);
    threads[args.length] = "--threads";
    threads[args.length + 1] = "1";
    String[] other = args.clone();
    other[args.length - 1] = "2";
    assertThat(jackpot(threads).out()).isEqualTo(jackpot(args).out());
    assertThat(jackpot(other).out()).isNotEqualTo(jackpot(args).out());
  }

  @Test
  void promptsThatDoNotFitTheModelAreErrors() throws IOException {
    String model = model(Map.of());
    String[] args = {"generate", "--model", model, "--prompt", ""};
    args[4] = "1 + 1";
    jackpot(args).assertFails(2, "--prompt: text: character ' '", "at position 1");
    args[4] = "1".repeat(ScriptedModel.POSITIONS);
    jackpot(args).assertFails(2, "--prompt: a prompt of 64 tokens leaves no room");
    String input = file("in.jsonl", "{\"prompt\": \"1\"}", "{\"prompt\": \"\"}");
    jackpot("generate", "--model", model, "--input", input)
        .assertFails(2, input + ", line 2: an empty prompt");
  }

  @Test
  void evalAnswersJsonAndATable() {
    String model = model(Map.of('=', "#", '#', "3", '3', "$"));
    String out = folder.resolve("eval.json").toString();
    Result result = jackpot("eval", "--model", model, "--limit", "20", "--out", out);
    JsonNode json = result.json();
    assertThat(json.propertyNames())
        .contains("n", "badGold", "mean@1", "pass@1", "unparsedShare", "truncatedShare");
    assertThat(json.get("mean@1").propertyNames())
        .containsExactly("value", "low", "high", "interval");
    assertThat(Json.read(Path.of(out))).isEqualTo(json);
    assertThat(result.err()).contains("mean@1", "20 problems x 1");
  }

  @Test
  void evalGoesOnWithNothingChanged() throws IOException {
    String model = model(Map.of('=', "#", '#', "34", '3', "$", '4', "$"));
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":0,\"reward\":0.5}\n");
    String out = run.resolve("evals/a").toString();
    JsonNode whole =
        jackpot("eval", "--model", model, "--limit", "9", "--samples", "2", "--out", out).json();
    assertThat(Json.read(Path.of(out, "results.json"))).isEqualTo(whole);
    assertThat(Path.of(out, "report.html")).exists();
    assertThat(run.resolve("report.html")).content().contains("id=\"evaluations\"");
    assertThat(jackpot("report", out).err()).contains("report: " + out);

    JsonNode again = jackpot("eval", "--resume", out, "--threads", "1", "--samples", "2").json();
    assertThat(again.get("datasets")).isEqualTo(whole.get("datasets"));
    jackpot("eval", "--resume", out, "--model", "other")
        .assertFails(2, "--model: found other, but this evaluation started with " + model);
    jackpot("eval", "--resume", out, "--top-p", "0.5")
        .assertFails(2, "--top-p: found 0.5, but this evaluation started with 1.0");
    jackpot("eval", "--model", model, "--out", out)
        .assertFails(2, out + ": not empty; give another folder with --out, or resume");
  }

  @Test
  void evalOfSeveralDataSets() throws IOException {
    String model = model(Map.of('=', "#", '#', "3", '3', "$"));
    String sums = file("sums.jsonl", "{\"prompt\": \"1+2=\", \"answer\": 3}");
    Result result =
        jackpot("eval", "--model", model, "--limit", "20", "--problems", "arithmetic,x=" + sums);
    JsonNode json = result.json();
    assertThat(json.get("n").intValue()).isEqualTo(21);
    assertThat(json.get("datasets").get(1).get("name").stringValue()).isEqualTo("x");
    assertThat(json.get("datasets").get(1).get("mean@1").get("value").doubleValue()).isOne();
    assertThat(result.err()).contains("arithmetic", "mean over the 2 data sets");
  }

  @Test
  void tokensOutsideTheNucleusAreNotSampled() {
    String model = model(Map.of('=', "0123456789"));
    String[] args = {
      "generate", "--model", model, "--prompt", "=", "--samples", "99", "--max-tokens", "1"
    };
    String[] truncated = Arrays.copyOf(args, args.length + 2);
    truncated[args.length] = "--top-p";
    truncated[args.length + 1] = "0.3";
    assertThat(jackpot(args).out().replaceAll("[=\\s]", "").chars().distinct()).hasSize(10);
    assertThat(jackpot(truncated).out().replaceAll("[=\\s]", "").chars().distinct()).hasSize(3);
  }

  // ---- The contracts of the other commands

  @Test
  void tokenizeGivesIdsAndTheirText() throws IOException {
    String model = model(Map.of());
    String input = file("in.jsonl", "{\"text\": \"12+3\\n\"}", "{\"text\": \"\"}");
    List<JsonNode> answers = jackpot("tokenize", "--tokenizer", model, "--input", input).lines();
    assertThat(answers.getFirst().toString())
        .isEqualTo("{\"ids\":[1,2,10,3,17],\"text\":\"12+3\\n\"}");
    assertThat(answers.getLast().toString()).isEqualTo("{\"ids\":[],\"text\":\"\"}");
    String bad = file("bad.jsonl", "{\"text\": \"1\"}", "{\"text\": \"x\"}");
    jackpot("tokenize", "--tokenizer", model + "/tokenizer.json", "--input", bad)
        .assertFails(2, bad + ", line 2: ", "'x'");
  }

  @Test
  void verifyGivesVerdicts() throws IOException {
    String input =
        file(
            "in.jsonl",
            "{\"gold\": \"1/2\", \"answer\": \"The answer is 0.5.\"}",
            "{\"gold\": 3, \"answer\": \"4\"}",
            "{\"gold\": 3, \"answer\": \"who knows\"}",
            "{\"gold\": \"see figure\", \"answer\": \"4\"}");
    List<JsonNode> answers = jackpot("verify", "--input", input).lines();
    assertThat(answers.stream().map(line -> line.get("verdict").stringValue()))
        .containsExactly("correct", "wrong", "unparsed", "bad-gold");
    assertThat(answers.getFirst().propertyNames()).containsExactly("verdict", "extracted");
    jackpot("verify", "--input", file("bad.jsonl", "{}")).assertFails(2, "line 1: no \"gold\"");
  }

  @Test
  void explainAnswersWhatItIsAsked() throws IOException {
    String logits = "[0.1, 0.2, 0.3]";
    String token =
        "{\"inf\": L, \"policyRef\": L, \"policy\": L, \"actorRef\": L, \"actor\": L, \"action\": 1, \"advantage\": 1, \"u\": 0.5}"
            .replace("L", logits);
    String input = file("in.json", "{\"options\": {}, \"tokens\": [" + token + "]}");
    JsonNode answer = jackpot("explain", "--input", input).json();
    assertThat(answer.propertyNames())
        .containsExactly(
            "tokens",
            "acceptance",
            "kappa",
            "policyLoss",
            "actorLoss",
            "distillLoss",
            "totalLoss",
            "gradPolicy",
            "gradActor");
    assertThat(answer.get("tokens").get(0).propertyNames())
        .containsExactly(
            "acceptProbability",
            "mask",
            "zTopK",
            "zExact",
            "z",
            "obrsWeight",
            "rho",
            "ratio",
            "ppo",
            "actorWeight",
            "actorPpo",
            "distill");
    jackpot("explain", "--input", file("bad.json", "{\"token\": []}")).assertFails(2, "token");
  }

  @Test
  void simulateTakesListsOfNumbers() {
    JsonNode answer =
        jackpot(
                "simulate",
                "--vocabulary",
                "20",
                "--samples",
                "2",
                "--noise",
                "0.5,1",
                "--acceptance",
                "0.9,0.8,0.7")
            .json();
    assertThat(answer.get("rows").size()).isEqualTo(6);
    assertThat(answer.get("rows").get(0).get("acceptance").doubleValue()).isBetween(0.899, 0.901);
    JsonNode one = jackpot("simulate", "--vocabulary", "20", "--samples", "2").json();
    assertThat(one.get("rows").size()).isEqualTo(8);
    assertThat(one.get("rows").get(0).get("lambda").doubleValue()).isOne();
  }

  @Test
  void problemsAreWrittenAsTheyAreReadByEvalAndSft() throws IOException {
    Path file = folder.resolve("p.jsonl");
    Result result =
        jackpot("problems", "--count", "3", "--out", file.toString(), "--direct-share", "1");
    assertThat(result.status()).isZero();
    assertThat(result.out()).isEmpty();
    List<JsonNode> lines = Files.readAllLines(file).stream().map(MAPPER::readTree).toList();
    assertThat(lines).hasSize(3);
    for (JsonNode line : lines) {
      assertThat(line.get("completion").stringValue())
          .isEqualTo("#" + line.get("answer").stringValue() + "$");
    }
    jackpot(
        "problems", "--count", "2", "--from", "1", "--out", file.toString(), "--direct-share", "1");
    assertThat(Files.readAllLines(file).stream().map(MAPPER::readTree))
        .isEqualTo(lines.subList(1, 3));
    jackpot(
            "problems",
            "--count",
            "9999",
            "--operations",
            "1",
            "--out",
            file.toString(),
            "--held-out")
        .assertFails(2, "held-out problems: 9999, but only");
    assertThat(Files.readAllLines(file)).hasSize(2);
  }

  @Test
  void doctorSaysWhatThereIs() {
    JsonNode json = jackpot("doctor", "--json").json();
    assertThat(json.propertyNames())
        .containsExactly(
            "jdk",
            "system",
            "processors",
            "ops",
            "heapBytes",
            "memoryBytes",
            "freeDiskBytes",
            "tornadovm");
    assertThat(json.get("processors").intValue()).isPositive();
    assertThat(json.get("memoryBytes").longValue()).isPositive();
    // Where an SDK is, its devices.
    assertThat(json.get("tornadovm").stringValue())
        .contains(System.getenv("TORNADOVM_HOME") == null ? "TORNADOVM_HOME" : ":");
    Result text = jackpot("doctor");
    assertThat(text.status()).isZero();
    assertThat(text.out().lines()).hasSize(8).anyMatch(line -> line.matches("heap +[0-9.]+ GiB"));
  }
}
