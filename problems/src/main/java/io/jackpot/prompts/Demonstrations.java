package io.jackpot.prompts;

import io.jackpot.input.InputException;
import io.jackpot.problems.Conversations;
import io.jackpot.problems.DataFile;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.problems.Message;
import io.jackpot.weights.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads texts to imitate, from files as {@link DataFile} reads them. A row is one of
 *
 * <ul>
 *   <li>{@code {"prompt": …, "completion": …}}, two texts, of which the completion is learned, or
 *       two conversations, of whose completion the assistant's turns are learned;
 *   <li>{@code {"messages": […]}} or {@code {"conversations": […]}}, of which all turns of the
 *       assistant are learned (see {@link AssistantTurns});
 *   <li>{@code {"text": …}} or {@code {"ids": […]}}, of which all but the first token is learned.
 * </ul>
 *
 * Conversations may have {@code "tools"}; other keys are ignored. Where the tokens to learn do not
 * end with one that ends a sequence, the model's end token is learned after them, except after ids.
 */
public final class Demonstrations {
  private static final Set<String> FIELDS =
      Set.of("ids", "messages", "conversations", "prompt", "completion", "text", "tools");

  /**
   * One example.
   *
   * @param ids all of its tokens
   * @param targets the places of the tokens to learn, rising, from 1 on; at least one
   */
  public record Demonstration(int[] ids, int[] targets) {}

  /**
   * What was read.
   *
   * @param notes lines for people: what is learned, and how
   */
  public record Data(List<Demonstration> demonstrations, List<String> notes) {}

  /**
   * The limits of a model, its tokenizer and chat template.
   *
   * @param name for messages
   * @param tokenizer encodes texts; null if the model has none
   * @param chat finds the chat template if there is a conversation; null if the model has none
   * @param vocabulary the number of ids
   * @param longestSequence the most ids that the model accepts
   * @param lengthSetting the name of the setting that gives {@code longestSequence}, for messages
   */
  public record Target(
      String name,
      @Nullable Tokenizer tokenizer,
      Supplier<@Nullable ChatTemplate> chat,
      int vocabulary,
      int longestSequence,
      String lengthSetting) {}

  private final Target model;
  private final boolean appendEnd;
  private final List<Demonstration> read = new ArrayList<>();
  private @Nullable ChatTemplate chat;
  private int open;
  private int diverging;

  private Demonstrations(Target model, boolean appendEnd) {
    this.model = model;
    this.appendEnd = appendEnd;
  }

  /**
   * Reads files.
   *
   * @param names files or folders, separated by commas
   * @param model the model that the rows must fit
   * @param appendEnd whether the end token is learned where it is missing
   * @param limits what a file may cost
   * @throws InputException if a file cannot be read or is empty, or a row is not a demonstration or
   *     does not fit the model; names the row
   */
  public static Data read(String names, Target model, boolean appendEnd, DataLimits limits) {
    Demonstrations all = new Demonstrations(model, appendEnd);
    for (Path file : DataFile.files(names)) {
      int before = all.read.size();
      DataFile.forEach(file, FIELDS::contains, limits, all::take);
      if (all.read.size() == before) {
        throw new InputException(file + ": empty, expected a demonstration in each row");
      }
    }
    return new Data(all.read, all.notes());
  }

  private List<String> notes() {
    long tokens = read.stream().mapToLong(each -> each.targets.length).sum();
    List<String> notes = new ArrayList<>();
    notes.add("%,d examples, %,d tokens to learn: %s".formatted(read.size(), tokens, ofEnds()));
    if (diverging > 0) {
      notes.add(
          "%,d examples have a prompt that the chat template ends otherwise if an answer follows; learned is from where the two differ"
              .formatted(diverging));
    }
    return notes;
  }

  private String ofEnds() {
    Tokenizer tokenizer = model.tokenizer;
    if (open == 0 || tokenizer == null) {
      return "no end token is added";
    }
    String without = "%,d do not end with an end token".formatted(open);
    if (tokenizer.endIds().isEmpty()) {
      return without + ", and the model's files name none to add";
    }
    String end = tokenizer.decode(tokenizer.endIds().getFirst());
    return appendEnd
        ? "%s, so %s is learned after them (--no-append-end: not)".formatted(without, end)
        : "%s, and it is not added (--append-end adds %s)".formatted(without, end);
  }

