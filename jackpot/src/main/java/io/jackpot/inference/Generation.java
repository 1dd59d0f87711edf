package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.problems.Conversations;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.transformer.Sample;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Text from a model: the {@code generate} command. */
public final class Generation {
  private static final Set<String> KEYS = Set.of("prompt", "messages");

  private Generation() {}

  private record Prompt(Problem problem, JsonNode shown, String where) {}

  /**
   * Writes the responses in order of prompt, then sample: text, {@code prompt: …} and {@code
   * response: …} and then an empty line, or with {@code json} a line {@code {"prompt": …,
   * "response": …, "finishReason": "stop" | "length"}} each. With {@code tokens} such a line has
   * also {@code promptIds}, {@code ids}, which end with the end token of a response that has one,
   * and {@code logprobs} of those ids, of the whole distribution at the temperature (of greedy
   * responses at temperature 1).
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
            ? List.of(given(String.valueOf(settings.prompt())))
            : InputLines.read(
                Path.of(settings.input()),
                KEYS::contains,
                settings.limits().limits(),
                Generation::prompt);
    if ((long) prompts.size() * settings.samplesPerPrompt() > Integer.MAX_VALUE) {
      throw new InputException(
          "--samples-per-prompt: found %d, expected at most %d for %d prompts"
              .formatted(
                  settings.samplesPerPrompt(), Integer.MAX_VALUE / prompts.size(), prompts.size()));
    }
    try (Responder responder =
        new Responder(
            settings.model(),
            settings.template(),
            settings.compute(),
            settings.dtypes(),
            LoadProgress.on(log, terminal),
            () -> {})) {
      List<int[]> ids =
          prompts.stream().map(prompt -> responder.encode(prompt.problem, prompt.where)).toList();
      int longest = ids.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
      int maxTokens = responder.maxTokens(settings.sampling(), longest);
      log.println("generate: " + responder.device());
      ProblemSource all = ProblemSource.of(prompts.stream().map(Prompt::problem).toList());
      responder.notes("prompts", all).forEach(note -> log.println("generate: " + note));
      log.flush();
      for (Sample sample :
          responder.respond(ids, settings.samplesPerPrompt(), settings.sampling(), maxTokens)) {
        Prompt prompt = prompts.get(sample.prompt());
        String response = responder.textBeforeEnd(sample);
        if (settings.json()) {
          ObjectNode line = JsonNodeFactory.instance.objectNode();
          line.set("prompt", prompt.shown);
          line.put("response", response);
          line.put("finishReason", sample.finished() ? "stop" : "length");
          if (settings.tokens()) {
            line.set("promptIds", array(ids.get(sample.prompt())));
            line.set("ids", array(sample.ids()));
            ArrayNode logProbs = line.putArray("logprobs");
            for (float logProb : sample.logProbs()) {
              logProbs.add(logProb);
            }
          }
          out.println(line);
        } else {
          out.println("prompt: " + prompt.problem.prompt());
          out.println("response: " + response + "\n");
        }
      }
    }
  }

  private static ArrayNode array(int[] ids) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int id : ids) {
      array.add(id);
    }
    return array;
  }

  private static Prompt given(String text) {
    return new Prompt(
        new Problem(text, "", null), JsonNodeFactory.instance.stringNode(text), "--prompt");
  }

  private static Prompt prompt(InputLines.Line line) {
    String field = line.has("messages") && !line.has("prompt") ? "messages" : "prompt";
    if (!line.has(field)) {
      throw new InputException(line.where() + ": no \"prompt\", expected a text or a conversation");
    }
    JsonNode prompt = line.object().get(field);
    return new Prompt(
        Conversations.problem(line.where(), field, prompt, "", null), prompt, line.where());
  }
}
