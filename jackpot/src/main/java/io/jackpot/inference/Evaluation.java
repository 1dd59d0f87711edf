package io.jackpot.inference;

import io.jackpot.config.TrainSettings;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSet;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.tensor.InputException;
import io.jackpot.transformer.Sample;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How many of a model's responses to problems are right: the {@code eval} command.
 *
 * @param settings what was asked for
 * @param maxTokens longest response allowed
 * @param correct right responses of each problem, {@code [problems]}; each had {@code samples}
 * @param badGold problems passed over because their gold answer cannot be read
 * @param unparsed responses without a readable answer
 * @param truncated responses cut off before the end token
 * @param tokens of all responses together
 */
public record Evaluation(
    EvalSettings settings,
    int maxTokens,
    int[] correct,
    int badGold,
    long unparsed,
    long truncated,
    long tokens) {
  /** Generated problems, where no other number is asked for. */
  private static final int GENERATED = 512;

  /** Problems sampled together; a progress line follows. */
  private static final int CHUNK = 256;

  /**
   * Samples and judges.
   *
   * @param log gets a line on what computes, and how far it is
   * @throws InputException if the model or the problems cannot be read or do not fit together
   */
  public static Evaluation run(EvalSettings settings, PrintWriter log) {
    boolean isFile = !settings.problems().equals(TrainSettings.ARITHMETIC);
    int most = settings.limit() != null ? settings.limit() : isFile ? Integer.MAX_VALUE : GENERATED;
    ProblemSet set =
        ProblemSet.heldOut(settings.problems(), settings.operations(), settings.modulus(), most);
    try (Responder responder =
        new Responder(settings.model(), settings.device(), settings.threads())) {
      return run(settings, set, responder, log);
    }
  }

  private static Evaluation run(
      EvalSettings settings, ProblemSet set, Responder responder, PrintWriter log) {
    Verifier verifier = set.verifier();
    List<String> golds = new ArrayList<>();
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < set.source().size(); i++) {
      Problem problem = set.source().get(i);
      if (verifier.canRead(problem.answer())) {
        golds.add(problem.answer());
        prompts.add(
            responder.encode(problem.prompt(), settings.problems() + ", problem " + (i + 1)));
      }
    }
    if (prompts.isEmpty()) {
      throw new InputException(
          settings.problems() + ": no problem has a gold answer that can be read");
    }
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
    int asked = settings.maxTokens() == null ? 0 : settings.maxTokens();
    int maxTokens = responder.maxTokens(asked, longest);
    log.println("eval: " + responder.describe());
    log.flush();
    int[] correct = new int[prompts.size()];
    long unparsed = 0;
    long truncated = 0;
    long tokens = 0;
    for (int from = 0; from < prompts.size(); from += CHUNK) {
      List<int[]> chunk = prompts.subList(from, Math.min(from + CHUNK, prompts.size()));
      for (Sample sample :
          responder.respond(
              chunk,
              settings.samples(),
              settings.temperature(),
              maxTokens,
              settings.seed(),
              from)) {
        int problem = from + sample.prompt();
        Verdict verdict = verifier.verify(golds.get(problem), responder.text(sample)).verdict();
        correct[problem] += verdict == Verdict.CORRECT ? 1 : 0;
        unparsed += verdict == Verdict.UNPARSED ? 1 : 0;
        truncated += sample.finished() ? 0 : 1;
        tokens += sample.ids().length;
      }
      log.printf("eval: %d of %d problems%n", from + chunk.size(), prompts.size());
      log.flush();
    }
    int badGold = set.source().size() - prompts.size();
    return new Evaluation(settings, maxTokens, correct, badGold, unparsed, truncated, tokens);
  }

  /** The share of right responses, by problem. */
  Estimate mean() {
    return Estimate.of(
        Arrays.stream(correct).mapToDouble(c -> c / (double) settings.samples()).toArray());
  }

  /** The probability that one of k responses is right. */
  Estimate pass(int k) {
    return Estimate.of(
        Arrays.stream(correct).mapToDouble(c -> passAtK(settings.samples(), c, k)).toArray());
  }

  /**
   * The unbiased estimate of pass@k from c right ones of n responses: 1 − C(n − c, k)/C(n, k) (Chen
   * et al., 2021, "Evaluating large language models trained on code", Eq. 1).
   */
  static double passAtK(int n, int c, int k) {
    double allWrong = 1;
    for (int i = n - c + 1; i <= n; i++) {
      allWrong *= Math.max(0, 1 - k / (double) i);
    }
    return 1 - allWrong;
  }

  private double perResponse(long count) {
    return count / ((double) correct.length * settings.samples());
  }

  /** Shares are of all responses, intervals over problems. */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("model", settings.model())
            .put("problems", settings.problems())
            .put("n", correct.length)
            .put("badGold", badGold)
            .put("samples", settings.samples())
            .put("temperature", settings.temperature())
            .put("maxTokens", maxTokens)
            .put("seed", settings.seed());
    json.set("mean@" + settings.samples(), mean().toJson());
    settings.ks().forEach(k -> json.set("pass@" + k, pass(k).toJson()));
    return json.put("unparsedShare", perResponse(unparsed))
        .put("truncatedShare", perResponse(truncated))
        .put("lengthMean", perResponse(tokens));
  }

  /** For people. */
  public String table() {
    StringBuilder table = new StringBuilder();
    row(
        table,
        "n",
        correct.length + " problems x " + settings.samples() + ", " + badGold + " with bad gold");
    row(table, "mean@" + settings.samples(), mean());
    settings.ks().forEach(k -> row(table, "pass@" + k, pass(k)));
    row(table, "unparsed", String.format(Locale.ROOT, "%.4f", perResponse(unparsed)));
    row(table, "cut off", String.format(Locale.ROOT, "%.4f", perResponse(truncated)));
    row(table, "mean length", String.format(Locale.ROOT, "%.1f tokens", perResponse(tokens)));
    return table.toString();
  }

  private static void row(StringBuilder table, String name, Object value) {
    table.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
  }
}
