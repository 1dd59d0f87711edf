package io.jackpot.prompts;

import io.jackpot.input.InputException;
import io.jackpot.problems.Conversations;
import io.jackpot.problems.DataFile;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.problems.Message;
import io.jackpot.problems.Problem;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.UnknownBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
 * A prompt template takes the prompts that have completions; the text around a problem is not
 * learned. Conversations may have {@code "tools"}; other keys are ignored. Where the tokens to
 * learn do not end with one that ends a sequence, the model's end token is learned after them,
 * except after ids.
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
   * @param template of prompts
   * @param chat finds the chat template if there is a conversation; null if the model has none
   * @param vocabulary the number of ids
   * @param longestSequence the most ids that the model accepts
   * @param lengthSetting the name of the setting that gives {@code longestSequence}, for messages
   */
  public record Target(
      String name,
      @Nullable Tokenizer tokenizer,
      PromptTemplate template,
      Supplier<@Nullable ChatTemplate> chat,
      int vocabulary,
      int longestSequence,
      String lengthSetting) {}

  private static final String ASSISTANT = "assistant";

  private final Target model;
  private final boolean appendEnd;
  private final List<Demonstration> read = new ArrayList<>();
  private @Nullable ChatTemplate chat;
  private final @Nullable UnknownBytes unknown;
  private int open;
  private int textPrompts;
  private int withoutTemplate;
  private int diverging;

  private Demonstrations(Target model, boolean appendEnd) {
    this.model = model;
    this.appendEnd = appendEnd;
    this.unknown = model.tokenizer == null ? null : new UnknownBytes(model.tokenizer);
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
    String texts = textPrompts == 0 ? null : model.template.ofTexts();
    if (texts != null) {
      notes.add(
          "%,d of %,d prompts are texts: they are %s".formatted(textPrompts, read.size(), texts));
    }
    if (withoutTemplate > 0 && !(model.template instanceof PromptTemplate.Automatic)) {
      notes.add(
          "%,d of %,d examples are texts or ids without a prompt: --prompt-template does not apply to them"
              .formatted(withoutTemplate, read.size()));
    }
    String lost = unknown == null ? null : unknown.note("examples");
    if (lost != null) {
      notes.add(lost);
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
      withoutTemplate++;
      return new Demonstration(ids, from(1, ids.length));
    }
    Tokenizer tokenizer = model.tokenizer;
    if (tokenizer == null || unknown == null) {
      throw new InputException(
          line.where() + ": text, but the model has no tokenizer.json; expected \"ids\"");
    }
    for (String field : List.of("messages", "conversations")) {
      if (has(line, field)) {
        if (model.template instanceof PromptTemplate.Text) {
          throw new InputException(
              "%s: \"%s\", but --prompt-template writes the text around one prompt; expected \"prompt\" and \"completion\", or --prompt-template chat"
                  .formatted(line.where(), field));
        }
        return conversation(line, tokenizer, unknown, List.of(), turns(line, field));
      }
    }
    if (has(line, "text") && !has(line, "prompt")) {
      String text = line.string("text");
      int[] ids = named(line, "text", () -> tokenizer.encode(text));
      unknown.add(text);
      withoutTemplate++;
      return closed(tokenizer, ids, from(1, ids.length));
    }
    if (isArray(line, "prompt") || isArray(line, "completion")) {
      if (!(model.template instanceof PromptTemplate.Text)) {
        return conversation(
            line, tokenizer, unknown, turns(line, "prompt"), turns(line, "completion"));
      }
      Problem problem =
          Conversations.problem(line.where(), "prompt", line.object().path("prompt"), "", null);
      return continued(line, tokenizer, unknown, problem, answer(line));
    }
    textPrompts++;
    String prompt = line.string("prompt");
    String completion = line.string("completion");
    return model.template instanceof PromptTemplate.Chat
        ? conversation(
            line,
            tokenizer,
            unknown,
            List.of(new Message("user", prompt)),
            List.of(new Message(ASSISTANT, completion)))
        : continued(line, tokenizer, unknown, new Problem(prompt, "", null), completion);
  }

  /** The text of a completion that is a conversation. */
  private static String answer(Line line) {
    List<Message> turns = turns(line, "completion");
    if (turns.size() != 1 || !turns.getFirst().role().equals(ASSISTANT)) {
      throw new InputException(
          line.where()
              + ": \"completion\": with a prompt template that is not chat, expected one turn of the assistant");
    }
    return turns.getFirst().content();
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
      return List.of(new Message(ASSISTANT, node.stringValue()));
    }
    return Conversations.read(line.where(), field, node, "a conversation");
  }

  /**
   * @param given the turns before those to learn from
   */
  private Demonstration conversation(
      Line line,
      Tokenizer tokenizer,
      UnknownBytes counter,
      List<Message> given,
      List<Message> learned) {
    List<Message> joined = new ArrayList<>(given);
    joined.addAll(learned);
    List<Message> turns = withSystem(joined);
    int before = given.isEmpty() ? 0 : withSystem(given).size();
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
                    before,
                    Conversations.tools(line.where(), line.object()),
                    counter));
    diverging += encoded.diverges() ? 1 : 0;
    boolean ended =
        IntStream.range(encoded.lastTurn(), encoded.ids().length)
            .anyMatch(i -> tokenizer.endIds().contains(encoded.ids()[i]));
    return ended
        ? new Demonstration(encoded.ids(), encoded.targets())
        : closed(tokenizer, encoded.ids(), encoded.targets());
  }

  private List<Message> withSystem(List<Message> turns) {
    return model.template instanceof PromptTemplate.Chat own ? own.withSystem(turns) : turns;
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
   * Prompt and completion as one text, unless a token would span the boundary between them; then
   * each for itself.
   */
  private Demonstration continued(
      Line line, Tokenizer tokenizer, UnknownBytes counter, Problem problem, String completion) {
    String text = model.template.render(problem);
    boolean special = model.template.writesSpecialTokens(problem);
    UnaryOperator<int[]> around = plain -> special ? plain : tokenizer.withSpecialIds(plain);
    int[] prompt = named(line, "prompt", () -> around.apply(tokenizer.encodePlain(text)));
    int[] alone = named(line, "completion", () -> tokenizer.encodePlain(completion));
    int[] ids = around.apply(tokenizer.encodePlain(text + completion));
    counter.add(text + completion);
    if (Arrays.mismatch(prompt, ids) != prompt.length) {
      ids = Arrays.copyOf(prompt, prompt.length + alone.length);
      System.arraycopy(alone, 0, ids, prompt.length, alone.length);
    }
    // The first token of all cannot be predicted.
    return closed(tokenizer, ids, from(Math.max(1, prompt.length), ids.length));
  }

  private static int[] named(Line line, String key, Supplier<int[]> encode) {
    return InputException.at(line.where() + ": \"" + key + "\"", encode);
  }
}
