package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.problems.Verifier.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Judges the lines of a file: writes for each line {@code {"gold": …, "answer": …}} a line {@code
 * {"verdict": "correct" | "wrong" | "unparsed" | "bad-gold", "extracted": …}}, in order. A gold
 * answer may also be a list, or JSON inside of a text, as {@link FileProblems} reads it.
 */
public final class VerifyLines {
  private static final Set<String> KEYS = Set.of("gold", "answer");

  private VerifyLines() {}

  /**
   * Judges a file.
   *
   * @throws InputException if the file cannot be read or a line is invalid; then nothing is written
   */
  public static void run(Path input, DataLimits limits, Appendable out) throws IOException {
    Verifier verifier = new MathVerifier();
    List<Verification> verifications =
        InputLines.read(input, KEYS::contains, limits, line -> verify(verifier, line));
    for (Verification verification : verifications) {
      out.append(json(verification)).append('\n');
    }
  }

  /** The answer to a line of that gold answer and answer. */
  public static String verify(String gold, String answer) {
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("gold", gold).put("answer", answer);
    return json(verify(new MathVerifier(), new InputLines.Line("--gold, --answer", line)));
  }

  private static Verification verify(Verifier verifier, InputLines.Line line) {
    return verifier.verify(line.gold("gold"), line.stringOrNumber("answer"));
  }

  private static String json(Verification verification) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("verdict", Names.of(verification.verdict()))
        .put("extracted", verification.extracted())
        .toString();
  }
}
