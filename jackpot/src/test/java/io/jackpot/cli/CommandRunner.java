package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.inference.ScriptedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs commands as {@code jackpot} does, in this process. */
abstract class CommandRunner {
  static final JsonMapper MAPPER = JsonMapper.shared();

  @TempDir Path folder;

  record Result(int status, String out, String err) {

    JsonNode json() {
      assertThat(status).as(err).isZero();
      return MAPPER.readTree(out);
    }

    List<JsonNode> lines() {
      assertThat(status).as(err).isZero();
      return out.lines().map(MAPPER::readTree).toList();
    }

    /** A failure is its status and one line, with nothing on standard output. */
    void assertFails(int status, String... parts) {
      assertThat(err).contains(parts);
      assertThat(err.lines()).as(err).hasSize(1).first().asString().startsWith("error: ");
      assertThat(out).isEmpty();
      assertThat(this.status).isEqualTo(status);
    }
  }

  static Result jackpot(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (PrintWriter o = new PrintWriter(out);
        PrintWriter e = new PrintWriter(err)) {
      String[] words = Commands.withoutHelp(args);
      int status = Main.run(Commands.all(new Console(o, e), words), o, e, false, words);
      return new Result(status, out.toString(), err.toString());
    }
  }

  String file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines)).toString();
  }

  String model(Map<Character, String> next) {
    return ScriptedModel.save(folder.resolve("model"), next).toString();
  }
}
