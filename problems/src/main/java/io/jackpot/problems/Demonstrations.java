package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What supervised training imitates, a JSON object a line: {@code {"prompt": …, "completion": …}}
 * as texts, or {@code {"ids": […]}}, of which all but the first are completion. Nothing is added: a
 * completion ends in the end token only if its text does. Other keys are passed over.
 */
public final class Demonstrations {

  /**
   * @param prompt ids that are given, at least one
   * @param completion ids to be predicted, at least one
   */
  public record Demonstration(int[] prompt, int[] completion) {}

  private final ModelFolder model;

  private Demonstrations(ModelFolder model) {
    this.model = model;
  }

  /**
   * @param model whose vocabulary and length the lines have to fit; its tokenizer encodes the texts
   * @throws InputException if the file cannot be read, or a line is not a demonstration or does not
   *     fit the model; names the line
   */
  public static List<Demonstration> read(Path file, ModelFolder model) {
    return InputLines.read(file, new Demonstrations(model)::demonstration);
  }

  private Demonstration demonstration(InputLines.Line line) {
    int[] ids;
    int given = 1;
    if (line.has("ids")) {
      ids = line.ids("ids");
      InputLines.checkIds(line.where(), ids, model.config().vocabularySize());
    } else {
      @Nullable Tokenizer tokenizer = model.tokenizer();
      if (tokenizer == null) {
        throw new InputException(
            line.where() + ": text, but the model has no tokenizer.json; expected \"ids\"");
      }
      int[] prompt = encode(tokenizer, line, "prompt");
      ids = textIds(tokenizer, line, prompt);
      given = Math.max(1, prompt.length); // Nothing predicts the first token of all.
    }
    int longest = model.config().longestSequence() + 1; // the last token is never an input
    if (ids.length <= given || ids.length > longest) {
      throw new InputException(
          "%s: %d tokens to go on from and %d to learn, expected at least one of each and %d in all (%s)"
              .formatted(
                  line.where(),
                  Math.min(given, ids.length),
                  Math.max(0, ids.length - given),
                  longest,
                  model.config().lengthSetting()));
    }
    return new Demonstration(Arrays.copyOf(ids, given), Arrays.copyOfRange(ids, given, ids.length));
  }

  /**
   * Prompt and completion are encoded as one text, as they stand in a sequence, unless a token
   * would reach over the place where they meet.
   */
  private static int[] textIds(Tokenizer tokenizer, InputLines.Line line, int[] prompt) {
    String completion = line.string("completion");
    int[] alone = named(line, "completion", () -> tokenizer.encodePlain(completion));
    int[] together = tokenizer.encode(line.string("prompt") + completion);
    if (Arrays.mismatch(prompt, together) == prompt.length) {
      return together;
    }
    int[] ids = Arrays.copyOf(prompt, prompt.length + alone.length);
    System.arraycopy(alone, 0, ids, prompt.length, alone.length);
    return ids;
  }

  private static int[] encode(Tokenizer tokenizer, InputLines.Line line, String key) {
    String text = line.string(key);
    return named(line, key, () -> tokenizer.encode(text));
  }

  private static int[] named(InputLines.Line line, String key, Supplier<int[]> encode) {
    try {
      return encode.get();
    } catch (InputException e) {
      throw new InputException(line.where() + ": \"" + key + "\": " + e.getMessage(), e);
    }
  }
}
