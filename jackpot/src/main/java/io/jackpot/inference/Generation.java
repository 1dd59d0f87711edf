package io.jackpot.inference;

import io.jackpot.models.LoadProgress;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.Problem;
import io.jackpot.transformer.Sample;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/** Text from a model: the {@code generate} command. */
public final class Generation {
  private Generation() {}

  private record Prompt(String text, String where) {}

  /**
   * Writes the responses in order of prompt, then sample: text, a prompt with its response and then
   * an empty line, or with {@code json} a line {@code {"prompt": …, "response": …, "finishReason":
   * "stop" | "length"}} each. A response has its end token's text.
   *
   * @param log gets a line that names the device
   * @param terminal whether {@code log} is a terminal
   * @throws io.jackpot.input.InputException if the model or the prompts cannot be read, or do not
   *     fit together; then nothing is written
   */
  public static void run(
      GenerateSettings settings, PrintWriter out, PrintWriter log, boolean terminal) {
    List<Prompt> prompts =
        settings.input() == null
            ? List.of(new Prompt(String.valueOf(settings.prompt()), "--prompt"))
            : InputLines.read(
                Path.of(settings.input()), line -> new Prompt(line.string("prompt"), line.where()));
    try (Responder responder =
        new Responder(
            settings.model(),
            settings.template(),
            settings.compute(),
            settings.dtypes(),
            LoadProgress.on(log, terminal))) {
      List<int[]> ids =
          prompts.stream()
              .map(prompt -> responder.encode(new Problem(prompt.text, "", null), prompt.where))
              .toList();
      int longest = ids.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
      int maxTokens = responder.maxTokens(settings.sampling(), longest);
      log.println("generate: " + responder.device());
      log.flush();
      for (Sample sample :
          responder.respond(ids, settings.samples(), settings.sampling(), maxTokens)) {
        String prompt = prompts.get(sample.prompt()).text;
        String response = responder.textBeforeEnd(sample);
        if (settings.json()) {
          out.println(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("prompt", prompt)
                  .put("response", response)
                  .put("finishReason", sample.finished() ? "stop" : "length"));
        } else {
          out.println(prompt + response + "\n");
        }
      }
    }
  }
}
