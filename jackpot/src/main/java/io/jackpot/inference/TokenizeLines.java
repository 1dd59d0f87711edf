package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.Message;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.UnknownBytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code tokenize} command: for each line {@code {"text": …}} a line {@code {"ids":[…], "text":
 * …}}, in order. The ids are those of a sequence, with the special tokens around it; the text is
 * decoded from the ids between those. With {@code chat} a text is a user's message, and its ids are
 * those of the model's chat template, with the assistant's turn begun. With {@code pieces} a line
 * has the text of each id.
 */
public final class TokenizeLines {
  private TokenizeLines() {}

  private record Text(String where, String text) {}

  /**
   * @param log gets a line on what the vocabulary cannot express
   * @throws InputException if a file cannot be read or a line is not as expected; then nothing is
   *     written
   */
  public static void run(TokenizeSettings settings, Appendable out, PrintWriter log)
      throws IOException {
    Tokenizer tokenizer = ModelSource.tokenizer(settings.model());
    UnknownBytes unknown = new UnknownBytes(tokenizer);
    ChatTemplate chat = settings.chat() ? chat(settings.model()) : null;
    List<Text> texts =
        settings.input() == null
            ? List.of(new Text("--text", String.valueOf(settings.text())))
            : InputLines.read(
                Path.of(settings.input()),
                "text"::equals,
                settings.limits().limits(),
                line -> new Text(line.where(), line.string("text")));
    List<int[]> lines = new ArrayList<>();
    for (Text each : texts) {
      String text = chat == null ? each.text : chat.render(List.of(new Message("user", each.text)));
      unknown.add(text);
      lines.add(InputException.at(each.where, () -> tokenizer.encodePlain(text)));
    }
    String note = unknown.note("texts");
    if (note != null) {
      log.println("tokenize: " + note);
    }
    for (int[] plain : lines) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      // A chat template writes the special tokens itself.
      int[] ids = chat == null ? tokenizer.withSpecialIds(plain) : plain;
      ArrayNode array = answer.putArray("ids");
      for (int id : ids) {
        array.add(id);
      }
      if (settings.pieces()) {
        ArrayNode pieces = answer.putArray("pieces");
        for (int i = 0; i < ids.length; i++) {
          pieces.add(tokenizer.decode(ids, i, i + 1));
        }
      }
      out.append(answer.put("text", tokenizer.decode(plain)).toString()).append('\n');
    }
  }

  private static ChatTemplate chat(String model) {
    ChatTemplate found = ModelSource.chatTemplate(model, LocalDateTime.now(ZoneId.systemDefault()));
    return ChatTemplate.require(found, "--chat", model);
  }
}