  private boolean take(Line line) {
    Demonstration demonstration = demonstration(line);
    int[] targets = demonstration.targets;
    int longest = model.longestSequence + 1; // the last token is never an input
    if (targets.length == 0 || demonstration.ids.length > longest) {
      int given = targets.length == 0 ? demonstration.ids.length : targets[0];
      throw new InputException(
          "%s: %d tokens to go on from and %d to learn, expected at least one of each and %d in all (%s)"
              .formatted(
                  line.where(),
                  given,
                  Math.max(targets.length, demonstration.ids.length - given),
                  longest,
                  model.lengthSetting));
    }
    return read.add(demonstration);
  }

  private Demonstration demonstration(Line line) {
    if (has(line, "ids")) {
      int[] ids = line.ids("ids");
      InputLines.checkIds(line.where(), ids, model.vocabulary);
      return new Demonstration(ids, from(1, ids.length));
    }
    Tokenizer tokenizer = model.tokenizer;
    if (tokenizer == null) {
      throw new InputException(
          line.where() + ": text, but the model has no tokenizer.json; expected \"ids\"");
    }
    for (String field : List.of("messages", "conversations")) {
      if (has(line, field)) {
        return conversation(line, tokenizer, turns(line, field), 0);
      }
    }
    if (has(line, "text") && !has(line, "prompt")) {
      int[] ids = encode(tokenizer, line, "text");
      return closed(tokenizer, ids, from(1, ids.length));
    }
    if (isArray(line, "prompt") || isArray(line, "completion")) {
      List<Message> turns = new ArrayList<>(turns(line, "prompt"));
      int given = turns.size();
      turns.addAll(turns(line, "completion"));
      return conversation(line, tokenizer, turns, given);
    }
    int[] prompt = encode(tokenizer, line, "prompt");
    int[] ids = textIds(tokenizer, line, prompt);
    // The first token of all cannot be predicted.
    return closed(tokenizer, ids, from(Math.max(1, prompt.length), ids.length));
  }

  private static boolean has(Line line, String field) {
    return !InputLines.isNothing(line.object().path(field));
  }

  private static boolean isArray(Line line, String field) {
    return line.object().path(field).isArray();
  }

  private static List<Message> turns(Line line, String field) {
    JsonNode node = line.object().path(field);
    if (field.equals("completion") && node.isString()) {
      return List.of(new Message("assistant", node.stringValue()));
    }
    return Conversations.read(line.where(), field, node, "a conversation");
  }

  private Demonstration conversation(
      Line line, Tokenizer tokenizer, List<Message> turns, int given) {
    ChatTemplate template = chat;
    if (template == null) {
      String what = line.where() + ": a conversation";
      template = ChatTemplate.require(model.chat.get(), what, model.name);
      chat = template;
    }
    ChatTemplate own = template;
    AssistantTurns encoded =
        InputException.at(
            line.where(),
            () ->
                AssistantTurns.of(
                    own,
                    tokenizer,
                    turns,
                    given,
                    Conversations.tools(line.where(), line.object())));
    diverging += encoded.diverges() ? 1 : 0;
    boolean ended =
        IntStream.range(encoded.lastTurn(), encoded.ids().length)
            .anyMatch(i -> tokenizer.endIds().contains(encoded.ids()[i]));
    return ended
        ? new Demonstration(encoded.ids(), encoded.targets())
        : closed(tokenizer, encoded.ids(), encoded.targets());
  }

  /** With the end token after the last of the tokens to learn, if it is missing. */
  private Demonstration closed(Tokenizer tokenizer, int[] ids, int[] targets) {
    if (ids.length > 0 && tokenizer.endIds().contains(ids[ids.length - 1])) {
      return new Demonstration(ids, targets);
    }
    open++;
    if (!appendEnd || tokenizer.endIds().isEmpty() || ids.length == 0) {
      return new Demonstration(ids, targets);
    }
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = tokenizer.endIds().getFirst();
    int[] more = Arrays.copyOf(targets, targets.length + 1);
    more[targets.length] = ids.length;
    return new Demonstration(longer, more);
  }

  private static int[] from(int first, int end) {
    return IntStream.range(first, end).toArray();
  }

  /**
   * Encodes prompt and completion as one text, unless a token would span the boundary between them.
   */
  private static int[] textIds(Tokenizer tokenizer, Line line, int[] prompt) {
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

  private static int[] encode(Tokenizer tokenizer, Line line, String key) {
    String text = line.string(key);
    return named(line, key, () -> tokenizer.encode(text));
  }

  private static int[] named(Line line, String key, Supplier<int[]> encode) {
    return InputException.at(line.where() + ": \"" + key + "\"", encode);
  }
}
