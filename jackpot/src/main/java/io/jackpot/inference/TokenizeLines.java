package io.jackpot.inference;

import io.jackpot.problems.InputLines;
import io.jackpot.tensor.InputException;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code tokenize} command: for each line {@code {"text": …}} a line {@code {"ids":[…], "text":
 * …}}, the text decoded from the ids, in order.
 */
public final class TokenizeLines {
  private TokenizeLines() {}

  /**
   * @throws InputException if a file cannot be read or a line is not as expected; then nothing is
   *     written
   */
  public static void run(Path tokenizerFile, Path input, Appendable out) throws IOException {
    Tokenizer tokenizer = Tokenizers.load(tokenizerFile);
    List<int[]> lines =
        InputLines.read(input, line -> encode(tokenizer, line.string("text"), line.where()));
    for (int[] ids : lines) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      ArrayNode array = answer.putArray("ids");
      for (int id : ids) {
        array.add(id);
      }
      out.append(answer.put("text", tokenizer.decode(ids)).toString()).append('\n');
    }
  }

  /**
   * The ids of {@code text}.
   *
   * @param where its place, for messages
   * @throws InputException if the vocabulary cannot express it
   */
  static int[] encode(Tokenizer tokenizer, String text, String where) {
    try {
      return tokenizer.encode(text);
    } catch (InputException e) {
      throw new InputException(where + ": " + e.getMessage(), e);
    }
  }
}
