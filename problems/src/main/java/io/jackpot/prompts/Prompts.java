package io.jackpot.prompts;

import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.UnknownBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Converts problems to the token ids of a model's prompt. */
public record Prompts(PromptTemplate template, Tokenizer tokenizer) {

  /**
   * The ids of a problem's prompt.
   *
   * @throws io.jackpot.input.InputException if the template or the vocabulary cannot express it
   */
  public int[] encode(Problem problem) {
    String text = template.render(problem);
    return template.writesSpecialTokens(problem)
        ? tokenizer.encodePlain(text)
        : tokenizer.encode(text);
  }

  /**
   * Lines for people on problems that were read: what was left out, what becomes of conversations,
   * and what the vocabulary cannot express.
   *
   * @param what the problems
   */
  public List<String> notes(String what, ProblemSource problems) {
    List<String> notes = new ArrayList<>(problems.notes());
    int count = problems.size() == Integer.MAX_VALUE ? 0 : problems.size();
    int conversations =
        (int) IntStream.range(0, count).filter(i -> problems.get(i).isConversation()).count();
    String becomes = conversations == 0 ? null : template.ofConversations();
    if (becomes != null) {
      notes.add(
          "%s: %,d of %,d prompts are conversations: %s"
              .formatted(what, conversations, count, becomes));
    }
    String unknown = unknownBytes(problems, count);
    if (unknown != null) {
      notes.add(what + ": " + unknown);
    }
    return notes;
  }

  /**
   * A line for people if prompts are texts and the model has a chat template, which is not used;
   * null otherwise.
   *
   * @param what the problems
   */
  public @Nullable String withoutChat(String what, ProblemSource problems) {
    boolean texts =
        problems.size() == Integer.MAX_VALUE
            || IntStream.range(0, problems.size()).anyMatch(i -> !problems.get(i).isConversation());
    String becomes = texts ? template.ofTexts() : null;
    return becomes == null ? null : what + ": prompts that are texts are " + becomes;
  }

  private @Nullable String unknownBytes(ProblemSource problems, int count) {
    if (tokenizer.hasEveryByte()) {
      return null;
    }
    UnknownBytes unknown = new UnknownBytes(tokenizer);
    IntStream.range(0, count).forEach(i -> unknown.add(template.render(problems.get(i))));
    return unknown.note("prompts");
  }
}
