package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.LimitSettings;
import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeLinesTest {
  @TempDir Path folder;

  private String run(String lines) throws IOException {
    return run(lines, false);
  }

  private String run(String lines, boolean pieces) throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    Files.writeString(
        tokenizer,
        """
        {"model": {"type": "BPE", "vocab": {"<s>": 0, "▁": 1, "a": 2, "b": 3, "▁a": 4, "<0x0A>": 5},
                   "merges": [["▁", "a"]], "byte_fallback": true},
         "added_tokens": [{"id": 0, "content": "<s>", "normalized": false, "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [
           {"type": "Prepend", "prepend": "▁"},
           {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
           "special_tokens": {"<s>": {"ids": [0]}}},
         "decoder": {"type": "Sequence", "decoders": [
           {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
           {"type": "ByteFallback"}, {"type": "Fuse"},
           {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}}
        """);
    Path input = folder.resolve("lines.jsonl");
    Files.writeString(input, lines);
    StringBuilder out = new StringBuilder();
    TokenizeLines.run(
        new TokenizeSettings(
            tokenizer.toString(),
            input.toString(),
            null,
            Settings.of(LimitSettings.class).defaults(),
            false,
            pieces),
        out,
        new PrintWriter(new StringWriter()));
    return out.toString();
  }

  @Test
  void theIdsAreASequencesAndTheTextComesBack() throws IOException {
    assertThat(run("{\"text\": \"ab a\\n\"}\n{\"text\": \"\"}\n"))
        .isEqualTo(
            """
            {"ids":[0,4,3,4,5],"text":"ab a\\n"}
            {"ids":[0],"text":""}
            """);
  }

  @Test
  void piecesAreTheTextsOfTheIds() throws IOException {
    assertThat(run("{\"text\": \"ab a\"}\n", true))
        .isEqualTo(
            """
            {"ids":[0,4,3,4],"pieces":["<s>","a","b","a"],"text":"ab a"}
            """);
  }

  @Test
  void aLineWithoutATextIsNamed() {
    assertThatThrownBy(() -> run("{\"text\": \"a\"}\n{\"txt\": \"a\"}\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lines.jsonl");
  }
}
