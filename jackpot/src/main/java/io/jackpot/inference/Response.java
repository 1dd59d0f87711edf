package io.jackpot.inference;

import io.jackpot.input.Names;
import io.jackpot.problems.Verifier.Verdict;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response to a problem, judged: a line of an evaluation's {@code samples.jsonl}.
 *
 * @param dataset name of the data set
 * @param problem number of the problem in it, from 0
 * @param sample which of the problem's responses, from 0
 * @param text as it was judged
 * @param finished whether it ended by itself and not at the limit
 * @param extracted the answer that was extracted from it; null if there is none
 * @param tokens its length, the end token included
 * @param elapsedSeconds of sampling until it was judged, in this process and those before
 */
record Response(
    String dataset,
    int problem,
    int sample,
    String text,
    boolean finished,
    Verdict verdict,
    @Nullable String extracted,
    int tokens,
    double elapsedSeconds) {
  private static final String STOP = "stop";
  private static final String LENGTH = "length";

  /** The finish reason of a response, as other tools name it. */
  static String finishReason(boolean finished) {
    return finished ? STOP : LENGTH;
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataset", dataset)
        .put("problem", problem)
        .put("sample", sample)
        .put("response", text)
        .put("finishReason", finishReason(finished))
        .put("verdict", Names.of(verdict))
        .put("extracted", extracted)
        .put("tokens", tokens)
        .put("elapsedSeconds", elapsedSeconds);
  }

  /** Reads what {@link #toJson} wrote; null if {@code line} is something else. */
  static @Nullable Response of(JsonNode line) {
    Verdict verdict =
        Arrays.stream(Verdict.values())
            .filter(value -> Names.of(value).equals(line.path("verdict").asString("")))
            .findFirst()
            .orElse(null);
    String reason = line.path("finishReason").asString("");
    boolean typed =
        line.path("dataset").isString()
            && line.path("problem").isInt()
            && line.path("sample").isInt()
            && line.path("response").isString()
            && line.path("tokens").isInt()
            && line.path("tokens").intValue() >= 0
            && line.path("elapsedSeconds").isNumber();
    if (!typed || verdict == null || !(reason.equals(STOP) || reason.equals(LENGTH))) {
      return null;
    }
    JsonNode extracted = line.path("extracted");
    return new Response(
        line.path("dataset").stringValue(),
        line.path("problem").intValue(),
        line.path("sample").intValue(),
        line.path("response").stringValue(),
        reason.equals(STOP),
        verdict,
        extracted.isString() ? extracted.stringValue() : null,
        line.path("tokens").intValue(),
        line.path("elapsedSeconds").doubleValue());
  }
}
