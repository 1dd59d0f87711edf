package io.jackpot.train;

import io.jackpot.input.InputException;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.transformer.Parameters;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Safetensors;
import io.jackpot.weights.StoredType;
import io.jackpot.weights.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model with its optimizer.
 *
 * @param folder the whole model, with the padding of its vocabulary
 * @param model what is trained of it: all, or {@link ModelFolder#textModel}
 */
record Trained(ModelFolder folder, Model model, AdamW optimizer) {
  private static final String OPTIMIZER = "optimizer.safetensors";

  static Trained fresh(ModelFolder folder, Model model, AdamW.Options options) {
    return new Trained(folder, model, new AdamW(model.config(), options));
  }

  /** What {@link #write} takes of the disk, in bytes. */
  long bytes() {
    return folder.bytes(StoredType.F32) + 2L * Float.BYTES * model.parameters().count();
  }

  /**
   * @throws NonFiniteException naming the first weight tensor that holds NaN or infinity
   */
  void requireFinite(String who) {
    model
        .parameters()
        .firstNonFinite()
        .ifPresent(name -> {
          throw new NonFiniteException("the " + who + "'s " + name);
        });
  }

  /**
   * Writes the model's folder of a checkpoint.
   *
   * @param tokenizer null if the model has none
   * @param chat its chat template; null if it has none
   */
  void write(Path to, @Nullable Tokenizer tokenizer, @Nullable ChatTemplate chat)
      throws IOException {
    Files.createDirectories(to);
    (tokenizer == null ? folder : folder.withTokenizer(tokenizer)).writeInto(to);
    if (chat != null) {
      chat.writeInto(to);
    }
    Map<String, Tensor> moments = new LinkedHashMap<>();
    optimizer.m().tensors().forEach((name, tensor) -> moments.put("m." + name, tensor));
    optimizer.v().tensors().forEach((name, tensor) -> moments.put("v." + name, tensor));
    Safetensors.write(to.resolve(OPTIMIZER), moments);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param updates that the optimizer has made
   * @throws InputException if a part is missing or does not fit the others
   */
  static Trained read(
      Path from, ModelFolder folder, Model model, int updates, AdamW.Options options) {
    Path file = from.resolve(OPTIMIZER);
    try (Safetensors moments = Safetensors.open(file)) {
      Parameters m = Parameters.of(model.config(), tensor -> moments.read("m." + tensor));
      Parameters v = Parameters.of(model.config(), tensor -> moments.read("v." + tensor));
      return new Trained(folder, model, new AdamW(m, v, updates, options));
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage() + " (config.json of the model)", e);
    }
  }
}
