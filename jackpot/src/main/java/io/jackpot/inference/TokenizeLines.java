package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.InputLines;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.UnknownBytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code tokenize} command: for each line {@code {"text": …}} a line {@code {"ids":[…], "text":
 * …}}, in order. The ids are those of a sequence, with the special tokens around it; the text is
 * decoded from the ids between those.
 */
public final class TokenizeLines {
  private TokenizeLines() {}

  /**
   * @param name of a model as {@link ModelSource} takes it, or a {@code tokenizer.json}
   * @param log gets a line on what the vocabulary cannot express
   * @throws InputException if a file cannot be read or a line is not as expected; then nothing is
   *     written
   */
  public static void run(
      String name, Path input, DataLimits limits, Appendable out, PrintWriter log)
      throws IOException {
    Tokenizer tokenizer = ModelSource.tokenizer(name);
    UnknownBytes unknown = new UnknownBytes(tokenizer);
    List<int[]> lines =
        InputLines.read(
            input,
            "text"::equals,
            limits,
            line -> {
              String text = line.string("text");
              unknown.add(text);
              return InputException.at(line.where(), () -> tokenizer.encodePlain(text));
            });
    String note = unknown.note("texts");
    if (note != null) {
      log.println("tokenize: " + note);
    }
    for (int[] plain : lines) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      ArrayNode array = answer.putArray("ids");
      for (int id : tokenizer.withSpecialIds(plain)) {
        array.add(id);
      }
      out.append(answer.put("text", tokenizer.decode(plain)).toString()).append('\n');
    }
  }
}
