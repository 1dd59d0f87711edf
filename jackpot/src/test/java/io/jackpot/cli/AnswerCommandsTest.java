package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.inference.ScriptedModel;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The commands that use a model or a file, from their words to output and status. */
class AnswerCommandsTest extends CommandRunner {

  // ---- Questions to a model

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
        .assertFails(
            2,
            run
                + ": not empty; give another folder with --out, or resume this run with --resume "
                + run
                + "\n");
  }

  @Test
  void generateWritesTextOrJson() throws IOException {
    String model = model(Map.of('=', "#", '#', "3", '3', "$"));
    Result text = jackpot("generate", "--model", model, "--prompt", "1+2=");
    assertThat(text.status()).isZero();
    assertThat(text.out()).isEqualTo("prompt: 1+2=\nresponse: #3\n\n");
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
    String[] args = {"generate", "--model", model, "--prompt", "3=", "--tokens", "--json"};
    JsonNode tokens = jackpot(args).lines().getFirst();
    assertThat(tokens.get("promptIds").toString()).isEqualTo("[3,13]");
    assertThat(tokens.get("ids")).hasSize(3);
    assertThat(tokens.get("logprobs")).hasSize(3);
    assertThat(tokens.get("logprobs").get(0).doubleValue()).isCloseTo(0, within(1e-6));
    jackpot("generate", "--model", model, "--prompt", "3=", "--tokens")
        .assertFails(2, "--tokens: only beside --json");
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
        .assertFails(2, "--sampling-top-p: found 0.5, but this evaluation started with 1.0");
    jackpot("eval", "--model", model, "--out", out)
        .assertFails(2, out + ": not empty; give another folder with --out, or resume");
  }

  /** A model that does not exist shows that none was loaded first. */
  @Test
  void aFolderThatCannotBeMadeIsRefusedBeforeAModelIsLoaded() throws IOException {
    String file = file("in.jsonl", "{\"ids\": [1, 2]}");
    String out = Path.of(file, "run").toString();
    String expected = " here: " + file + " is no folder; give another folder with --out";
    jackpot("sft", "--model", "none", "--data", file, "--out", out)
        .assertFails(2, out + ": cannot start a run" + expected);
    jackpot("train", "--policy", "none", "--out", out)
        .assertFails(2, out + ": cannot start a run" + expected);
    jackpot("eval", "--model", "none", "--out", out)
        .assertFails(2, out + ": cannot start an evaluation" + expected);
  }

  /** A limit on the size of a file stops a write in the middle, as a full disk does. */
  @Test
  void evalSaysHowToGoOnAfterAFullDisk() throws Exception {
    String model = model(Map.of('=', "#", '#', "34", '3', "$", '4', "$"));
    String out = folder.resolve("e").toString();
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                "ulimit -f 10; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(
        List.of("eval", "--model", model, "--limit", "60", "--samples", "9", "--out", out));
    Process eval =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(eval.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(eval.waitFor()).isEqualTo(2);
    assertThat(output)
        .contains("samples.jsonl: cannot write: ", "; once it can be written: ")
        .contains("eval --resume " + out);
    jackpot("eval", "--resume", out).json();
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
    assertThat(jackpot(args).out().replaceAll("[^0-9]", "").chars().distinct()).hasSize(10);
    assertThat(jackpot(truncated).out().replaceAll("[^0-9]", "").chars().distinct()).hasSize(3);
  }

  // ---- The contracts of the other commands

  @Test
  void tokenizeGivesIdsAndTheirText() throws IOException {
    String model = model(Map.of());
    String input = file("in.jsonl", "{\"text\": \"12+3\\n\"}", "{\"text\": \"\"}");
    List<JsonNode> answers = jackpot("tokenize", "--model", model, "--input", input).lines();
    assertThat(answers.getFirst().toString())
        .isEqualTo("{\"ids\":[1,2,10,3,17],\"text\":\"12+3\\n\"}");
    assertThat(answers.getLast().toString()).isEqualTo("{\"ids\":[],\"text\":\"\"}");
    String bad = file("bad.jsonl", "{\"text\": \"1\"}", "{\"text\": \"x\"}");
    jackpot("tokenize", "--model", model + "/tokenizer.json", "--input", bad)
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
  void explainHasAnExampleAndATable() throws IOException {
    Result example = jackpot("explain", "--example");
    Path shipped = Path.of("../examples/explain.json");
    assertThat(shipped).hasContent(example.out());
    JsonNode answer = jackpot("explain", "--input", shipped.toString()).json();
    // An accepted token, a rejected one, and one whose ratio is above 1.
    assertThat(answer.get("tokens").valueStream().map(token -> token.get("mask").intValue()))
        .containsExactly(1, 0, 1);
    List<String> table =
        jackpot("explain", "--input", shipped.toString(), "--table").out().lines().toList();
    assertThat(table.getFirst().split(" +")).contains("α", "mask", "Z", "w", "ρ", "PPO", "KL");
    String kappa = "%.3f".formatted(answer.get("kappa").doubleValue());
    assertThat(table).anyMatch(line -> line.endsWith("κ " + kappa));
    assertThat(table).allMatch(line -> line.length() <= 80);
    jackpot("explain").assertFails(2, "expected one of --input FILE and --example");
    jackpot("explain", "--example", "--table").assertFails(2, "--example and --table");
  }

  @Test
  void verifyJudgesOneAnswerOfTheCommandLine() {
    JsonNode half = jackpot("verify", "--gold", "1/2", "--answer", "So it is \\boxed{0.5}.").json();
    assertThat(half.get("verdict").stringValue()).isEqualTo("correct");
    JsonNode blank = jackpot("verify", "--gold", "7", "--answer", "").json();
    assertThat(blank.get("verdict").stringValue()).isEqualTo("unparsed");
    JsonNode list = jackpot("verify", "--gold", "[\"1/2\", \"0.5\"]", "--answer=0.5").json();
    assertThat(list.get("verdict").stringValue()).isEqualTo("correct");
    jackpot("verify", "--gold", "7").assertFails(2, "both of --gold TEXT and --answer TEXT");
    jackpot("verify", "--gold", "7", "--answer", "7", "--input", "f").assertFails(2, "--input");
  }

  @Test
  void simulateHasATableAndAPicture() throws IOException {
    Path svg = folder.resolve("figure 2.svg");
    Result result =
        jackpot(
            "simulate", "--samples", "2", "--lambda", "1,2", "--table", "--svg", svg.toString());
    assertThat(result.status()).isZero();
    assertThat(result.out().lines()).hasSize(20).anyMatch(line -> line.contains("KL(·‖policy)"));
    assertThat(svg).content().startsWith("<svg").contains("λ 1", "λ 2").doesNotContain("NaN");
    assertThat(svg).content().endsWith("</svg>\n");
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
