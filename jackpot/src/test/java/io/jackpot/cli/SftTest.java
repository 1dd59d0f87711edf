package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.CharTokenizer;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Supervised training, and what the trained model then says. */
class SftTest extends CommandRunner {
  private static final String ALPHABET = "0123456789+-*=;#$?:ua\n";
  private static final String CHAT =
      "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}$\n{% endfor %}"
          + "{% if add_generation_prompt %}a:{% endif %}";

  private String tiny() {
    ModelConfig config =
        new ModelConfig(
            "llama",
            ALPHABET.length(),
            32,
            64,
            1,
            2,
            2,
            16,
            64,
            1e4,
            new RopeScaling.None(),
            1e-6f,
            true,
            false,
            false,
            false,
            null);
    Path path = folder.resolve("tiny");
    new ModelFolder(config, Model.random(config, 1).parameters(), new CharTokenizer(ALPHABET, '$'))
        .save(path);
    return path.toString();
  }

  private Result sft(String model, String data, String out, String... more) {
    List<String> args = new java.util.ArrayList<>(List.of("sft", "--model", model, "--data", data));
    args.addAll(List.of("--out", out, "--steps", "80", "--batch", "4", "--lr", "0.01"));
    args.addAll(List.of(more));
    return jackpot(args.toArray(String[]::new));
  }

  private String trained(String model, String data, String... more) {
    String out = folder.resolve("run" + data.hashCode() + more.length).toString();
    Result result = sft(model, data, out, more);
    assertThat(result.json().get("loss").doubleValue()).isLessThan(0.1);
    return out + "/model";
  }

  private JsonNode answer(String model, String input) {
    return jackpot(
            "generate",
            "--model",
            model,
            "--input",
            input,
            "--temperature",
            "0",
            "--max-tokens",
            "12",
            "--json")
        .lines()
        .getFirst();
  }

  /** A completion that does not end with the end token: the model stops after it all the same. */
  @Test
  void aModelThatLearnedPlainAnswersStops() throws IOException {
    String line = "{\"prompt\": \"3+4=\", \"completion\": \"7\"}";
    String data = file("plain.jsonl", line, line, line, line);
    String model = trained(tiny(), data);
    JsonNode answer = answer(model, file("ask.jsonl", "{\"prompt\": \"3+4=\"}"));
    assertThat(answer.get("response").asString()).isEqualTo("7");
    assertThat(answer.get("finishReason").asString()).isEqualTo("stop");

    Result without = sft(tiny(), data, folder.resolve("open").toString(), "--no-append-end");
    assertThat(without.json().get("tokens").intValue()).isEqualTo(4);
    assertThat(without.err())
        .contains(
            "4 examples, 4 tokens to learn: 4 do not end with an end token, and it is not added");
    assertThat(
            answer(folder.resolve("open/model").toString(), folder.resolve("ask.jsonl").toString())
                .get("response")
                .asString())
        .startsWith("77");
  }

  @Test
  void aModelThatLearnedConversationsStops() throws IOException {
    String model = tiny();
    Files.writeString(Path.of(model, "chat_template.jinja"), CHAT);
    String turns =
        "{\"role\": \"user\", \"content\": \"%s\"}, {\"role\": \"assistant\", \"content\": \"%s\"}";
    String data =
        file(
            "turns.jsonl",
            "{\"messages\": [%s, %s]}"
                .formatted(turns.formatted("1?", "11"), turns.formatted("2?", "22")),
            "{\"messages\": [%s]}".formatted(turns.formatted("2?", "22")));
    Result said = sft(model, data, folder.resolve("said").toString());
    assertThat(said.err()).contains("2 examples, 12 tokens to learn: no end token is added");
    String trained = trained(model, data);
    assertThat(Path.of(trained, "chat_template.jinja")).hasContent(CHAT);
    String ask = "{\"prompt\": [{\"role\": \"user\", \"content\": \"%s?\"}]}";
    for (String number : List.of("1", "2")) {
      JsonNode answer = answer(trained, file("ask.jsonl", ask.formatted(number)));
      assertThat(answer.get("response").asString()).isEqualTo(number + number);
      assertThat(answer.get("finishReason").asString()).isEqualTo("stop");
    }
  }
}
