package io.jackpot.prompts;

import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.weights.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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
   * Lines for people on problems that were read: what was left out, and what becomes of
   * conversations.
   *
   * @param what the problems
   */
  public List<String> notes(String what, ProblemSource problems) {
    List<String> notes = new ArrayList<>(problems.notes());
    int count = problems.size() == Integer.MAX_VALUE ? 0 : problems.size();
    long conversations =
        IntStream.range(0, count).filter(i -> problems.get(i).isConversation()).count();
    String becomes = conversations == 0 ? null : template.ofConversations();
    if (becomes != null) {
      notes.add(
          "%s: %,d of %,d prompts are conversations: %s"
              .formatted(what, conversations, count, becomes));
    }
    return notes;
  }
}
