package io.jackpot.prompts;

import io.jackpot.problems.Problem;
import io.jackpot.weights.Tokenizer;

/** Converts problems to the token ids of a model's prompt. */
public record Prompts(PromptTemplate template, Tokenizer tokenizer) {

  /**
   * The ids of a problem's prompt.
   *
   * @throws io.jackpot.input.InputException if the template or the vocabulary cannot express it
   */
  public int[] encode(Problem problem) {
    String text = template.render(problem);
    return template.writesSpecialTokens() ? tokenizer.encodePlain(text) : tokenizer.encode(text);
  }
}
