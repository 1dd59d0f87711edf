package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts to imitate, one JSON object per line: {@code {"prompt": …, "completion": …}}, or
 * {@code {"ids": […]}}, of which all but the first id are completion. Nothing is added: a
 * completion ends in the end token only if its text does. Other keys are ignored.
 */
public final class Demonstrations {

  /**
   * One example.
   *
   * @param prompt the ids that are given, at least one
   * @param completion the ids to predict, at least one
   */
  public record Demonstration(int[] prompt, int[] completion) {}

  /**
   * The limits of a model, and its tokenizer.
   *
   * @param tokenizer encodes texts; null if the model has none
   * @param vocabulary the number of ids
   * @param longestSequence the most ids that the model accepts
   * @param lengthSetting the name of the setting that gives {@code longestSequence}, for messages
   */
  public record Target(
      @Nullable Tokenizer tokenizer, int vocabulary, int longestSequence, String lengthSetting) {}

  private final Target model;

  private Demonstrations(Target model) {
    this.model = model;
  }

  /**
   * Reads a file.
   *
   * @param model the model that the lines must fit
   * @throws InputException if the file cannot be read, or a line is not a demonstration or does not
   *     fit the model; names the line
   */
  public static List<Demonstration> read(Path file, Target model) {
    return InputLines.read(file, new Demonstrations(model)::demonstration);
  }

  private Demonstration demonstration(InputLines.Line line) {
    int[] ids;
    int given = 1;
    if (line.has("ids")) {
      ids = line.ids("ids");
      InputLines.checkIds(line.where(), ids, model.vocabulary);
    } else {
      @Nullable Tokenizer tokenizer = model.tokenizer;
      if (tokenizer == null) {
        throw new InputException(
            line.where() + ": text, but the model has no tokenizer.json; expected \"ids\"");
      }
      int[] prompt = encode(tokenizer, line, "prompt");
      ids = textIds(tokenizer, line, prompt);
      given = Math.max(1, prompt.length); // The first token of all cannot be predicted.
    }
    int longest = model.longestSequence + 1; // the last token is never an input
    if (ids.length <= given || ids.length > longest) {
      throw new InputException(
          "%s: %d tokens to go on from and %d to learn, expected at least one of each and %d in all (%s)"
              .formatted(
                  line.where(),
                  Math.min(given, ids.length),
                  Math.max(0, ids.length - given),
                  longest,
                  model.lengthSetting));
    }
    return new Demonstration(Arrays.copyOf(ids, given), Arrays.copyOfRange(ids, given, ids.length));
  }

  /**
   * Encodes prompt and completion as one text, unless a token would span the boundary between them.
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
    return InputException.at(line.where() + ": \"" + key + "\"", encode);
  }
}
