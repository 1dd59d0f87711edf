package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Text that a vocabulary cannot express. */
class UnknownBytesTest {
  @TempDir private Path folder;

  /** A tokenizer of single characters or bytes. */
  private Tokenizer tokenizer(String characters, boolean byteLevel, @Nullable String unknown) {
    ObjectNode root = Json.object();
    if (byteLevel) {
      root.putObject("pre_tokenizer")
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", false)
          .put("use_regex", true);
      root.putObject("decoder").put("type", "ByteLevel");
    }
    ObjectNode end = root.putArray("added_tokens").addObject().put("id", 0).put("content", "<é>");
    end.put("special", true).put("normalized", false);
    ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", unknown);
    model.putArray("merges");
    ObjectNode vocabulary = model.putObject("vocab").put("<é>", 0);
    if (unknown != null) {
      vocabulary.put(unknown, 1);
    }
    characters.codePoints().forEach(c -> vocabulary.put(Character.toString(c), vocabulary.size()));
    Path file = folder.resolve("tokenizer.json");
    Json.write(file, root);
    return Tokenizers.load(file);
  }

  private static @Nullable String note(Tokenizer tokenizer, String... texts) {
    UnknownBytes unknown = new UnknownBytes(tokenizer);
    for (String text : texts) {
      unknown.add(text);
    }
    return unknown.note("texts");
  }

  @Test
  void bytesThatAreLeftOutAreCounted() {
    Tokenizer tokenizer = tokenizer("abÃ", true, null);
    // é is the bytes C3 and A9, of which the alphabet's Ã is the first; 😀 has four bytes.
    assertThat(tokenizer.encode("aéb<é>")).containsExactly(1, 3, 2, 0);
    assertThat(note(tokenizer, "aéb<é>", "ab", "a😀"))
        .isEqualTo(
            "warning: the vocabulary has no token for 5 bytes in 2 of 3 texts; they are left out");
    assertThat(note(tokenizer, "ab", "<é>")).isNull();
    assertThat(tokenizer.hasEveryByte()).isFalse();
  }

  @Test
  void charactersThatBecomeTheUnknownTokenAreCountedInBytes() {
    Tokenizer tokenizer = tokenizer("ab", false, "[U]");
    assertThat(tokenizer.encode("aéb")).containsExactly(2, 1, 3);
    assertThat(note(tokenizer, "aéb"))
        .isEqualTo(
            "warning: the vocabulary has no token for 2 bytes in 1 of 1 texts; they are [U] now");
  }

  @Test
  void aVocabularyWithAllBytesLosesNone() {
    StringBuilder all = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      if (printable) {
        all.append((char) b);
      }
    }
    for (int c = 0x100; c < 0x100 + 68; c++) {
      all.append((char) c);
    }
    Tokenizer tokenizer = tokenizer(all.toString(), true, null);
    assertThat(tokenizer.hasEveryByte()).isTrue();
    assertThat(note(tokenizer, "a\u0001é😀")).isNull();
  }
}
