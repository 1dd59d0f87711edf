package io.jackpot.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jackpot.input.InputException;
import io.jackpot.problems.Message;
import io.jackpot.problems.Problem;
import io.jackpot.weights.Tokenizers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.parse("2026-03-05T14:07:09");
  private static final String TEMPLATE =
      "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
          + "{% if add_generation_prompt %}<assistant>{% endif %}";

  @TempDir private Path folder;

  private void write(String file, String content) throws IOException {
    Files.writeString(folder.resolve(file), content);
  }

  private ChatTemplate found() {
    return Objects.requireNonNull(ChatTemplate.find(folder, NOW));
  }

  @Test
  void findsTheTemplateOfAGgufFile() throws IOException {
    Path file = folder.resolve("model.gguf");
    Files.write(file, gguf(false));
    assertThat(ChatTemplate.find(file, NOW)).isNull();
    Files.write(file, gguf(true));
    ChatTemplate chat = Objects.requireNonNull(ChatTemplate.find(file, NOW));
    assertThat(chat.render(List.of(new Message("user", "ab"))))
        .isEqualTo("<s><user>ab</s><assistant>");
    assertThat(Tokenizers.load(file).encode("ab")).containsExactly(2);
  }

  /** A file with a tokenizer and no weights. */
  private static byte[] gguf(boolean template) {
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3);
    out.putLong(0).putLong(template ? 6 : 5);
    text(key(out, "tokenizer.ggml.model", 8), "gpt2");
    texts(key(out, "tokenizer.ggml.tokens", 9), "a", "b", "ab", "<s>", "</s>");
    texts(key(out, "tokenizer.ggml.merges", 9), "a b");
    key(out, "tokenizer.ggml.bos_token_id", 4).putInt(3);
    key(out, "tokenizer.ggml.eos_token_id", 4).putInt(4);
    if (template) {
      text(key(out, "tokenizer.chat_template", 8), TEMPLATE);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static ByteBuffer key(ByteBuffer out, String key, int type) {
    return text(out, key).putInt(type);
  }

  private static void texts(ByteBuffer out, String... texts) {
    out.putInt(8).putLong(texts.length);
    for (String text : texts) {
      text(out, text);
    }
  }

  private static ByteBuffer text(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return out.putLong(bytes.length).put(bytes);
  }

  @Test
  void findsTheTemplateAndTheSpecialTokens() throws IOException {
    assertThat(ChatTemplate.find(folder, NOW)).isNull();
    String tokens =
        "\"bos_token\": {\"content\": \"<s>\", \"lstrip\": false}, \"eos_token\": \"</s>\", \"pad_token\": null";
    write("tokenizer_config.json", "{" + tokens + "}");
    assertThat(ChatTemplate.find(folder, NOW)).isNull();
    write("tokenizer_config.json", "{%s, \"chat_template\": \"%s\"}".formatted(tokens, TEMPLATE));
    List<Message> turns = List.of(new Message("user", "1+1?"));
    assertThat(found().render(turns)).isEqualTo("<s><user>1+1?</s><assistant>");
    write(
        "tokenizer_config.json",
        "{%s, \"chat_template\": [{\"name\": \"tool_use\", \"template\": \"T\"}, {\"name\": \"default\", \"template\": \"D{{ eos_token }}\"}]}"
            .formatted(tokens));
    assertThat(found().render(turns)).isEqualTo("D</s>");
    write("chat_template.jinja", "F{{ strftime_now('%Y') }}\n");
    assertThat(found().render(turns)).isEqualTo("F2026");
  }

  @Test
  void aTemplateIsWrittenWhereItIsFoundAgain() throws IOException {
    write(
        "tokenizer_config.json",
        "{\"bos_token\": \"<s>\", \"chat_template\": \"" + TEMPLATE + "\"}");
    ChatTemplate before = found();
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("tokenizer_config.json"), "{\"model_max_length\": 64}");
    before.writeInto(other);
    ChatTemplate after = Objects.requireNonNull(ChatTemplate.find(other, NOW));
    List<Message> turns = List.of(new Message("user", "ü\n"));
    assertThat(after.render(turns)).isEqualTo(before.render(turns)).startsWith("<s><user>ü");
    assertThat(Files.readString(other.resolve("tokenizer_config.json")))
        .contains("model_max_length");
  }

  @Test
  void whatTheTemplateRefusesIsToldWithItsPlace() throws IOException {
    write("chat_template.jinja", "\n{{ raise_exception('No system\nmessages') }}");
    assertThatThrownBy(() -> found().render(List.of()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            folder.resolve("chat_template.jinja") + ": chat template: No system messages")
        .hasMessageNotContaining("\n");
    write("chat_template.jinja", "a\n{% extends 'x' %}");
    assertThatThrownBy(this::found)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 2: \"extends\" is not supported");
  }

  @Test
  void aSystemMessageTakesTheProblemsPlace() throws IOException {
    write("chat_template.jinja", TEMPLATE);
    Problem problem =
        new Problem(
            "q",
            "1",
            null,
            List.of(
                new Message("system", "own"), new Message("user", "u"), new Message("user", "q")));
    PromptTemplate without = PromptTemplate.of("chat", null, "the model", this::found);
    PromptTemplate with = PromptTemplate.of("chat", "new", "the model", this::found);
    assertThat(without.writesSpecialTokens(problem)).isTrue();
    assertThat(without.render(problem)).isEqualTo("<system>own<user>u<user>q<assistant>");
    assertThat(with.render(problem)).isEqualTo("<system>new<user>u<user>q<assistant>");
  }

  /**
   * Templates of published models, which the tests of weights-loader fetch; digests by {@code
   * bench/peers/chat_golden.py --models}.
   */
  @ParameterizedTest
  @CsvSource({
    "qwen3, a9be500e36e2435e, 4f7f761272b68d36, 6432415b30a73cec",
    "llama3, 42e66a74539b8e44, e3db252a43ba8896, 52a49b8c20e5de4a",
    "gemma3, 70c76b17d5e2d04f, 04e4469706209513, 51bb1b1e50fab305",
    "deepseek_v3, 51d7d1be142c920b, deab2afe88a053b1, 1fdd37db0b614200",
  })
  void rendersPublishedTemplatesAsTransformersDoes(
      String model, String question, String system, String conversation) {
    Path files = Path.of("../weights-loader/target/tokenizers", model, "package/models");
    assumeTrue(
        Files.exists(files),
        () -> "skipped: no " + files + ", which PublishedTokenizersTest fetches where it can");
    ChatTemplate template = Objects.requireNonNull(ChatTemplate.find(files, NOW));
    Message two = new Message("user", "What is $2+2$?\nShow it.");
    assertThat(
            Stream.of(
                    List.of(two),
                    List.of(new Message("system", "Be brief."), new Message("user", "1+1?")),
                    List.of(
                        new Message("user", " a "),
                        new Message("assistant", "<think>\nt\n</think>\n\nb"),
                        new Message("user", "c")))
                .map(turns -> digest(template.render(turns))))
        .containsExactly(question, system, conversation);
  }

  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
