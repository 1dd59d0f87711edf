package io.jackpot.inference;

import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.weights.CharTokenizer;
import io.jackpot.weights.ModelFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A model whose next token depends on nothing but the last one: embeddings are one-hot, blocks do
 * nothing, and the head is a table of what follows what.
 */
public final class ScriptedModel {
  /** Longest sequence it takes. */
  public static final int POSITIONS = 64;

  private ScriptedModel() {}

  /**
   * Saves a model in which each of the characters of {@code next.get(c)} follows {@code c} with the
   * same probability.
   */
  public static Path save(Path folder, Map<Character, String> next) {
    CharTokenizer tokenizer = ArithmeticProblems.tokenizer();
    int vocabulary = tokenizer.vocabularySize();
    ModelConfig config =
        new ModelConfig(
            "llama",
            vocabulary,
            vocabulary,
            2,
            1,
            1,
            1,
            2,
            POSITIONS,
            1e4,
            new RopeScaling.None(),
            1e-6f,
            false,
            false,
            false,
            false,
            null);
    Parameters parameters = Parameters.zeros(config);
    float[] embedding = parameters.get("model.embed_tokens.weight").data();
    for (int id = 0; id < vocabulary; id++) {
      embedding[id * vocabulary + id] = 1;
    }
    Arrays.fill(parameters.get("model.norm.weight").data(), 1);
    float[] head = parameters.get("lm_head.weight").data();
    next.forEach((last, following) -> {
      int column = tokenizer.encode(String.valueOf(last))[0];
      for (int id : tokenizer.encode(following)) {
        head[id * vocabulary + column] = 20;
      }
    });
    new ModelFolder(config, parameters, tokenizer).save(folder);
    return folder;
  }
}
