package io.jackpot.inference;

import io.jackpot.config.LimitSettings;
import io.jackpot.config.Setting;
import io.jackpot.input.InputException;
import org.jspecify.annotations.Nullable;

/** The settings of {@code tokenize}. */
public record TokenizeSettings(
    @Setting(
            formerly = "tokenizer",
            help = "model: folder, run, GGUF file or builtin:policy; or a tokenizer.json")
        String model,
    @Setting(value = "none", help = "JSONL file of {\"text\"}") @Nullable String input,
    @Setting(value = "none", help = "one text, in place of a file") @Nullable String text,
    LimitSettings limits,
    @Setting(value = "false", help = "each text is a user's message in the model's chat template")
        boolean chat,
    @Setting(value = "false", help = "give the text of each id") boolean pieces) {

  /**
   * @throws InputException if there is no text, or two sources of them
   */
  public TokenizeSettings {
    if ((text == null) == (input == null)) {
      throw new InputException(
          (text == null ? "no text" : "--text and --input")
              + ": expected one of --text TEXT and --input FILE");
    }
  }
}
